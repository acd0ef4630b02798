"""The days a tier's history is replayed on: first days of months, so that any order agrees."""

from __future__ import annotations

import datetime as dt

from segml.ledger import date_of, day_of

LEAST, HALF_YEAR = 12, 6
"""So many month starts are replayed where the history has them, and up to five more: the first one
opens a half year, so that it stays where it is for six months. One that moved on each month would
carry clients near an edge to and fro, for what they held at first is remembered."""


def month_starts(as_of: int, first_day: int) -> tuple[int, ...]:
    """The month starts before a date, earliest first: from a January or July on, twelve at least.

    Parameters
    ----------
    as_of
        Days since 1970-01-01; a month that starts on it is not before it.
    first_day
        The ledger's first day; months that start on it or before it have no past.

    Examples
    --------
    >>> import datetime as dt
    >>> from segml.ledger import date_of, day_of
    >>> as_of, first = day_of(dt.date(2011, 3, 1)), day_of(dt.date(2010, 12, 15))
    >>> [str(date_of(day)) for day in month_starts(as_of, first)]
    ['2011-01-01', '2011-02-01']
    """
    start = date_of(as_of - 1).replace(day=1)
    days: list[int] = []
    while day_of(start) > first_day:
        days.append(day_of(start))
        if len(days) >= LEAST and (start.month - 1) % HALF_YEAR == 0:
            break
        start = (start - dt.timedelta(days=1)).replace(day=1)
    return tuple(reversed(days))


def last_month_start(as_of: int, first_day: int) -> int | None:
    """The month start a date's previous tiers are of; None where no month started before it.

    Parameters
    ----------
    as_of, first_day
        As for `month_starts`.
    """
    days = month_starts(as_of, first_day)
    return days[-1] if days else None
