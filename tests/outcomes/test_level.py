from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from segml.outcomes.level import PRIOR_SCALE, LevelError, fit_level_error, level_of


def _foretold(errors: list[float], *, step: int = 100, clients: int = 4000) -> LevelError:
    """Level errors of cut-offs whose labels truly lie so far from what was foretold."""
    rng = np.random.default_rng(0)
    odds = rng.normal(size=(len(errors), clients))
    y = rng.random(odds.shape) < expit(odds + np.array(errors)[:, None])
    cutoff = np.repeat(np.arange(len(errors)) * step, clients)
    return fit_level_error(expit(odds).ravel(), y.ravel().astype(float), cutoff, label_days=100)


def _reach(error: LevelError) -> float:
    """How far the middle 80 % of the draws go."""
    return float(np.quantile(error.draws(200, seed=0), 0.9))


def test_the_level_puts_the_mean_where_the_labels_are() -> None:
    plain = np.linspace(-3, 3, 50)
    y = (np.arange(50) % 5 == 0).astype(float)
    logistic = level_of(plain, y, np.ones(50), "logistic")
    assert expit(plain + logistic).mean() == pytest.approx(10.5 / 51)
    squared = level_of(plain, y, np.ones(50), "squared")
    assert (plain + squared).mean() == pytest.approx(y.mean())
    assert level_of(np.zeros(0), np.zeros(0), np.zeros(0), "logistic") == 0.0


def test_the_errors_are_observed_less_foretold_levels() -> None:
    found = _foretold([0.8, -0.5])
    assert list(found.seen) == [0, 100]
    assert list(found.seen.values()) == pytest.approx([0.8, -0.5], abs=0.12)


def test_seasons_that_differ_reach_further_than_seasons_that_do_not() -> None:
    assert _reach(_foretold([0.9, -0.8, 1.0])) > 3 * _reach(_foretold([0.0, 0.05, -0.05]))


def test_many_seasons_find_the_truth() -> None:
    errors = np.random.default_rng(2).normal(0, 0.6, 60).tolist()
    found = _foretold(errors, clients=1000)
    assert found.scale == pytest.approx(np.std(errors), abs=0.08)


def test_nothing_foretold_leaves_the_assumption() -> None:
    empty = fit_level_error(np.zeros(0), np.zeros(0), np.zeros(0, np.int64), label_days=90)
    assert (empty.scale, empty.freedom, dict(empty.seen)) == (PRIOR_SCALE, 2.0, {})


def test_cutoffs_that_share_days_count_for_fewer_seasons() -> None:
    apart, near = _foretold([0.3, -0.3, 0.3]), _foretold([0.3, -0.3, 0.3], step=30)
    assert apart.freedom == 5.0
    assert near.freedom == pytest.approx(3.6)
    assert _reach(near) > _reach(apart)


def test_what_chance_moves_a_small_portfolio_is_not_taken_for_a_season() -> None:
    found = _foretold([0.0] * 60, clients=60)
    by_chance = float(np.sqrt(np.mean(np.square(list(found.seen.values())))))
    assert found.scale < by_chance / 2


def test_draws_are_even_centred_and_ordered_by_the_seed() -> None:
    error = LevelError(scale=0.5, freedom=3.0, seen={})
    draws = error.draws(200, seed=1)
    assert draws.mean() == pytest.approx(0.0, abs=1e-9)
    assert not np.array_equal(draws, error.draws(200, seed=2))
    assert np.array_equal(np.sort(draws), np.sort(error.draws(200, seed=2)))
