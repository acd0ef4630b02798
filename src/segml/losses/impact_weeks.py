"""What every client ordered and earned by week: the grid on which events are compared.

Weeks are counted from the ledger's first day. Everything is known at the start of a week: sums over
the weeks before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segml.losses.history import Days, History, Numbers, of
from segml.losses.impact_contrast import Flags
from segml.losses.transitions import EXPECTED_ORDERS

WEEK = 7
YEAR = 52
"""Weeks."""
SETTLING, WATCH = 13, 39
"""Weeks after an event: a decline begun meanwhile shows from the one to the other."""
LEAST_ORDERS = EXPECTED_ORDERS
"""Order days in half a year: who buys more rarely cannot be seen to go in half a year."""
NEVER = np.iinfo(np.int32).max
Whole = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weeks:
    """Sums of c clients before the start of each of w + 1 weeks.

    Parameters
    ----------
    clients
        Ids, sorted.
    first_day
        Of the first week.
    profit
        (c, w + 1) money earned before the start of a week.
    orders
        (c, w + 1) days with an order before it.
    first
        (c,) the week of the first order; `NEVER` where there is none.
    """

    clients: tuple[str, ...]
    first_day: int
    profit: Numbers
    orders: Whole
    first: Whole

    @property
    def count(self) -> int:
        """How many whole weeks there are."""
        return int(self.profit.shape[1] - 1)

    def after(self, day: int) -> int:
        """The first week that starts on a day or after it."""
        return int(-(-(day - self.first_day) // WEEK))

    def earned(self, start: int, end: int) -> Numbers:
        """(c,) profit of the weeks in [start, end)."""
        return np.asarray(self.profit[:, end] - self.profit[:, start], dtype=np.float64)

    def ordered(self, start: int, end: int) -> Whole:
        """(c,) days with an order in the weeks of [start, end); weeks before the first are none."""
        return np.asarray(self.orders[:, end] - self.orders[:, max(start, 0)], dtype=np.int32)

    def could_be_lost(self, week: int) -> Flags:
        """(c,) of whom a loss after a week would show within the watch: still buying, and often."""
        settled = self.ordered(*_a_year_before(week)) >= LEAST_ORDERS
        return np.asarray(settled & (self.ordered(week - SETTLING, week) > 0))

    def lost(self, week: int, below: float) -> Flags:
        """(c,) who ordered nothing after a week, or earns us less than a share of the year before.

        The first quarter is not judged, as a decline takes time; the half year after it is held
        against the same weeks a year before.
        """
        start, end = week + SETTLING, week + WATCH
        usual = self.earned(*_a_year_before(week))
        shrunk = (usual > 0) & (self.earned(start, end) < below * usual)
        return np.asarray((self.ordered(start, end) == 0) | shrunk)

    def silent(self, week: int) -> Numbers:
        """(c,) weeks since the last order, at most a year, of whom ordered within it."""
        since = max(week - YEAR, 0)
        later = self.orders[:, since : week + 1] < self.orders[:, [week]]
        return np.asarray(week - since - np.count_nonzero(later, axis=1) + 1, dtype=np.float64)


def weeks_of(
    clients: Sequence[str],
    book: Mapping[str, History],
    *,
    first_day: int,
    end: int,
) -> Weeks:
    """The grid of some clients.

    Parameters
    ----------
    clients
        Ids, sorted.
    book
        Histories; rows on `end` or later are not read.
    first_day, end
        Of the ledger, and the later date, in days. A last week that is cut short is left out, and
        so is money of before the first: a contact or a bill may be older than any order.
    """
    count = (end - first_day) // WEEK
    profit = np.zeros((len(clients), count + 1))
    orders = np.zeros((len(clients), count + 1), dtype=np.int32)
    first = np.full(len(clients), NEVER, dtype=np.int32)
    for row, client_id in enumerate(clients):
        own = of(book, client_id)
        bought, moved = _weeks(own.days, first_day), _weeks(own.money_days, first_day)
        orders[row, 1:] = np.bincount(bought[bought < count], minlength=count)
        inside = (moved >= 0) & (moved < count)
        profit[row, 1:] = np.bincount(moved[inside], own.profit[inside], minlength=count)
        if len(bought):
            first[row] = int(bought[0])
    return Weeks(
        clients=tuple(clients),
        first_day=first_day,
        profit=profit.cumsum(axis=1),
        orders=orders.cumsum(axis=1, dtype=np.int32),
        first=first,
    )


def _a_year_before(week: int) -> tuple[int, int]:
    return week + SETTLING - YEAR, week + WATCH - YEAR


def _weeks(days: Days, first_day: int) -> Days:
    return np.asarray((days - first_day) // WEEK, dtype=np.int64)
