from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from segml.outcomes import ChurnModel, Rows, Season, fit_churn, fit_churn_told
from segml.outcomes.season import FEATURE, PRIOR, PRIOR_SPREAD, elasticity, without_season

HORIZON = 60
LABELS = {"horizon_days": HORIZON, "gap_days": 0}
UNTIL = 1000 + 30 * 7 + HORIZON


def _season(
    years: float, swing: float, *, growth: float = 0.0, shifted: float = 0.0, noise: float = 0.0
) -> Season:
    """The days of a portfolio whose orders swing over the year; `shifted` years a year."""
    days = int(years * 365)
    back = (np.arange(days) - days) / 365  # years before the end
    wave = swing * np.cos(2 * np.pi * back * (1 + shifted))
    stray = np.random.default_rng(0).normal(0, noise, days // 30 + 1).repeat(30)[:days]
    orders = np.round(2000 * np.exp(wave + growth * back + stray))
    return Season(first_day=UNTIL - days, until=UNTIL, orders=orders, **LABELS)


@pytest.fixture(scope="module")
def seasonal(made: Callable[..., Rows]) -> Rows:
    """Rows that know the season's feature, a number a cut-off."""
    plain = made(150, 8)
    told = np.float32(1.0) + (plain.cutoff % 90).astype(np.float32) / 300
    return replace(
        plain,
        X=np.column_stack([plain.X, told]),
        columns=(*plain.columns, FEATURE),
        monotone=(*plain.monotone, 0),
    )


@pytest.fixture(scope="module")
def follows(seasonal: Rows) -> ChurnModel:
    season = _season(3, 0.4)
    return fit_churn_told(seasonal, **LABELS, seed=1, threads=1, season=season)[0]


def test_a_season_that_came_again_is_trusted_and_one_that_did_not_is_not() -> None:
    assert _season(3, 0.4).again(UNTIL).share > 0.95
    assert _season(3, 0.4, shifted=0.5).again(UNTIL).share < 0.1
    assert _season(3, 0.02, noise=0.3).again(UNTIL).share < PRIOR


def test_before_a_season_came_again_half_of_a_blocks_is_taken() -> None:
    month = replace(_season(1.05, 0.4), horizon_days=30).again(UNTIL)
    assert (month.share, month.spread) == (PRIOR, PRIOR_SPREAD)
    first, more = _season(1.05, 0.4).again(UNTIL), _season(1.5, 0.4).again(UNTIL)
    assert first.blocks == 0
    assert PRIOR < first.share < more.share < _season(3, 0.4).again(UNTIL).share
    assert first.spread > more.spread > _season(3, 0.4).again(UNTIL).spread


def test_more_comes_again_of_a_long_horizons_season_than_of_a_blocks() -> None:
    season = _season(1.5, 0.3, noise=0.05)
    month, twice, far = (replace(season, horizon_days=days).again(UNTIL) for days in (30, 60, 300))
    # a mean of two is as reliable as Spearman and Brown say
    assert twice.share == pytest.approx(2 * month.share / (1 + month.share))
    assert month.share < twice.share < far.share < 1.0
    assert month.spread > twice.spread > far.spread
    assert month.blocks == far.blocks


def test_growth_is_no_season() -> None:
    cutoffs = np.arange(UNTIL - 300, UNTIL - HORIZON, 30)
    steady, growing = _season(4, 0.0), _season(4, 0.0, growth=0.3)
    assert growing.again(UNTIL).growth == pytest.approx(0.3, abs=0.06)
    for season, near in ((steady, 0.005), (growing, 0.05)):
        growth = season.again(UNTIL).growth
        ahead = season.year_ago(UNTIL) - season.usual(cutoffs, UNTIL, growth)
        assert ahead == pytest.approx(0.0, abs=near)


def test_days_after_the_date_change_nothing() -> None:
    season, earlier = _season(3, 0.4), UNTIL - 100
    cut = replace(season, orders=season.orders[:-100], until=earlier)
    assert season.again(earlier) == cut.again(earlier)
    assert season.year_ago(earlier) == cut.year_ago(earlier)
    cutoffs = np.array([earlier - 2 * HORIZON, earlier - HORIZON])
    assert season.usual(cutoffs, earlier, 0.1) == cut.usual(cutoffs, earlier, 0.1)


def test_the_elasticity_is_that_of_poisson_counts() -> None:
    means = np.random.default_rng(3).gamma(1.0, 1.5, 4000)
    odds = -np.log(np.expm1(means))  # of exp(-m)
    more, less = (np.exp(-means * np.exp(step)).mean() for step in (0.01, -0.01))
    share = expit(odds)
    moved = (less - more) / 0.02 / (share * (1 - share)).mean()
    assert elasticity(odds) == pytest.approx(moved, rel=1e-3)


def test_the_level_falls_in_a_high_season_and_stays_where_none_is_known(
    follows: ChurnModel, seasonal: Rows
) -> None:
    (curve,) = (one for one in follows.score.curves if one.feature == FEATURE)
    assert follows.record["season"]["share"] > 0.95
    X = seasonal.X[:40].copy()

    def at(season: float) -> np.ndarray:
        X[:, -1] = season
        return follows.raw(X)

    usual = at(np.exp(-curve.mean))
    np.testing.assert_allclose(usual, at(np.nan), atol=1e-6)
    np.testing.assert_allclose(at(2.0) - at(1.0), -curve.weight * np.log(2), atol=1e-6)
    values, base = follows.contributions(X)
    np.testing.assert_allclose(values.sum(axis=1) + base, follows.raw(X), atol=1e-6)


def test_no_tree_reads_the_number_of_a_cutoff(follows: ChurnModel, seasonal: Rows) -> None:
    text = follows.forests()["churn"]
    assert f"\n{FEATURE}=" not in text.split("feature_importances:")[-1]
    assert np.isnan(without_season(seasonal).X[:, -1]).all()


@pytest.mark.parametrize("years", [None, 0.9])
def test_with_less_than_a_year_the_level_follows_none(seasonal: Rows, years: float | None) -> None:
    season = None if years is None else _season(years, 0.4)
    alone = fit_churn(seasonal, **LABELS, seed=1, threads=1)
    given, _ = fit_churn_told(seasonal, **LABELS, seed=1, threads=1, season=season)
    assert given.record["season"] is None
    assert given.to_json() == alone.to_json()


def test_what_was_validated_foretold_with_the_season_known_by_then(
    made: Callable[..., Rows],
) -> None:
    """Clients order by a season that came before: the levels are foretold better with it."""
    plain = made(400, 8)
    season = _season(3, 0.5)
    day = plain.cutoff - season.first_day
    later = np.array([season.orders[at : at + HORIZON].mean() for at in day.tolist()])
    strength = np.log(later / season.orders.mean())
    rng = np.random.default_rng(8)
    base = 0.4 - 1.2 * np.log(plain.X[:, 0].astype(float) + 0.05)
    y = (rng.random(len(plain)) < expit(base - 1.5 * strength)).astype(float)
    rows = replace(
        plain.labelled(y),
        X=np.column_stack([plain.X, np.exp(strength)]).astype(np.float32),
        columns=(*plain.columns, FEATURE),
        monotone=(*plain.monotone, 0),
    )
    without = fit_churn(rows, **LABELS, seed=1, threads=1)
    within, _ = fit_churn_told(rows, **LABELS, seed=1, threads=1, season=season)
    errors = [
        np.abs(list(model.record["level_error"]["seen"].values())).mean()
        for model in (without, within)
    ]
    assert errors[1] < 0.6 * errors[0]
    assert within.record["level_error"]["scale"] < without.record["level_error"]["scale"]
