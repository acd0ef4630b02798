"""Own seasons: the paces of campaign buyers, of those that buy all year, and of whoever is new."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot
from segml.features.own_season import OwnYears

AS_OF = 4 * 365
CAMPAIGN = (10, 100)
"""The days of its year on which a campaign buyer orders."""


def bought(first_year: int = 0) -> pd.DataFrame:
    """Forty that buy every five weeks, forty that buy in a quarter of the year, and one new."""
    draws = np.random.default_rng(3)
    rows: list[tuple[str, int]] = []
    for who in range(40):
        rows += [(f"even{who:02d}", day) for day in range(365 * first_year + who % 35, AS_OF, 35)]
        for year in range(first_year, 4):
            days = 365 * year + draws.choice(np.arange(*CAMPAIGN), 6, replace=False)
            rows += [(f"farm{who:02d}", int(day)) for day in days]
    rows += [("new", day) for day in range(AS_OF - 200, AS_OF, 20)]
    return pd.DataFrame(rows, columns=["client_id", "day"]).assign(amount=10.0)


def paces(frame: pd.DataFrame, who: str, column: str) -> float:
    return float(frame.loc[frame.index.str.startswith(who), column].mean())


def test_a_campaign_buyer_is_expected_in_its_campaign(snap: Callable[..., Snapshot]) -> None:
    ahead = snap(bought(), AS_OF, horizon_days=90).frame
    assert paces(ahead, "farm", "own_pace_90") > 3.0
    assert paces(ahead, "even", "own_pace_90") == pytest.approx(1.0, abs=0.15)
    own = ahead["expected_orders_own"] / ahead["expected_orders"]
    assert own["farm00"] > 1.3
    assert own["even00"] < 0.6
    over = snap(bought(), AS_OF + 110, horizon_days=90).frame
    assert paces(over, "farm", "own_pace_90") < 0.1
    assert paces(over, "farm", "own_pace_180") < 0.1
    assert paces(over, "even", "own_pace_90") == pytest.approx(1.0, abs=0.15)


def test_whoever_is_new_has_the_season_of_all(snap: Callable[..., Snapshot]) -> None:
    frame = snap(bought(), AS_OF, horizon_days=90).frame
    assert frame.loc["new", "expected_orders_own"] == frame.loc["new", "expected_orders"]
    inside = [(AS_OF - day) % 365 or 365 for day in bought()["day"]]
    years = bought().assign(inside=np.array(inside) > 365 - 90)[bought()["day"] >= AS_OF - 3 * 365]
    years = years[years["client_id"] != "new"]
    assert frame.loc["new", "own_pace_90"] == pytest.approx(years["inside"].mean() * 365 / 90)


def test_one_year_tells_no_season_of_anybody_s_own(snap: Callable[..., Snapshot]) -> None:
    frame = snap(bought(first_year=3), AS_OF, horizon_days=90).frame
    assert (frame["expected_orders_own"] == frame["expected_orders"]).all()
    paced = frame["own_pace_90"]
    assert (paced == paced.iloc[0]).all()


def test_where_the_years_do_not_agree_everybody_has_the_season_of_all() -> None:
    draws = np.random.default_rng(8)
    whole = np.full((3, 500), 12.0)
    chance = OwnYears(inside=draws.binomial(12, 0.25, whole.shape).astype(float), whole=whole)
    shares = chance.shares()
    assert np.ptp(shares) < 0.1
    own = draws.choice([0.05, 0.45], 500)
    kept = OwnYears(inside=draws.binomial(12, own, whole.shape).astype(float), whole=whole)
    assert np.abs(kept.shares() - own).mean() < 0.08
