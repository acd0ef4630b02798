"""A day inside segml: a whole count of days since 1970-01-01."""

from __future__ import annotations

import calendar
import datetime as dt

EPOCH = dt.date(1970, 1, 1)


def day_of(date: dt.date) -> int:
    """Return the day number of a date.

    Parameters
    ----------
    date
        A calendar date.

    Returns
    -------
    int
        Days since 1970-01-01; negative before it.

    Examples
    --------
    >>> day_of(dt.date(1970, 1, 31))
    30
    """
    return date.toordinal() - EPOCH.toordinal()


def date_of(day: int) -> dt.date:
    """Return the date of a day number.

    Parameters
    ----------
    day
        Days since 1970-01-01.

    Returns
    -------
    datetime.date
        The calendar date.

    Examples
    --------
    >>> date_of(30).isoformat()
    '1970-01-31'
    """
    return dt.date.fromordinal(EPOCH.toordinal() + int(day))


def as_day(moment: dt.date | int) -> int:
    """Return a day number from a date or from a day number.

    Parameters
    ----------
    moment
        A calendar date, or days since 1970-01-01.

    Returns
    -------
    int
        Days since 1970-01-01.

    Raises
    ------
    TypeError
        If it is a stamp with a time: the caller decides which local day that is.
    """
    if isinstance(moment, dt.datetime):
        raise TypeError("a date or a day number is wanted, not a stamp with a time")
    return day_of(moment) if isinstance(moment, dt.date) else int(moment)


def months_before(day: int, months: int) -> int:
    """Return the same day of an earlier month, or the last day of a month that is too short for it.

    Parameters
    ----------
    day
        Days since 1970-01-01.
    months
        How many months before; not negative.

    Examples
    --------
    >>> [date_of(months_before(day_of(dt.date(2024, 3, 31)), n)).isoformat() for n in (1, 13)]
    ['2024-02-29', '2023-02-28']
    """
    date = date_of(day)
    year, month = divmod(12 * date.year + date.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return day_of(dt.date(year, month + 1, min(date.day, last)))
