from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot


def test_the_margin_rate_and_its_drop(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame(
        {
            "client_id": ["a", "a", "b"],
            "day": [100, 390, 390],
            "amount": [100.0, 100.0, 10.0],
            "cost": [60.0, 85.0, 4.0],
        }
    )
    frame = snap(rows, 400).frame
    assert frame.loc["a", "margin_rate_365"] == pytest.approx((40 + 15) / 200)
    assert frame.loc["a", "margin_drop_180"] == pytest.approx(0.4 - 0.15)
    assert np.isnan(frame.loc["b", "margin_drop_180"])


def test_without_costs_there_is_no_margin_feature(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame({"client_id": ["a"], "day": [1], "amount": [1.0]})
    assert "margin_rate_365" not in snap(rows, 10).frame
