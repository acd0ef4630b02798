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


def test_growth_is_the_trend_of_a_year_held_back_by_ten_orders(
    snap: Callable[..., Snapshot],
) -> None:
    # 730 days; 2 orders of 30 before the last year, 3 of 40 in it
    days = [(0, 30.0), (200, 30.0), (400, 40.0), (500, 40.0), (600, 40.0)]
    rows = pd.DataFrame([_row(day, amount) for day, amount in days])
    frame = snap(rows, 730).frame.loc["a"]
    held, taken = 10 * 180 / 5, 10 * 730 / 5
    growth = ((120 + held) / (365 + taken)) / ((60 + held) / (365 + taken))
    assert frame["spend_growth_365"] == pytest.approx(growth)
    assert 1 < growth < frame["spend_trend_365"]


def test_the_same_growth_in_more_orders_is_held_back_less(snap: Callable[..., Snapshot]) -> None:
    # both double their spend; one by orders of 7 days, one by orders of 70
    rows = [
        _row(day, amount * step, client)
        for client, step in (("often", 7), ("seldom", 70))
        for start, amount in ((0, 1.0), (365, 2.0))
        for day in range(start, start + 365, step)
    ]
    growth = snap(pd.DataFrame(rows), 730).frame["spend_growth_365"]
    assert 1.0 < growth["seldom"] < 1.3
    assert 1.75 < growth["often"] < 2.0


def test_larger_orders_in_the_last_year_raise_growth(snap: Callable[..., Snapshot]) -> None:
    amounts = [0.0, 1.0, 50.0, 5000.0]
    rows = [_row(0, 80.0, str(place)) for place in range(4)]
    rows += [_row(500, amount, str(place)) for place, amount in enumerate(amounts)]
    growth = snap(pd.DataFrame(rows), 730).frame["spend_growth_365"].sort_index()
    assert (np.diff(growth) > 0).all()


def test_who_sent_back_more_than_it_bought_has_grown_as_who_bought_nothing(
    snap: Callable[..., Snapshot],
) -> None:
    rows = [_row(0, 80.0, "quiet"), _row(0, 80.0, "back"), _row(500, -20.0, "back")]
    growth = snap(pd.DataFrame(rows), 730).frame["spend_growth_365"]
    assert growth["back"] == growth["quiet"] < 1
