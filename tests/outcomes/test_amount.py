from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from segml.outcomes.amount import (
    MANY,
    Amount,
    Spread,
    _between,
    fit_amount,
    fit_spread,
    scale_of,
)

Values = npt.NDArray[Any]


def _fitted(raw: Values, came: Values, client: Values | None = None) -> Amount:
    clients = np.arange(len(raw)) if client is None else client
    return fit_amount(raw, came, weight=np.ones(len(raw)), client=clients, scale=50.0)


def test_the_smearing_factor_makes_the_total_right() -> None:
    rng = np.random.default_rng(0)
    raw, noise = rng.normal(1.0, 1.0, 4000), rng.normal(0.0, 0.8, 4000)
    actual = 50 * np.sinh(raw + noise)
    found = _fitted(raw, actual)
    assert found.smear > 1.2
    assert found.expected(raw).sum() == pytest.approx(actual.sum())


@pytest.mark.parametrize("drawn", [0.6, 1.0])
def test_the_slope_makes_the_total_of_the_large_right(drawn: float) -> None:
    """Scores drawn to one another promise the large too little and the small too much."""
    rng = np.random.default_rng(1)
    size, noise = rng.normal(2.0, 1.0, 40_000), rng.normal(0.0, 0.3, 40_000)
    actual, raw = 50 * np.sinh(size + noise), drawn * size + (1 - drawn) * 2.0
    found = _fitted(raw, actual)
    large = size > np.quantile(size, 0.99)
    assert found.slope == pytest.approx(1 / drawn, rel=0.08)
    for part in (large, ~large):
        assert found.expected(raw)[part].sum() == pytest.approx(actual[part].sum(), rel=0.12)


def test_few_clients_say_little_of_the_slope() -> None:
    rng = np.random.default_rng(2)
    size = rng.normal(2.0, 1.0, 30)
    raw, actual = 0.5 * size + 1.0, 50 * np.sinh(size + rng.normal(0.0, 0.8, 30))
    many, echoes = np.tile(raw, 400), np.tile(actual, 400)
    of_few = _fitted(many, echoes, np.tile(np.arange(30), 400)).slope
    assert 1.0 < of_few < _fitted(many, echoes).slope


@pytest.mark.parametrize("raw", [[0.7] * 3, [0.7], [0.0, 0.0], [0.5, 0.5, 0.5, -2.0], []])
def test_scores_of_one_size_or_of_no_profit_know_no_slope(raw: list[float]) -> None:
    found = _fitted(np.array(raw), np.linspace(40.0, 60.0, len(raw)))
    assert found.slope == pytest.approx(1.0)
    assert np.isfinite(found.expected(np.array([-1.0, 0.0, 2.0]))).all()


def test_a_slope_is_sought_within_its_bounds_alone() -> None:
    raw = np.repeat([0.1, 1.0], 5000)
    steep = _fitted(raw, np.repeat([0.001, 1e6], 5000))
    flat = _fitted(raw, np.repeat([1e6, 0.001], 5000))
    assert steep.slope == pytest.approx(2.0, abs=0.01)
    assert 0.5 <= flat.slope < 0.7


def test_more_score_is_more_money_and_losses_stay_losses() -> None:
    told = Amount(scale=10.0, smear=1.3).expected(np.linspace(-5, 5, 99))
    assert (np.diff(told) > 0).all()
    assert told[0] < 0 < told[-1]


@pytest.mark.parametrize("total", [-100.0, 0.0, 1e12])
def test_a_total_that_says_nothing_cannot_run_away_with_the_factor(total: float) -> None:
    found = _fitted(np.array([0.5, 1.0]), np.full(2, total / 2))
    assert 0.1 <= found.smear <= 10.0
    assert 0.5 <= found.slope <= 2.0


def test_the_scale_is_the_median_size_of_what_is_not_zero() -> None:
    assert scale_of(np.array([0.0, -10.0, 30.0, 20.0])) == 20.0
    assert scale_of(np.zeros(3)) == 1.0


def test_the_interval_covers_what_it_promises_on_new_rows() -> None:
    rng = np.random.default_rng(1)

    def made(n: int) -> tuple[np.ndarray, np.ndarray]:
        expected = rng.lognormal(4, 1, n)
        return expected, expected * rng.lognormal(-0.3, 0.8, n)

    spread = fit_spread(*made(4000), unit=10.0)
    expected, actual = made(4000)
    low, median, high = spread.interval(expected)
    assert 0.77 < np.mean((low <= actual) & (actual <= high)) < 0.83
    assert 0.46 < np.mean(actual <= median) < 0.54


def test_the_ends_of_many_are_the_narrowest_that_spare_some_at_either_end() -> None:
    rng = np.random.default_rng(4)
    expected = np.full(20_000, 100.0)
    actual = expected * rng.lognormal(0, 1, len(expected))
    low, _, high = (each[0] for each in fit_spread(expected, actual, unit=1.0).interval(expected))
    even = np.quantile(actual, [0.1, 0.9])
    # of a skewed distribution the narrowest pair lies lower, but here no end leaves out under 5 %
    assert high - low < 0.85 * (even[1] - even[0])
    below, above = np.mean(actual < low), np.mean(actual > high)
    assert below == pytest.approx(0.05, abs=0.002)
    assert above == pytest.approx(0.15, abs=0.002)


@pytest.mark.parametrize("shape", [stats.norm(), stats.lognorm(0.9), stats.t(3)])
def test_of_as_many_as_are_asked_for_the_narrowest_hold_nearly_what_is_meant(shape: Any) -> None:
    rng, held = np.random.default_rng(6), []
    for _ in range(200):
        low, _, high = _between(shape.rvs(MANY, random_state=rng), 0.8)
        held.append(shape.cdf(high) - shape.cdf(low))
    assert 0.785 < np.mean(held) < 0.81


def test_the_ends_of_few_leave_out_as_many_below_as_above() -> None:
    rng = np.random.default_rng(5)
    expected = np.full(399, 100.0)
    actual = expected * rng.lognormal(0, 1, len(expected))
    low, _, high = (each[0] for each in fit_spread(expected, actual, unit=1.0).interval(expected))
    beyond = [int((actual < low - 1e-6).sum()), int((actual > high + 1e-6).sum())]
    assert abs(beyond[0] - beyond[1]) <= 1
    assert 36 <= min(beyond) <= max(beyond) <= 40


@pytest.mark.parametrize("rows", [0, 1, 3, 49, 120])
def test_low_median_high_are_in_order_and_hold_the_expectation(rows: int) -> None:
    rng = np.random.default_rng(2)
    expected = rng.normal(0, 100, rows)
    spread = fit_spread(expected, expected + rng.normal(0, 50, rows), unit=5.0)
    at = np.linspace(-500, 500, 101)
    low, median, high = spread.interval(at)
    assert (low <= median).all()
    assert (median <= high).all()
    assert (low <= at).all()
    assert (at <= high).all()


def test_a_spread_read_back_is_the_spread_written() -> None:
    rng = np.random.default_rng(3)
    spread = fit_spread(rng.normal(size=300), rng.normal(size=300), unit=1.0)
    assert Spread.from_json(spread.to_json()) == spread
