"""Whole years held against each other, where single orders are too few or too uneven to tell.

A shop that takes two collections a year has few orders, a large one and small ones after it: no
break in them is sure for years. Its years are alike. So a client has shrunk as well if a whole year
was worth less than the configured share of each of the two years before it, the poorer one among
them: what one rich year leaves is no fall.
"""

from __future__ import annotations

import numpy as np

from segml.losses.courses import WEEK
from segml.losses.history import History
from segml.losses.silence import YEAR

YEARS = 3
LEAST_ORDERS = 3
"""A year before the fall held so many orders: fewer tell nothing of a pace."""
WINDOW_DAYS = 90


def poor_since(own: History, value: History, *, share: float, end: int) -> int | None:
    """The day from which on the last year is worth less than a share of each of two before it.

    Parameters
    ----------
    own, value
        A client's orders, and the same with referral profit, before `end`.
    share
        Of the poorer of the two years.
    end
        The day that is asked about, in days.

    Returns
    -------
    int or None
        None where the client is known for less than three years, ordered too seldom in the two
        before, or was back of late: then the last window brought more than half-way up from the
        share, of what it had in the poorer year.
    """
    days = np.arange(end, int(own.days[0]) + YEARS * YEAR - 1, -WEEK)[::-1]
    if not len(days):
        return None
    now, *before = (
        value.profit_between(days - (ago + 1) * YEAR, days - ago * YEAR) for ago in range(YEARS)
    )
    poorer = np.minimum(*before)
    is_poor = (poorer > 0.0) & (now < share * poorer)
    ordered = np.diff(np.searchsorted(own.days, [end - 3 * YEAR, end - 2 * YEAR, end - YEAR]))
    if not is_poor[-1] or ordered.min() < LEAST_ORDERS:
        return None
    windows = end - YEAR * np.arange(YEARS)
    lately, *usual = value.profit_between(windows - WINDOW_DAYS, windows)
    if min(usual) > 0.0 and lately >= 0.5 * (1.0 + share) * min(usual):
        return None
    broken = np.flatnonzero(~is_poor)
    return int(days[broken[-1] + 1 if len(broken) else 0])
