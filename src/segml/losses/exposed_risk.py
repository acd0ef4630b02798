"""Who could begin to decline, and in which months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.losses.history import Days, Numbers
from segml.losses.months import month_start, month_starts

ACTIVE_DAYS = 365
"""A client that ordered nothing for longer has no business left that could begin to decline, unless
the portfolio says otherwise (`churn.active_days`)."""
BLIND_MONTHS = 4
"""In the ledger's first months nothing is known yet of what is normal for a client."""
_NEVER = np.iinfo(np.int64).min // 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Risk:
    """The client-months in which a decline could begin, and those in which one did.

    Parameters
    ----------
    clients
        Ids of c clients, sorted.
    starts
        (m,) the first days of the ledger's months, ascending, in days.
    at_risk
        (c, m) whether the client could begin to decline in the month.
    lost
        (n,) the rows, in `clients`, of those whose decline began; ascending.
    month
        (n,) the month, in `starts`, of its onset; `at_risk` is true there.
    known
        (m,) the share of the declines of each month that are known by the end.
    """

    clients: tuple[str, ...]
    starts: Days
    at_risk: npt.NDArray[np.bool_]
    lost: npt.NDArray[np.intp]
    month: npt.NDArray[np.intp]
    known: Numbers

    def mass(self, values: npt.NDArray[np.bool_] | Numbers) -> float:
        """The sum of values (c, m) over the client-months at risk, by what is known of each."""
        return float(self.by_month(values).sum())

    def by_month(self, values: npt.NDArray[np.bool_] | Numbers) -> Numbers:
        """(m,) the same sums, month by month."""
        sums = (self.at_risk * values).sum(axis=0) * self.known
        return np.asarray(sums, dtype=np.float64)


def risk_of(
    orders: pd.DataFrame,
    onsets: Mapping[str, int],
    *,
    clients: Sequence[str],
    first_day: int,
    end: int,
    active_days: int = ACTIVE_DAYS,
) -> Risk:
    """Who could begin to decline in which month, known at the month's start.

    Parameters
    ----------
    orders
        As `Past.orders` has them at `end`.
    onsets
        Client to the day its decline began. Onsets outside the months at risk are left out, and
        such a client is at risk up to the onset's month only.
    clients
        Ids, in any order.
    first_day
        Of the ledger, in days.
    end
        The later date, in days; the last month may be cut short by it.
    active_days
        Days since its last order for which a client is at risk.
    """
    index = pd.Index(sorted(set(clients)), dtype=object)
    starts = np.array(month_starts(month_start(first_day), end - 1), dtype=np.int64)
    bought = orders[~orders["is_return"].astype(bool)]
    row = index.get_indexer(pd.Index(bought["client_id"]))
    day = bought["day"].to_numpy(dtype=np.int64)
    month = month_of(starts, day)
    known = (row >= 0) & (month >= 0)
    # one month more, so that each column can be read at the start of the next
    last = np.full((len(index), len(starts) + 1), _NEVER)
    np.maximum.at(last, (row[known], month[known] + 1), day[known])
    last = np.maximum.accumulate(last, axis=1)[:, :-1]
    at_risk = starts - last <= active_days
    at_risk[:, :BLIND_MONTHS] = False
    lost = np.flatnonzero(index.isin(list(onsets)))
    onset = month_of(starts, np.array([onsets[each] for each in index[lost]], dtype=np.int64))
    at_risk[lost] &= np.arange(len(starts)) <= onset[:, None]
    met = np.array([m >= 0 and at_risk[i, m] for i, m in zip(lost, onset, strict=True)], dtype=bool)
    return Risk(
        clients=tuple(index),
        starts=starts,
        at_risk=at_risk,
        lost=lost[met],
        month=onset[met],
        known=np.ones(len(starts)),
    )


def month_of(starts: Days, day: Days) -> npt.NDArray[np.intp]:
    """The month each day lies in, as a position in `starts`; -1 for days before the first."""
    return np.asarray(np.searchsorted(starts, day, side="right") - 1)
