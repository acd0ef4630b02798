from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot


def _row(day: int, amount: float, client: str = "a") -> dict[str, Any]:
    return {"client_id": client, "day": day, "amount": amount}


def test_a_trend_is_the_recent_rate_over_the_own_earlier_rate(
    snap: Callable[..., Snapshot],
) -> None:
    # 90 days before the window, 45 in them; 30 spent in the window: (30/90) / (45/90)
    rows = pd.DataFrame([_row(20, 40.0), _row(50, 5.0), _row(150, 30.0)])
    frame = snap(rows, 200).frame.loc["a"]
    assert frame["spend_trend_90"] == pytest.approx(30 / 45)
    assert frame["orders_trend_90"] == pytest.approx(1 / 2)
    # 180 days before the window of 30, which is in the last 30 days empty
    assert frame["spend_trend_30"] == 0


def test_a_trend_reaches_back_one_year_before_its_window(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame([_row(0, 1e6), _row(500, 10.0), _row(880, 10.0)])
    # window [810, 900), before it [445, 810): 10 in 365 days
    assert snap(rows, 900).frame.loc["a", "spend_trend_90"] == pytest.approx(365 / 90)


def test_a_new_client_has_no_trend(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame([_row(0, 1.0, "old"), _row(90, 1.0), _row(150, 1.0)])
    frame = snap(rows, 200).frame
    assert np.isnan(frame.loc["a", "spend_trend_90"])  # 20 days before the window
    assert frame.loc["a", "orders_trend_30"] == 0
