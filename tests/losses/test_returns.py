"""Returns: counted over silences as long as the one in question, and only where a year is known."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from segml.losses.clock import Clock
from segml.losses.history import History
from segml.losses.returns import (
    LEAST_EPISODES,
    LEAST_RETURNS,
    Episode,
    chance_of_return,
    episodes,
)
from segml.losses.rhythm import learn_rhythm
from segml.losses.silence import SEASON_SHIFT_DAYS, YEAR, silence
from segml.losses.transitions import SURE_GAPS

CLOCK = Clock(0, np.ones(52))
RHYTHM = learn_rhythm([np.full(20, 14.0), np.full(10, 30.0)] * 9)
END = 2000
GONE, LATE_BACK, SOON_BACK = (
    Episode(0, 40, None),
    Episode(0, 40, 200),
    Episode(0, 40, 60),
)


def history(days: np.ndarray) -> History:
    money = np.full(days.shape, 10.0)
    return History(days, money, days, money, money)


def found(*days: int, end: int = END) -> list[Episode]:
    return episodes([history(np.array(days))], RHYTHM, CLOCK, end=end)


FORTNIGHTLY = tuple(range(0, 420, 14))


def test_a_silence_beyond_the_own_rhythm_is_an_episode_and_the_next_order_ends_it() -> None:
    (one, *after) = found(*FORTNIGHTLY, *range(720, 900, 14), end=900)
    assert not after
    assert (one.last, one.back_on) == (FORTNIGHTLY[-1], 720)
    assert one.last + 30 < one.lost_on < 720


def test_a_silence_that_has_not_ended_is_one_too() -> None:
    (one,) = found(*FORTNIGHTLY)
    assert one.back_on is None
    assert not found(*FORTNIGHTLY, end=one.lost_on - 1)
    assert found(*FORTNIGHTLY, end=one.lost_on)


def test_a_pause_of_the_first_year_may_be_a_season_of_its_own_and_is_no_episode() -> None:
    summers = [*range(0, 200, 14), *range(365, 565, 14), *range(730, 930, 14)]
    assert found(*summers, end=935) == []
    late = found(*summers, end=1300)
    assert [each.last for each in late] == [summers[-1]]


def test_no_row_on_or_after_the_later_date_is_read() -> None:
    assert found(*FORTNIGHTLY, 600, end=600) == found(*FORTNIGHTLY, end=600)


def test_a_gap_within_the_rhythm_and_one_after_few_gaps_are_no_episode() -> None:
    assert not found(*FORTNIGHTLY, FORTNIGHTLY[-1] + 25, end=FORTNIGHTLY[-1] + 40)
    assert not found(0, 14, 28, 500, end=520)


def test_it_is_the_same_rule_by_which_a_client_counts_as_left() -> None:
    draws = np.random.default_rng(5)
    for _ in range(30):
        # a slow habit that becomes a quick one: only the recent gaps may count, as for the rule
        gaps = np.concatenate([draws.exponential(60, 100), draws.exponential(6, 28)])
        gaps[-3] = 80
        own = history(np.unique(np.cumsum(gaps.astype(int) + 1)))
        end = int(own.days[-1]) + 200
        by_rule = []
        for place in range(SURE_GAPS, len(own.days)):
            quiet = silence(own.until(int(own.days[place]) + 1), RHYTHM, CLOCK)
            back = int(own.days[place + 1]) if place + 1 < len(own.days) else None
            assert quiet is not None
            watched = quiet.lost_on - int(own.days[0]) >= YEAR + SEASON_SHIFT_DAYS
            if watched and quiet.lost_on <= (end if back is None else back):
                by_rule.append(Episode(quiet.last, quiet.lost_on, back))
        assert episodes([own], RHYTHM, CLOCK, end=end) == by_rule


def test_the_length_is_measured_in_the_own_broken_rhythm() -> None:
    one = Episode(100, 140, None)
    assert (one.reached(1.0), one.reached(2.0), one.reached(1.01)) == (140, 180, 141)


def test_only_silences_as_long_as_the_one_in_question_are_counted() -> None:
    known = [GONE] * 15 + [LATE_BACK] * 5 + [SOON_BACK] * 30
    long = chance_of_return(known, length=2.0, end=END)
    assert (long.compared, long.returned, long.value) == (20, 5, 0.25)
    short = chance_of_return(known, length=1.0, end=END)
    assert (short.compared, short.returned, short.value) == (50, 35, 0.7)


def test_a_return_after_more_than_a_year_is_none() -> None:
    known = [GONE] * 15 + [Episode(0, 40, 406)] * 5 + [Episode(0, 40, 405)] * 10
    assert chance_of_return(known, length=1.0, end=END).returned == 10


def test_a_silence_whose_year_is_not_over_is_not_counted() -> None:
    known = [GONE] * 20 + [LATE_BACK] * 10 + [Episode(1700, 1740, 1750)] * 40
    assert chance_of_return(known, length=1.0, end=END).compared == 30
    assert chance_of_return(known, length=1.0, end=1740 + 365).compared == 70


@pytest.mark.parametrize(
    ("gone", "back"), [(LEAST_EPISODES - LEAST_RETURNS - 1, LEAST_RETURNS), (90, LEAST_RETURNS - 1)]
)
def test_too_few_silences_or_returns_say_nothing(gone: int, back: int) -> None:
    told = chance_of_return([GONE] * gone + [LATE_BACK] * back, length=1.0, end=END)
    assert (told.value, told.low, told.high) == (None, None, None)
    assert (told.compared, told.returned) == (gone + back, back)
    enough = [GONE] * (gone + 1) + [LATE_BACK] * (back + 1)
    assert chance_of_return(enough, length=1.0, end=END).value is not None


def test_the_interval_holds_the_share_and_narrows_with_more_silences() -> None:
    few, many = (
        chance_of_return(([GONE] * 15 + [LATE_BACK] * 5) * n, length=1.0, end=END) for n in (1, 20)
    )
    for each in (few, many):
        low, value, high = each.low, each.value, each.high
        assert low is not None
        assert value is not None
        assert high is not None
        assert 0 < low < value < high < 1
    wide, narrow = (dataclasses.asdict(each) for each in (few, many))
    assert narrow["high"] - narrow["low"] < 0.3 * (wide["high"] - wide["low"])
