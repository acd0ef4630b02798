from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot


def test_the_discount_rate_is_a_share_of_the_list_value_and_ratchets(
    snap: Callable[..., Snapshot],
) -> None:
    rows = pd.DataFrame(
        {
            "client_id": "a",
            "day": [100, 300, 390, 391],
            "amount": [95.0, 90.0, 80.0, -80.0],
            "discount": [5.0, 10.0, 20.0, 20.0],
        }
    )
    frame = snap(rows, 400).frame.loc["a"]
    assert frame["discount_rate_365"] == pytest.approx(35 / 300)
    assert frame["discount_rate_90"] == pytest.approx(0.2)
    assert frame["discount_ratchet_180"] == pytest.approx(30 / 200 - 0.05)


def test_without_discounts_the_rate_is_zero_and_the_ratchet_absent(
    snap: Callable[..., Snapshot],
) -> None:
    frame = snap(pd.DataFrame({"client_id": ["a"], "day": [1], "amount": [1.0]}), 500).frame
    assert "discount_ratchet_180" not in frame
    assert np.isnan(frame.loc["a", "discount_rate_365"])  # nothing bought for a year
    frame = snap(pd.DataFrame({"client_id": ["a"], "day": [1], "amount": [1.0]}), 10).frame
    assert frame.loc["a", "discount_rate_365"] == 0
