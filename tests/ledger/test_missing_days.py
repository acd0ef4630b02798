"""Days without a delivery, on ledgers written out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection

import pytest

from segml.ledger import Ledger, day_of, missing_days

AS_OF = dt.date(2025, 3, 3)  # a Monday
DAYS = 420
A_YEAR = dt.timedelta(days=364)
HOLE = dt.date(2025, 2, 26)
WHITSUN = dt.date(2024, 3, 18)  # another holiday, not at the time of the hole
Days = Collection[dt.date]


def _ledger(
    opened: Callable[..., Ledger],
    closed: Days,
    *,
    days: int = DAYS,
    calls: Days | None = None,
    last: dt.date = AS_OF,
) -> Ledger:
    """Forty lines a working day, ten a Saturday, two a closed day; calls on all but some days."""
    every = [AS_OF - dt.timedelta(days=back) for back in range(days, 0, -1)]
    counts = {
        day: 2 if day in closed else (0, 10, 40)[min(6 - day.weekday(), 2)]
        for day in every
        if day < last
    }
    lines = [f"c{n % 50},{day},5" for day, count in counts.items() for n in range(count)]
    called = [
        f"c{n},{day},call,5"
        for day in every
        if calls is not None and day not in calls and day.weekday() < 6
        for n in range(12)
    ]
    return opened(
        "client_id,date,amount\n" + "\n".join(lines),
        interactions="client_id,date,kind,minutes\n" + "\n".join(called) if called else None,
    )


def _told(ledger: Ledger) -> list[tuple[dt.date, int, float, float]]:
    found = missing_days(ledger.past(day_of(AS_OF)))
    return list(found.itertuples(index=False, name=None))


def test_a_day_of_hardly_a_line_between_full_ones_is_told(opened: Callable[..., Ledger]) -> None:
    assert _told(_ledger(opened, [])) == []
    assert _told(_ledger(opened, [HOLE])) == [(HOLE, 2, 4.0, 40.0)]
    saturday = HOLE + dt.timedelta(days=3)
    assert _told(_ledger(opened, [saturday])) == []
    assert _told(_ledger(opened, [HOLE - dt.timedelta(days=14)])) == []


def test_after_the_last_full_day_rows_may_still_be_booked(opened: Callable[..., Ledger]) -> None:
    friday = dt.date(2025, 2, 28)
    assert _told(_ledger(opened, [friday], last=friday + dt.timedelta(days=1))) == []


@pytest.mark.parametrize("shift", [-35, 0, 35])
def test_a_holiday_comes_back_every_year(opened: Callable[..., Ledger], shift: int) -> None:
    then = HOLE - A_YEAR + dt.timedelta(days=shift)
    assert _told(_ledger(opened, [HOLE, then])) == []


def test_who_was_called_on_that_day_had_no_holiday(opened: Callable[..., Ledger]) -> None:
    closed = [HOLE, HOLE - A_YEAR, WHITSUN]
    assert [row[0] for row in _told(_ledger(opened, closed, calls=closed[1:]))] == [HOLE]
    assert _told(_ledger(opened, closed, calls=closed)) == []
    # calls are made on holidays too, and tell nothing
    assert _told(_ledger(opened, closed, calls=())) == []


def test_of_less_than_a_year_nothing_is_told(opened: Callable[..., Ledger]) -> None:
    assert _told(_ledger(opened, [HOLE], days=360)) == []
