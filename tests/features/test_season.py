from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot


def _rows(client: str, days: list[int]) -> list[dict[str, Any]]:
    return [{"client_id": client, "day": day, "amount": 10.0} for day in days]


def test_the_season_window_begins_a_year_before_and_is_as_long_as_the_horizon(
    snap: Callable[..., Snapshot],
) -> None:
    # as-of 500, horizon 90: days 135 to 224
    rows = pd.DataFrame(_rows("a", [134, 135, 224, 225, 480]) + _rows("b", [0]))
    frame = snap(rows, 500, horizon_days=90).frame.loc["a"]
    assert frame["orders_same_season"] == 2
    assert frame["spend_same_season"] == 20
    assert frame["season_share"] == pytest.approx(2 / 4)
    # last 90 days: one order; the same days a year ago, 45 to 134: one
    assert frame["spend_90_over_year_ago"] == 1


def test_a_horizon_longer_than_a_year_takes_the_whole_year(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame(_rows("a", [134, 135, 224, 499]))
    assert snap(rows, 500, horizon_days=730).frame.loc["a", "season_share"] == 1


def test_the_portfolios_season_is_its_share_of_order_days_over_the_windows_share(
    snap: Callable[..., Snapshot],
) -> None:
    rows = pd.DataFrame(_rows("a", [0, 140, 200]) + _rows("b", [150, 300]))
    frame = snap(rows, 500, horizon_days=73).frame  # days 135 to 207
    assert frame["portfolio_season"].tolist() == [pytest.approx(3 / 4 * 5)] * 2


def test_the_portfolios_growth_compares_with_the_same_days_a_year_ago(
    snap: Callable[..., Snapshot],
) -> None:
    # as-of 500: last 90 days [410, 500), a year ago [45, 135)
    rows = pd.DataFrame(_rows("a", [0, 50, 100, 410]) + _rows("b", [134, 420, 499]))
    frame = snap(rows, 500).frame
    assert frame["portfolio_growth_90"].tolist() == [1, 1]


def test_the_portfolios_season_is_unknown_in_the_first_year(snap: Callable[..., Snapshot]) -> None:
    frame = snap(pd.DataFrame(_rows("a", [0, 100, 300])), 364).frame
    assert np.isnan(frame.loc["a", "portfolio_season"])
    assert frame.loc["a", "expected_orders_season"] == frame.loc["a", "expected_orders"]
