"""How many declines are known so long after they began, from those that are known."""

from __future__ import annotations

import numpy as np
import pytest

from segml.losses.courses import WEEK
from segml.losses.known_by import LEAST_SEEN, known_by

WEEKS = 100
END = WEEKS * WEEK
GRID = np.arange(WEEKS) * WEEK


def _seen(began: np.ndarray, wait: np.ndarray) -> np.ndarray:
    """What is told of declines that began in these weeks and were known so many weeks later."""
    known = began + wait <= WEEKS
    chance = (began[known, None] == np.arange(WEEKS)).astype(np.float64)
    return known_by(GRID, chance, (began + wait)[known] * WEEK, end=END)


def test_the_waits_are_found_though_those_that_take_long_are_missing_among_the_late() -> None:
    draws = np.random.default_rng(0)
    began, wait = draws.integers(0, WEEKS, 40_000), draws.geometric(0.1, 40_000)
    found = _seen(began, wait)
    true = 1.0 - 0.9 ** np.arange(WEEKS + 1)
    assert found[:60] == pytest.approx(true[:60], abs=0.02)
    shown = wait[began + wait <= WEEKS]
    assert shown.mean() < wait.mean() - 0.5  # the plain mean would be too short


def test_shares_never_fall_and_end_at_one() -> None:
    draws = np.random.default_rng(1)
    found = _seen(draws.integers(0, WEEKS, 3000), draws.integers(0, 50, 3000))
    assert (np.diff(found) >= 0.0).all()
    assert found[-1] == 1.0
    assert found.min() >= 0.0


def test_what_few_waited_for_is_not_told() -> None:
    began = np.zeros(int(LEAST_SEEN) - 1, dtype=np.int64)
    assert _seen(began, np.full(len(began), 9)).tolist() == [1.0] * (WEEKS + 1)


def test_without_declines_all_would_be_known() -> None:
    found = known_by(GRID, np.empty((0, WEEKS)), np.empty(0, np.int64), end=END)
    assert found.tolist() == [1.0] * (WEEKS + 1)


def test_a_decline_told_before_its_onset_was_told_at_once() -> None:
    chance = np.zeros((50, WEEKS))
    chance[:, 10] = 1.0
    assert known_by(GRID, chance, np.full(50, 3), end=END)[0] == 1.0
