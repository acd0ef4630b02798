"""The course of one client by month: since when it bought, and how much before and since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

YEAR = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFact:
    """One month of its course, in money."""

    month: dt.date
    orders: int
    revenue: float
    profit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceFact:
    """Money a whole month, on average: of the year before the onset's month, and since it.

    A month before the first order of the course is none of a client's.
    """

    revenue_before: float
    revenue_after: float
    profit_before: float
    profit_after: float


def new_in(course: Sequence[MonthFact], onset: dt.date | None) -> dt.date | None:
    """The first month with orders of a client that had no year of them before the onset."""
    ordered = [each.month for each in course if each.orders]
    if onset is None or not ordered or ordered[0] == course[0].month:
        return None
    return ordered[0] if (onset - ordered[0]).days < YEAR else None


def pace_of(course: Sequence[MonthFact], onset: dt.date | None, end: dt.date) -> PaceFact | None:
    """What it brought a month before the onset and since, the month that `end` cuts left out."""
    if onset is None:
        return None
    turn, since = onset.replace(day=1), new_in(course, onset)
    known = [each for each in course if since is None or each.month >= since]
    before = [each for each in known if each.month < turn][-12:]
    after = [each for each in course if each.month > turn and each.month < end.replace(day=1)]
    if not before or not after:
        return None
    return PaceFact(
        revenue_before=fmean(each.revenue for each in before),
        revenue_after=fmean(each.revenue for each in after),
        profit_before=fmean(each.profit for each in before),
        profit_after=fmean(each.profit for each in after),
    )
