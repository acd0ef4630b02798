from __future__ import annotations

import numpy as np

from segml.losses.clock import Clock, learn_clock


def busy_winters(years: int) -> np.ndarray:
    """Orders of a portfolio that buys four times as often in the second half of each year."""
    days = np.arange(years * 364)
    return np.repeat(days, np.where(days % 364 < 182, 5, 20))


def test_two_years_are_needed_to_speak_of_seasons() -> None:
    short, long = busy_winters(1), busy_winters(3)
    assert not learn_clock(short, first_day=0, end=364).is_seasonal
    assert learn_clock(long, first_day=0, end=3 * 364).is_seasonal


def test_a_silence_in_the_quiet_season_weighs_less_than_one_in_the_busy_season() -> None:
    clock = learn_clock(busy_winters(3), first_day=0, end=3 * 364)
    quiet, busy = (float(clock.at(day + 90) - clock.at(day)) for day in (40, 230))
    assert busy > 2.5 * quiet


def test_a_year_holds_as_many_ticks_as_days_and_the_inverse_gives_the_day_back() -> None:
    clock = learn_clock(busy_winters(3), first_day=100, end=100 + 3 * 364)
    days = np.array([100.0, 333.5, 900.0, 2000.0])
    np.testing.assert_allclose(clock.at(days + 364) - clock.at(days), 364.0)
    np.testing.assert_allclose(clock.day_when(clock.at(days)), days)


def test_a_portfolio_without_seasons_keeps_plain_days() -> None:
    draws = np.random.default_rng(0).integers(0, 3 * 364, size=20_000)
    clock = learn_clock(draws, first_day=0, end=3 * 364)
    assert np.abs(clock.index - 1.0).max() < 0.08


def test_plain_days_are_their_own_ticks() -> None:
    assert Clock(10, np.ones(52)).at(np.array([10, 700])).tolist() == [0.0, 690.0]


def test_a_portfolio_that_paused_for_more_than_a_year_keeps_plain_days() -> None:
    winters = busy_winters(5)
    paused = winters[(winters < 364) | (winters >= 3 * 364)]
    assert not learn_clock(paused, first_day=0, end=5 * 364).is_seasonal
