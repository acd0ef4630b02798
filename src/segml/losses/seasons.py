"""Clocks of industries: whose season differs from the portfolio's beyond chance has its own.

A portfolio's season is the mean of its industries', and an industry that buys in half of the year
alone has another: on the clock of all, its quiet half is a silence that looks like a loss. An
industry's season is its index by week of the year, less the portfolio's. How much of it is chance
is seen in how much it differs from one year to the next; orders that come in clumps differ more, so
counts alone would not tell. What is beyond chance is kept (the positive part of James and Stein),
the rest is the portfolio's.

References
----------
Efron and Morris (1973), Stein's estimation rule and its competitors: an empirical Bayes approach,
JASA 68. Bunn and Vassilopoulos (1999), Comparison of seasonal estimation methods in multi-item
short-term forecasting, International Journal of Forecasting 15: seasons by groups of items.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from segml.losses.clock import KERNEL, WEEKS, Clock, seasonal_ratios, smoothed
from segml.losses.history import Days

LEAST_AGAIN = 26
"""Weeks that are seen in two years: half a year of them says how much a season varies."""
BEYOND_CHANCE = 3.24
"""1 % point of F with 17 and 17 degrees of freedom: a year of weeks that are smoothed over five is
worth so many independent ones (52 over the sum of the squared autocorrelations)."""
FLOOR, CEILING = 0.02, 10.0
"""Of an industry's index: its clock hardly moves while it buys nothing, and never stands still."""


def learn_seasons(
    days: Mapping[str, Days], whole: Clock, *, first_day: int, end: int
) -> dict[str, Clock]:
    """The clocks of the industries whose season differs from the portfolio's, by industry.

    Parameters
    ----------
    days
        Industry to the (n,) days of its orders.
    whole
        The portfolio's clock.
    first_day, end
        The history is [first_day, end), in days; two and a half years of it are needed.

    Examples
    --------
    >>> plain = Clock(0, np.ones(52))
    >>> learn_seasons({"farms": np.arange(0, 1100)}, plain, first_day=0, end=1100)
    {}
    """
    found = {
        name: _season(days[name], whole, first_day=first_day, end=end) for name in sorted(days)
    }
    return {name: clock for name, clock in found.items() if clock is not None}


def _season(order_days: Days, whole: Clock, *, first_day: int, end: int) -> Clock | None:
    known = seasonal_ratios(order_days, first_day=first_day, end=end)
    if known is None or len(known.ratio) < WEEKS + LEAST_AGAIN:
        return None
    years = np.bincount(known.week, minlength=WEEKS)
    ratio = np.bincount(known.week, known.ratio, minlength=WEEKS) / years
    again = np.convolve(known.ratio[WEEKS:] - known.ratio[:-WEEKS], KERNEL, mode="valid")
    counting = float(np.mean(1.0 / known.trend) * np.sum(KERNEL**2))
    chance = max(float(np.mean(again**2)) / 2.0, counting) * float(np.mean(1.0 / years))
    index = smoothed(ratio)
    apart = index / index.mean() - whole.index
    seen = float(np.mean(apart**2))
    if seen <= BEYOND_CHANCE * chance:
        return None
    own = np.clip(whole.index + (1.0 - chance / seen) * apart, FLOOR, CEILING)
    return Clock(first_day, own / own.mean())
