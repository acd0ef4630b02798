"""The rows of clients that declined, told by the days since each one's onset.

What a client did more often than usual is counted against its own rate of the year before. A year
of one client is few rows, so its rate is shrunk to what all these clients had, as a Poisson rate is
under a gamma prior: ``(its rows + K · their rate) / (its days + K)``, K days of credit.

References
----------
Bühlmann and Gisler (2005), A Course in Credibility Theory and its Applications, chapter 2.5: the
Poisson-gamma model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from segml.losses.history import Days, Numbers

YEAR = 365
CREDIT_DAYS = 90
"""K: a client watched for a quarter is told half by its own rate, half by that of all."""


class Window(NamedTuple):
    """The days [start, until), counted from the onset; negative before it."""

    start: int
    until: int

    @property
    def year_before(self) -> Window:
        """The year that ends where the window begins."""
        return Window(self.start - YEAR, self.start)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Declined:
    """Clients that declined, and up to when their rows are seen.

    Parameters
    ----------
    client_ids
        n distinct ids.
    onsets
        (n,) days on which their declines began.
    first_days
        (n,) days of their first orders; the onset where there is none before it.
    end
        Rows dated on this day or later are not seen.
    """

    client_ids: tuple[str, ...]
    onsets: Days
    first_days: Days
    end: int

    def told(self, frame: pd.DataFrame, *, day: str = "day") -> pd.DataFrame:
        """The rows of these clients that are seen.

        Parameters
        ----------
        frame
            Rows of any clients: `client_id` and a day.
        day
            The column that dates a row.

        Returns
        -------
        pandas.DataFrame
            Its columns, `place` (of the client, 0 to n - 1) and `since` (days since the onset).
        """
        places = pd.Index(self.client_ids).get_indexer(pd.Index(frame["client_id"]))
        seen = (places >= 0) & (frame[day].to_numpy() < self.end)
        place = places[seen]
        since = frame[day].to_numpy(dtype=np.int64)[seen] - self.onsets[place]
        return frame[seen].assign(place=place, since=since)

    def total(self, told: pd.DataFrame, window: Window, of: str | None = None) -> Numbers:
        """(n,) how many rows each client has in a window, or the sum of one of their columns.

        Parameters
        ----------
        told
            Rows as `told` gives them.
        window
            Days since the onset.
        of
            The column to sum; None to count rows.
        """
        rows = told[told["since"].between(window.start, window.until, inclusive="left")]
        if of is not None:
            # equal sums whatever the row order: floats are added in order of their size
            rows = rows.sort_values(["place", of], kind="stable")
        weights = None if of is None else rows[of].to_numpy(dtype=np.float64)
        sums = np.bincount(rows["place"], weights=weights, minlength=len(self.client_ids))
        return sums.astype(np.float64)

    def excess(self, told: pd.DataFrame, window: Window) -> Numbers:
        """(n,) rows in a window beyond what the usual rate would have given in its days seen.

        Parameters
        ----------
        told
            Rows as `told` gives them.
        window
            Days since the onset; its usual is that of the year before it, since the first order.
        """
        watched = np.clip(self.onsets + window.start - self.first_days, 0, YEAR)
        known = told["since"].to_numpy() >= window.start - watched[told["place"].to_numpy()]
        before = self.total(told[known], window.year_before)
        rate = before.sum() / max(watched.sum(), 1)
        usual = (before + CREDIT_DAYS * rate) / (watched + CREDIT_DAYS)
        seen = np.clip(self.end - self.onsets - window.start, 0, window.until - window.start)
        return np.asarray(self.total(told, window) - usual * seen, dtype=np.float64)


def declined_of(
    orders: pd.DataFrame, client_ids: Sequence[str], onsets: Days, *, end: int
) -> Declined:
    """The clients that declined, with the days of their first orders.

    Parameters
    ----------
    orders
        As `Past.orders` has them.
    client_ids, onsets
        n distinct ids, and the days (n,) on which their declines began.
    end
        Rows dated on this day or later are not seen.
    """
    days = np.asarray(onsets, dtype=np.int64)
    found = Declined(client_ids=tuple(client_ids), onsets=days, first_days=days, end=end)
    bought = found.told(orders[~orders["is_return"]])
    first = days.copy()
    np.minimum.at(first, bought["place"].to_numpy(), bought["day"].to_numpy())
    return replace(found, first_days=first)


def levels_of(values: Numbers, steps: Sequence[float]) -> Days:
    """How many of some ascending steps each value has reached, of the shape of `values`.

    Examples
    --------
    >>> levels_of(np.array([-2.0, 1.0, 7.5]), (1.0, 3.0, 6.0)).tolist()
    [0, 1, 3]
    """
    reached = np.searchsorted(np.asarray(steps, dtype=np.float64), values, side="right")
    return np.asarray(reached, dtype=np.int64)


def shares_of(part: Numbers, whole: Numbers) -> Numbers:
    """Parts of wholes, of their shape; NaN where a whole is not positive."""
    shares = np.full(whole.shape, np.nan)
    np.divide(part, whole, out=shares, where=whole > 0)
    return shares
