"""Exposure to goods that went off sale, for good or for a while, and nobody wrote it down."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from segml.losses.exposed_columns import Exposure
from segml.losses.exposed_months import Months, days_of, numbers_of, window
from segml.losses.exposed_risk import month_of
from segml.losses.history import Numbers
from segml.losses.shortages import short_of

GONE_WINDOWS = (2, 6)
"""Months in which goods may have gone: two, and half a year, of which the fit takes its own."""
YEAR = 12
"""Months to a product's last sale, over which its share in what a client buys is told."""
_SCOPES = ("product", "category")


def exposed_gone(
    lines: pd.DataFrame,
    events: pd.DataFrame,
    withdrawn: Collection[str],
    months: Months,
    *,
    short: pd.DataFrame | None = None,
) -> Iterator[Exposure]:
    """The share of what each client bought that it could not buy any more, by when that was.

    A withdrawal is a happening, like an event: its day is that of the last sale to anybody, and it
    works from the month of that day on. So is the beginning of a shortage.

    Parameters
    ----------
    lines
        As `Past.lines` has them.
    events
        As `Past.events` has them: goods whose withdrawal is recorded are told by it.
    withdrawn
        Products that nobody can buy any more (`ledger.discontinued`).
    months
        The clients and months.
    short
        What `shortages` found; None: nothing was short.
    """
    bought = lines[~lines["is_return"].astype(bool) & lines["product"].notna()]
    untold = bought[~_is_recorded(bought, events)]
    gone = untold[untold["product"].isin(list(withdrawn))]
    gone = gone.assign(last=gone.groupby("product")["day"].transform("max"))
    if short is not None:
        gone = pd.concat([gone, short_of(untold, short)])
    if gone.empty:
        return
    went = month_of(months.starts, days_of(gone["last"]))
    cell = months.cells(gone["client_id"], days_of(gone["day"]))
    recent = (cell >= 0) & (cell % len(months.starts) > went - YEAR)
    of_it = np.where(recent, cell - cell % len(months.starts) + went, -1)
    part = months.sums(of_it, numbers_of(gone["amount"]))
    spend = _by_month(bought, months)
    whole = window(spend, YEAR - 1) + spend
    share = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
    for length in GONE_WINDOWS:
        values = share + window(share, length - 1)
        yield Exposure(reason="assortment", feature="withdrawn_share_90", values=values)


def _by_month(lines: pd.DataFrame, months: Months) -> Numbers:
    cells = months.cells(lines["client_id"], days_of(lines["day"]))
    return months.sums(cells, numbers_of(lines["amount"]))


def _is_recorded(lines: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
    told = events[events["kind"] == "product_withdrawal"]
    of = {scope: told.loc[told["scope"] == scope, "scope_value"] for scope in _SCOPES}
    return lines["product"].isin(of["product"]) | lines["category"].isin(of["category"].dropna())
