from collections.abc import Callable

import pandas as pd
import pytest

from segml.features import Snapshot
from segml.words.plan import Economics


def test_the_care_share_and_its_rise(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame(
        {
            "client_id": "a",
            "day": [100, 390, 395],
            "order_id": ["1", "2", "3"],
            "amount": [100.0, 40.0, -10.0],
        }
    )
    frame = snap(rows, 400, economics=Economics(order=2.0, return_=4.0)).frame.loc["a"]
    assert frame["cost_to_serve_365"] == 8
    assert frame["care_share_365"] == pytest.approx(8 / 130)
    assert frame["care_rise_180"] == pytest.approx(6 / 30 - 2 / 100)


def test_without_a_rate_of_care_there_is_no_care_feature(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame({"client_id": ["a"], "day": [1], "amount": [1.0]})
    assert "care_share_365" not in snap(rows, 10).frame
