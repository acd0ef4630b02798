"""The course of a loss for people's eyes: orders, revenue and profit month by month."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from segml.losses.history import History, of
from segml.losses.months import as_date, month_start, month_starts
from segml.losses.tables import COURSE, framed

YEARS_SHOWN = 2


def course(
    book: Mapping[str, History], onsets: Mapping[str, int], *, first_day: int, end: int
) -> pd.DataFrame:
    """The months of each lost client from two years before its onset to the later date.

    Parameters
    ----------
    book
        Every client's history.
    onsets
        Lost client to its onset, in days.
    first_day
        Of the ledger: no month before its own is shown.
    end
        The later date, in days; the last month may be cut short by it.

    Returns
    -------
    pandas.DataFrame
        `client_id, month` (first day), `orders` (days with an order), `revenue`, `profit`.
    """
    rows = []
    for client_id in sorted(onsets):
        start = max(first_day, onsets[client_id] - YEARS_SHOWN * 365)
        months = month_starts(month_start(start), end - 1)
        history = of(book, client_id)
        for first, after in zip(months, (*months[1:], end), strict=True):
            inside = (history.money_days >= first) & (history.money_days < after)
            rows.append(
                {
                    "client_id": client_id,
                    "month": as_date(first),
                    "orders": int(((history.days >= first) & (history.days < after)).sum()),
                    "revenue": float(history.revenue[inside].sum()),
                    "profit": float(history.profit[inside].sum()),
                }
            )
    return framed(rows, COURSE)
