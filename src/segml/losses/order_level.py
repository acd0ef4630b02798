"""What an order earns, over time: how prices, costs and baskets moved for clients that stayed.

A client that left would have gone on at the prices of the year after, not at those of the year
before: where list prices rose by a tenth and costs did not, the same orders earn far more. So its
year before is brought to the level of the year after. That level is the median, over all orders of
comparable clients about a day, of what an order earned in units of what the client's orders usually
earn: neither a giant's order nor who ordered that week moves it. Beyond the later date it is not
known, and held where it stood last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segml.losses.history import History, Numbers

YEAR = 365
STEP_DAYS = 7
HALF_DAYS = 45
"""A level is that of the quarter about its day."""
LEAST_CLIENTS = 20
LEAST_ORDERS = 100
"""Orders about a day that its level needs: a median of fewer is off by a tenth by chance."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OrderLevel:
    """What an order of comparable clients earned about each week, in units of their usual.

    Parameters
    ----------
    first, last
        The first and the last day whose level is known.
    level
        Of every seventh day from the first on.
    """

    first: int
    last: int
    level: Numbers

    def growth(self, onset: int) -> float:
        """What the same orders earn in the year from the onset on, over the year before it.

        1 where the level of the year before is not known, or was nothing.
        """
        if onset - YEAR < self.first:
            return 1.0
        before = self._mean(onset - YEAR, onset)
        after = self._mean(onset, onset + YEAR)
        return after / before if before > 0.0 and after > 0.0 else 1.0

    def _mean(self, start: int, end: int) -> float:
        days = np.minimum(np.arange(start, end), self.last)
        return float(self.level[(days - self.first) // STEP_DAYS].mean())


def learn_order_level(clients: Sequence[History], *, end: int) -> OrderLevel | None:
    """The level of clients that stayed; None where they are too few, or order too rarely.

    Parameters
    ----------
    clients
        Their histories; orders on `end` or later are not read.
    end
        The later date, in days.
    """
    known = [each.until(end) for each in clients]
    known = [each for each in known if len(each.days) and float(np.median(each.earned)) > 0.0]
    if len(known) < LEAST_CLIENTS:
        return None
    days = np.concatenate([each.days for each in known])
    worth = np.concatenate([each.earned / float(np.median(each.earned)) for each in known])
    order = np.lexsort((worth, days))
    days, worth = days[order], worth[order]
    last = end - HALF_DAYS
    middles = np.arange(last, int(days[0]) + HALF_DAYS - 1, -STEP_DAYS)[::-1]
    starts = np.searchsorted(days, middles - HALF_DAYS)
    ends = np.searchsorted(days, middles + HALF_DAYS)
    enough = ends - starts >= LEAST_ORDERS
    if not len(middles) or not enough[-1]:
        return None
    # the longest run of weeks up to the last one
    since = int(np.flatnonzero(~enough)[-1]) + 1 if (~enough).any() else 0
    level = [
        float(np.median(worth[start:stop]))
        for start, stop in zip(starts[since:], ends[since:], strict=True)
    ]
    return OrderLevel(first=int(middles[since]), last=last, level=np.array(level))
