"""The simulated year: its moments against every way a year can go, and against its own draws."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import norm

from segml.portfolio import simulated_year
from segml.portfolio.year import level_of, periods_of, stay_of

Z80 = 1.2815515655446004


def _book(p: list[float], year: list[float], *, wide: float = 0.0) -> pd.DataFrame:
    """Clients whose log-odds have an interval of that half-width."""
    odds = logit(np.array(p))
    return pd.DataFrame(
        {
            "p_churn": p,
            "p_churn_low": expit(odds - wide),
            "p_churn_high": expit(odds + wide),
            "year": year,
        }
    )


def _by_hand(p: float, churn_days: int) -> dict[float, float]:
    """Share of the year that is brought to its probability, horizon by horizon."""
    found, stays, begun = {}, 1.0, 0
    while begun < 365:
        length = min(churn_days, 365 - begun)
        lost = 1.0 - (1.0 - p) ** (length / churn_days)
        found[begun / 365] = stays * lost
        stays *= 1.0 - lost
        begun += length
    found[1.0] = stays
    return found


@pytest.mark.parametrize("churn_days", [30, 120, 180, 365, 500])
def test_the_share_brought_has_the_moments_of_every_way_a_year_can_go(churn_days: int) -> None:
    p = np.array([0.02, 0.3, 0.9])
    mean, variance = periods_of(churn_days).moments(p)
    for n, each in enumerate(p):
        ways = _by_hand(float(each), churn_days)
        assert sum(ways.values()) == pytest.approx(1.0)
        first = sum(share * chance for share, chance in ways.items())
        second = sum(share**2 * chance for share, chance in ways.items())
        assert mean[n] == pytest.approx(first)
        assert variance[n] == pytest.approx(second - first**2)


def test_mean_and_spread_are_those_of_all_ways_together() -> None:
    p, year, wide = [0.1, 0.3, 0.2], [100.0, 300.0, -80.0], 0.6
    found = simulated_year(_book(p, year, wide=wide), churn_days=200, seed=1)
    stay = stay_of(_book(p, year, wide=wide), periods_of(200))
    grid = np.linspace(-6, 6, 241)
    weights = norm.pdf(grid) / norm.pdf(grid).sum()
    first = second = 0.0
    for z, weight in zip(grid, weights, strict=True):
        odds = logit(np.array(p)) + z * wide / Z80
        ways = [_by_hand(float(each), 200).items() for each in expit(odds)]
        for one in product(*ways):
            total = sum(v * share for v, (share, _) in zip(stay.profit, one, strict=True))
            chance = weight * np.prod([each for _, each in one])
            first, second = first + chance * total, second + chance * total**2
    assert first == pytest.approx(sum(year), rel=1e-6)
    assert found.expected == pytest.approx(sum(year))
    assert found.sd == pytest.approx(np.sqrt(second - first**2), rel=1e-5)
    assert found.sd**2 == pytest.approx(found.sd_clients**2 + found.sd_season**2)


def test_the_draws_agree_with_the_exact_moments() -> None:
    draws = np.random.default_rng(2)
    count = 900  # more than are drawn one by one
    book = _book(
        draws.uniform(0.02, 0.6, count).tolist(), draws.lognormal(4, 1.2, count).tolist(), wide=0.3
    )
    found = simulated_year(book, churn_days=120, seed=5)
    assert found.simulated_mean == pytest.approx(found.expected, abs=4 * found.sd / 141)
    assert found.simulated_sd == pytest.approx(found.sd, rel=0.03)
    assert found.low < found.median < found.high
    assert found.at_risk == pytest.approx(found.expected - found.low)


def test_the_quantiles_are_those_of_drawing_every_client_by_itself() -> None:
    draws = np.random.default_rng(7)
    count, years = 260, 20_000
    book = _book(
        draws.uniform(0.05, 0.4, count).tolist(), draws.lognormal(4, 1.0, count).tolist(), wide=0.2
    )
    found = simulated_year(book, churn_days=180, seed=5)
    stay = stay_of(book, periods_of(180))
    z = draws.standard_normal(years)
    total = np.zeros(years)
    for odds, season, profit in zip(stay.odds, stay.season, stay.profit, strict=True):
        left = np.ones(years)
        for length in (180, 180, 5):
            p = expit(odds + z * season)
            left *= draws.random(years) >= 1 - (1 - p) ** (length / 180)
            total += profit * left * length / 365
    low, high = np.quantile(total, (0.05, 0.95))
    assert found.low == pytest.approx(low, abs=0.05 * found.sd)
    assert found.high == pytest.approx(high, abs=0.05 * found.sd)


def test_a_season_that_may_differ_puts_more_at_risk() -> None:
    p, year = [0.2] * 300, [100.0] * 300
    alike = simulated_year(_book(p, year), churn_days=180, seed=1)
    differing = simulated_year(_book(p, year, wide=0.5), churn_days=180, seed=1)
    assert alike.sd_season == pytest.approx(0.0, abs=1e-6)
    assert differing.at_risk > 2 * alike.at_risk
    assert differing.expected == pytest.approx(alike.expected)


def test_a_level_common_to_all_widens_the_year_and_leaves_its_mean() -> None:
    draws = np.random.default_rng(3)
    book = _book(draws.uniform(0.02, 0.5, 400).tolist(), draws.lognormal(4, 1, 400).tolist())
    plain = simulated_year(book, churn_days=180, seed=1)
    found = simulated_year(book, churn_days=180, seed=1, level=0.2)
    assert found.expected == plain.expected
    assert found.sd_level**2 == pytest.approx(0.04 * (plain.sd**2 + plain.expected**2))
    assert found.sd**2 == pytest.approx(plain.sd**2 + found.sd_level**2)
    assert found.simulated_sd == pytest.approx(found.sd, rel=0.03)
    assert found.at_risk == pytest.approx(1.645 * found.sd, rel=0.03)


def test_the_level_is_learnt_from_years_and_assumed_without() -> None:
    assert level_of(np.array([]), 0.0) == level_of(np.array([0.5]), None) == 0.2
    calm, wild = (level_of(np.full(8, each), 0.0) for each in (0.01, 0.6))
    assert calm < 0.2 < wild
    # a change that was expected is no surprise
    assert level_of(np.full(8, 0.6), 0.6) < calm


def test_who_cannot_be_lost_counts_for_certain() -> None:
    book = _book([0.2], [100.0])
    lapsed = pd.DataFrame({"p_churn": [np.nan], "year": [40.0]})
    both = simulated_year(pd.concat([book, lapsed]), churn_days=180, seed=1)
    alone = simulated_year(book, churn_days=180, seed=1)
    assert both.expected == pytest.approx(alone.expected + 40)
    assert both.sd == pytest.approx(alone.sd)
    assert both.at_risk == pytest.approx(alone.at_risk)


def test_the_same_seed_gives_the_same_years() -> None:
    book = _book([0.1, 0.5], [10.0, 20.0], wide=0.3)
    one, same, other = (simulated_year(book, churn_days=90, seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_nobody_to_lose_gives_a_year_without_spread() -> None:
    found = simulated_year(_book([], []), churn_days=90, seed=1)
    assert (found.expected, found.sd, found.at_risk) == (0.0, 0.0, 0.0)
