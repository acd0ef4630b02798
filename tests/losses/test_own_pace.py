"""How clients order at a time of the year, by their own years."""

from __future__ import annotations

import numpy as np
import pytest

from segml.losses.clock import Clock
from segml.losses.history import History
from segml.losses.own_pace import own_paces
from segml.losses.rhythm import Rhythm
from segml.losses.silence import YEAR
from segml.losses.transitions import WINDOW_DAYS, Client, Lens
from segml.losses.worth_less import may_have_faded

END = 4 * YEAR
CLOCK = Clock(0, np.ones(52))
LENS = Lens(rhythm=Rhythm(2.0, 20.0, np.full(7, 1 / 7)), clock=CLOCK, shrunk_below=0.3)


def bought(days: np.ndarray) -> History:
    worth = np.full(len(days), 100.0)
    return History(days, worth, days, worth, worth)


def steady(seed: int, *, daily: float = 0.08) -> History:
    return bought(np.flatnonzero(np.random.default_rng(seed).random(END) < daily))


def campaigns(seed: int, middle: int) -> History:
    """Orders in ten weeks of the year alone."""
    rng = np.random.default_rng(seed)
    apart = np.abs((np.arange(END) - middle + YEAR // 2) % YEAR - YEAR // 2)
    return bought(np.flatnonzero((rng.random(END) < 0.3) & (apart < 35)))


def paces(book: dict[str, History]) -> dict[str, float]:
    return own_paces(book, lambda _: CLOCK, start=END - WINDOW_DAYS, end=END)


def test_where_nobody_has_a_season_of_its_own_nobody_is_told_to_have_one() -> None:
    found = paces({f"c{n:03}": steady(n) for n in range(200)})
    assert np.abs(np.array([*found.values()]) - 1).max() < 0.1


def test_who_orders_at_other_times_of_the_year_is_slow_now_and_who_does_now_is_fast() -> None:
    book = {f"s{n:02}": steady(n) for n in range(30)}
    book |= {f"c{n:02}": campaigns(n, middle=12 * n) for n in range(30)}
    found = paces(book)
    assert max(found[f"c{n:02}"] for n in range(4, 19)) < 0.2
    assert found["c26"] > 2.5
    assert found["c26"] < YEAR / WINDOW_DAYS
    assert all(0.3 < found[f"s{n:02}"] < 2 for n in range(30))


def test_nothing_of_the_window_or_of_a_year_known_in_part_is_read() -> None:
    book = {f"c{n:02}": campaigns(n, middle=12 * n) for n in range(40)}
    window = END - WINDOW_DAYS
    before = {each: own.until(window) for each, own in book.items()}
    assert paces(before) == paces(book)
    young = book | {"young": book["c10"].until(window), "none": bought(np.empty(0, np.int64))}
    days = young["young"].days
    young["young"] = bought(days[days >= window - YEAR + 1])
    found = paces(young)
    assert found["young"] == pytest.approx(1.0)
    assert "none" not in found
    assert paces({}) == {}


@pytest.mark.parametrize(("pace", "expected"), [(1.0, True), (0.95, True), (0.1, False)])
def test_who_rests_in_its_own_season_has_not_faded(pace: float, expected: bool) -> None:
    days = np.arange(0, END - 100, 15)
    own = bought(days)
    asked = Client(client_id="a", own=own, value=own)
    assert may_have_faded(asked, LENS, end=END, pace=pace) is expected


def test_orders_as_many_as_ever_that_are_worth_little_are_no_season() -> None:
    days = np.arange(0, END, 15)
    worth = np.where(days < END - 100, 100.0, 5.0)
    own = History(days, worth, days, worth, worth)
    assert may_have_faded(Client(client_id="a", own=own, value=own), LENS, end=END, pace=0.3)
