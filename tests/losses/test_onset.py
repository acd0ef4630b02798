from __future__ import annotations

import numpy as np
import pytest

from segml.losses.clock import Clock
from segml.losses.history import History
from segml.losses.onset import find_onset
from segml.losses.rhythm import Rhythm, learn_rhythm

PLAIN = Clock(0, np.ones(52))


def history(days: np.ndarray, earned: float | np.ndarray = 100.0) -> History:
    money = np.broadcast_to(np.asarray(earned, dtype=np.float64), days.shape).copy()
    return History(days, money, days, money, money)


def renewal(draws: np.random.Generator, gap: float, shape: float, until: float) -> np.ndarray:
    times = draws.uniform(0, gap) + np.cumsum(draws.gamma(shape, gap / shape, size=2000))
    return np.unique(times[times < until].astype(np.int64))


def rhythm(draws: np.random.Generator) -> Rhythm:
    return learn_rhythm(
        [
            np.diff(renewal(draws, 25.0, shape, 900)) * 1.0
            for shape in (1, 2, 4, 8)
            for _ in range(9)
        ]
    )


def test_the_onset_of_simulated_stops_is_recovered_within_three_weeks() -> None:
    draws = np.random.default_rng(1)
    known, errors, covered = rhythm(draws), [], 0
    for _ in range(80):
        stop, gap = draws.uniform(450, 600), draws.uniform(8, 45)
        days = renewal(draws, gap, draws.choice([1, 2, 4, 8]), stop)
        onset = find_onset(history(days), known, PLAIN, end=int(days[-1] + 5 * gap))
        assert onset is not None
        errors.append(abs(onset.day - stop))
        covered += onset.low <= stop <= onset.high
    assert np.median(errors) <= 21
    assert covered >= 0.8 * 80


def test_steady_orders_give_no_strong_onset() -> None:
    draws = np.random.default_rng(2)
    known = rhythm(draws)
    strengths = [
        onset.strength
        for _ in range(60)
        if (onset := find_onset(history(renewal(draws, 20.0, 2, 900)), known, PLAIN, end=900))
    ]
    assert np.quantile(strengths, 0.95) < 11.79


@pytest.mark.parametrize("cheaper", [10.0, -40.0])
def test_a_fall_in_what_an_order_earns_is_an_onset_too(cheaper: float) -> None:
    days = np.arange(0, 800, 10)
    earned = np.where(days < 600, 100.0, cheaper)
    known = rhythm(np.random.default_rng(3))
    onset = find_onset(history(days, earned), known, PLAIN, end=800, with_worth=True)
    assert onset is not None
    assert abs(onset.day - 600) <= 10
    assert onset.strength > 50


@pytest.mark.parametrize("lasting", [60, 150, 330])
def test_the_onset_of_a_slow_fall_in_worth_is_its_beginning_not_its_middle(lasting: int) -> None:
    draws, errors = np.random.default_rng(6), []
    known, days = rhythm(draws), np.arange(0, 900, 10)
    for _ in range(20):
        fallen = 150.0 * np.clip((days - 500) / lasting, 0.0, 1.0)
        earned = (100.0 - fallen) * draws.lognormal(0.0, 0.3, len(days))
        onset = find_onset(history(days, earned), known, PLAIN, end=900, with_worth=True)
        assert onset is not None
        errors.append(onset.day - 500)
    assert abs(np.median(errors)) < lasting / 3


def test_two_orders_are_no_history_to_decline_from() -> None:
    known = rhythm(np.random.default_rng(4))
    assert find_onset(history(np.array([1, 30])), known, PLAIN, end=300) is None


def test_orders_after_the_end_are_not_read() -> None:
    known, days = rhythm(np.random.default_rng(5)), np.arange(0, 800, 10)
    whole = find_onset(history(days), known, PLAIN, end=500)
    assert whole == find_onset(history(days[days < 500]), known, PLAIN, end=500)
