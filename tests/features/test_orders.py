from collections.abc import Callable

import pandas as pd

from segml.features import Snapshot


def test_orders_are_counted_by_document_and_window(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame(
        {
            "client_id": "a",
            "day": [0, 100, 400, 460, 460, 470],
            "order_id": ["1", "2", "3", "4", "4", "5"],
            "amount": [5.0, 5.0, 5.0, 5.0, 5.0, -5.0],
        }
    )
    frame = snap(rows, 490).frame.loc["a"]
    assert frame["orders_30"] == 1  # day 460 is 30 days before day 490, and in the window
    assert frame["orders_90"] == 2
    assert frame["orders_180"] == 2
    assert frame["orders_365"] == 2
    assert frame["orders_prev_365"] == 2  # days 0 and 100
    assert frame["orders_ever"] == 4
    assert frame["lines_per_order_365"] == 1.5


def test_a_window_of_90_days_begins_90_days_before_the_date(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame({"client_id": "a", "day": [9, 10, 99], "amount": 1.0})
    assert snap(rows, 100).frame.loc["a", "orders_90"] == 2
