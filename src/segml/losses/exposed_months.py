"""Sums by client and month, and what they were at the start of each month.

A matrix has a row a client and a column a month. What is known at the start of month m are the
columns before m: every function here that tells of a month reads no other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.losses.exposed_risk import Risk, month_of
from segml.losses.history import Days, Numbers

_LATER = np.iinfo(np.int64).max
MONTH_DAYS = 365.25 / 12.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Months:
    """The clients and months that rows are put into.

    Parameters
    ----------
    clients
        Ids of c clients.
    starts
        (m,) first days of months, ascending.
    first
        (c,) the day of each client's first order; the greatest integer where it has none.
    """

    clients: pd.Index
    starts: Days
    first: Days

    @property
    def shape(self) -> tuple[int, int]:
        """Clients and months."""
        return len(self.clients), len(self.starts)

    @property
    def known(self) -> Numbers:
        """(c, m) one where the client had ordered before the month or on its first day."""
        return np.asarray(self.starts >= self.first[:, None], dtype=np.float64)

    @property
    def age(self) -> Numbers:
        """(c, m) days since the first order; 0 before it."""
        gone = self.starts - np.minimum(self.first, self.starts[-1])[:, None]
        return np.asarray(np.maximum(gone, 0), dtype=np.float64)

    def rows(self, client_id: pd.Series) -> npt.NDArray[np.intp]:
        """The row of each client; -1 for one that is not here."""
        return np.asarray(self.clients.get_indexer(pd.Index(client_id)))

    def cells(self, client_id: pd.Series, day: Days) -> npt.NDArray[np.int64]:
        """Row times m plus month of each row of a table; -1 where it lies outside."""
        row, month = self.rows(client_id), month_of(self.starts, day)
        return np.where((row >= 0) & (month >= 0), row * len(self.starts) + month, -1)

    def sums(self, cells: npt.NDArray[np.int64], values: Numbers | None = None) -> Numbers:
        """(c, m) sums of values, or counts, of the same bytes for any order of the rows."""
        inside = cells >= 0
        cells = cells[inside]
        if values is not None:
            values = values[inside]
            order = np.lexsort((values, cells))
            cells, values = cells[order], values[order]
        total = np.bincount(cells, weights=values, minlength=self.shape[0] * self.shape[1])
        return np.asarray(total.reshape(self.shape), dtype=np.float64)


def months_of(risk: Risk, orders: pd.DataFrame) -> Months:
    """The clients and months of a risk, with the first orders as `Past.orders` has them."""
    clients = pd.Index(risk.clients, dtype=object)
    bought = orders[~orders["is_return"].astype(bool)]
    row = clients.get_indexer(pd.Index(bought["client_id"]))
    first = np.full(len(clients), _LATER)
    np.minimum.at(first, row[row >= 0], bought["day"].to_numpy(dtype=np.int64)[row >= 0])
    return Months(clients=clients, starts=risk.starts, first=first)


def days_of(column: pd.Series) -> Days:
    """A column of days without gaps as an array."""
    return column.to_numpy(dtype=np.int64)


def numbers_of(column: pd.Series) -> Numbers:
    """A column as numbers, NaN where it has gaps."""
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def shifted(values: Numbers, months: int) -> Numbers:
    """(c, m) each month's value so many months later; 0 in the first."""
    found = np.zeros_like(values)
    found[:, months:] = values[:, : max(0, values.shape[1] - months)]
    return found


def window(values: Numbers, months: int) -> Numbers:
    """(c, m) the sum of so many months before each month.

    Added up anew, not taken as a difference of running sums: where there was nothing, it is 0.
    """
    found = np.zeros_like(values)
    for back in range(1, months + 1):
        found += shifted(values, back)
    return found


def before(values: Numbers, gap: int = 0) -> Numbers:
    """(c, m) the sum of all months before each month, the last `gap` left out."""
    return shifted(np.cumsum(values, axis=1), gap + 1)


def decayed(values: Numbers, tau_days: float) -> Numbers:
    """(c, m) the sum of all months before each month, each forgotten with a time constant."""
    kept = np.exp(-MONTH_DAYS / tau_days)
    found = np.zeros_like(values)
    for month in range(1, values.shape[1]):
        found[:, month] = (found[:, month - 1] + values[:, month - 1]) * kept
    return found


def usual(values: Numbers, known: Numbers, *, prior_months: float) -> Numbers:
    """(c, m) what a month of a client usually had, shrunk to what a month of all clients had.

    Parameters
    ----------
    values
        (c, m) sums by month.
    known
        (c, m) one in the months in which it was a client.
    prior_months
        How many of its own months the portfolio's are worth.
    """
    had, lived = before(values), before(known)
    total = lived.sum(axis=0)
    rate = np.divide(had.sum(axis=0), total, out=np.zeros_like(total), where=total > 0)
    return np.asarray((had + prior_months * rate) / (lived + prior_months), dtype=np.float64)


def excess(values: Numbers, usually: Numbers, tau_days: float) -> Numbers:
    """(c, m) the decayed sum above what it would be if every month had been a usual one."""
    usual_sum = usually * steady(tau_days)
    return np.asarray(decayed(values, tau_days) - usual_sum, dtype=np.float64)


def steady(tau_days: float) -> float:
    """What one a month sums to, decayed: q + q² + ... = q / (1 - q), with q kept of a month."""
    kept = float(np.exp(-MONTH_DAYS / tau_days))
    return kept / (1.0 - kept)
