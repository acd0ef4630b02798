from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot


def test_the_returned_share_and_its_rise(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame(
        {
            "client_id": ["a", "a", "a", "a", "b"],
            "day": [100, 110, 390, 395, 395],
            "order_id": ["1", "2", "3", "4", "5"],
            "amount": [100.0, -10.0, 50.0, -20.0, 9.0],
        }
    )
    frame = snap(rows, 400).frame
    assert frame.loc["a", "returns_365"] == 2
    assert frame.loc["a", "returns_share_365"] == pytest.approx(30 / 150)
    assert frame.loc["a", "returns_rise_180"] == pytest.approx(0.4 - 0.1)
    assert frame.loc["b", "returns_share_365"] == 0
    assert np.isnan(frame.loc["b", "returns_rise_180"])
