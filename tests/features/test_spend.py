from collections.abc import Callable

import pandas as pd
import pytest

from segml.features import Snapshot


def test_spend_is_net_of_returns_and_order_sizes_are_not(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame(
        {
            "client_id": "a",
            "day": [100, 300, 390, 395],
            "order_id": ["1", "2", "3", "4"],
            "amount": [10.0, 50.0, 20.0, -4.0],
        }
    )
    frame = snap(rows, 400).frame.loc["a"]
    assert frame["spend_30"] == 16
    assert frame["spend_90"] == 16
    assert frame["spend_180"] == 66
    assert frame["spend_365"] == 76
    assert frame["spend_prev_365"] == 0
    assert frame["spend_per_order_365"] == pytest.approx(80 / 3)
    assert frame["biggest_order"] == 50
    assert frame["biggest_order_days"] == 100
    assert frame["last_order_over_median"] == 1


def test_a_client_of_returns_alone_has_negative_spend(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame({"client_id": ["a", "b"], "day": [5, 5], "amount": [-7.5, 1.0]})
    assert snap(rows, 10).frame.loc["a", "spend_30"] == -7.5
