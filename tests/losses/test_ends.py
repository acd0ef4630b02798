"""A recorded end wins, is known only afterwards, and needs no silence."""

from __future__ import annotations

import dataclasses

import numpy as np

from segml.ledger import TRAILING_DAYS
from segml.losses.books import Books
from segml.losses.clock import Clock
from segml.losses.ends import End, recorded_loss, standing_ends
from segml.losses.fates import Fates, fates
from segml.losses.history import History
from segml.losses.rhythm import learn_rhythm
from segml.losses.transitions import Client, Lens, transition

LENS = Lens(
    rhythm=learn_rhythm([np.full(20, 14.0), np.full(10, 30.0)] * 9),
    clock=Clock(0, np.ones(52)),
    shrunk_below=0.3,
)
DAYS = np.arange(0, 900, 14)
LAST = int(DAYS[-1])


def history(days: np.ndarray, earned: float | np.ndarray = 100.0) -> History:
    money = np.broadcast_to(np.asarray(earned, dtype=np.float64), days.shape).copy()
    return History(days, money, days, money, money)


def client(own: History) -> Client:
    return Client(client_id="a", own=own, value=own)


def became(end: End | None, *, days: np.ndarray = DAYS, dates: tuple[int, int]) -> Fates:
    books = Books(
        orders={"a": history(days)}, brought={}, lens=LENS, ends={} if end is None else {"a": end}
    )
    return fates(books, ["a"], start=dates[0], end=dates[1])


def test_a_client_recorded_as_left_is_lost_though_its_rhythm_sees_nothing() -> None:
    assert became(None, dates=(700, 900)).stayed == ("a",)
    found = became(End(LAST + 2, None), dates=(700, 900)).lost["a"]
    assert (found.kind, found.certainty, found.lost_on) == ("left", "certain", LAST + 2)


def test_a_recorded_end_wins_over_the_day_of_the_silence() -> None:
    days = DAYS[DAYS < 600]
    silent = became(None, days=days, dates=(550, 900)).lost["a"]
    recorded = became(End(silent.lost_on + 20, None), days=days, dates=(550, 900)).lost["a"]
    assert recorded.lost_on == silent.lost_on + 20
    assert recorded.onset == silent.onset


def test_a_recorded_end_is_counted_once_over_two_periods() -> None:
    for day in (600, 700, 701, 899):
        days = DAYS[day > DAYS]
        first, second = (
            became(End(day, None), days=days, dates=(500, 700)),
            became(End(day, None), days=days, dates=(700, 900)),
        )
        # as it is known at 700: an end of that day or later is not
        if day >= 700:
            first = became(None, days=days, dates=(500, 700))
        assert ("a" in first.lost) + ("a" in second.lost) == 1, day


def test_the_onset_of_a_recorded_end_is_that_of_its_orders_where_they_show_one() -> None:
    earned = np.where(DAYS < 500, 100.0, 15.0)
    fading = recorded_loss(client(history(DAYS, earned)), End(LAST + 2, "sold"), LENS)
    assert abs(fading.onset.day - 500) <= 14
    steady = recorded_loss(client(history(DAYS)), End(LAST + 2, None), LENS)
    assert steady.onset.day == LAST + 1
    assert steady.onset.low <= steady.onset.day <= steady.onset.high <= LAST + 2


def test_what_was_ordered_after_a_recorded_end_does_not_move_its_onset() -> None:
    known, later = history(DAYS), history(np.append(DAYS, LAST + 20))
    end = End(LAST + 2, None)
    assert recorded_loss(client(known), end, LENS) == recorded_loss(client(later), end, LENS)


def test_a_client_that_goes_on_buying_has_not_left_but_last_deliveries_are_no_return() -> None:
    end = End(LAST - 100, "said so")
    assert standing_ends({"a": end}, {"a": history(DAYS)}) == {}
    trailing = history(DAYS[end.day + TRAILING_DAYS >= DAYS])
    assert standing_ends({"a": end}, {"a": trailing}) == {"a": end}
    assert standing_ends({"a": end}, {}) == {"a": end}


def test_a_recorded_reason_changes_nothing_but_what_is_shown() -> None:
    day, own = LAST + 2, client(history(DAYS))
    told, untold = (recorded_loss(own, End(day, reason), LENS) for reason in ("price", None))
    assert dataclasses.astuple(told) == dataclasses.astuple(untold)
    assert transition(own, LENS, end=900) is None
