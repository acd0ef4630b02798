"""First days of months, as day numbers: the dates snapshots of a loss are taken on."""

from __future__ import annotations

import datetime as dt

from segml.ledger import date_of, day_of


def month_start(day: int) -> int:
    """The first day of the month that `day` lies in.

    Examples
    --------
    >>> str(date_of(month_start(day_of(dt.date(2024, 2, 29)))))
    '2024-02-01'
    """
    return day_of(date_of(day).replace(day=1))


def next_month_start(day: int) -> int:
    """The first month start after `day`."""
    return month_start(month_start(day) + 31)


def month_starts(first: int, last: int) -> tuple[int, ...]:
    """Every month start in [first, last], in days, ascending."""
    day = first if month_start(first) == first else next_month_start(first)
    found = []
    while day <= last:
        found.append(day)
        day = next_month_start(day)
    return tuple(found)


def as_date(day: int | None) -> dt.date | None:
    """The calendar day, or None for none."""
    return None if day is None else date_of(day)
