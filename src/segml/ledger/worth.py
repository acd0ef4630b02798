"""What an order line is worth month by month: a unit or a code that changed shows here first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segml.ledger.cutoff import Past
from segml.ledger.volumes import WINDOW_DAYS, WINDOWS

_WORTH = {
    "amount a line": (None, "sum(amount) / count(*)"),
    "cost by amount": ("cost", "sum(cost) / nullif(sum(amount), 0)"),
    "discount by amount": ("discount", "sum(discount) / nullif(sum(amount), 0)"),
    "categories": ("category", "approx_count_distinct(category)"),
    "products": ("product", "approx_count_distinct(product)"),
}
"""By kind, the column it needs (None: there always) and what is asked of a window's order lines."""


def worth(past: Past) -> pd.DataFrame:
    """What the order lines of the latest windows of thirty days are worth, returns left out.

    Parameters
    ----------
    past
        The past of a day.

    Returns
    -------
    DataFrame
        As `volumes` gives it, of `transactions`: money a line, cost and discount as shares of the
        amount, and about how many categories and products were bought. Windows without a line, or
        that begin before the ledger's first, are missing.
    """
    held = {kind: sql for kind, (needs, sql) in _WORTH.items() if needs in past.has or not needs}
    asked = ", ".join(f'{sql} AS "{kind}"' for kind, sql in held.items())
    found = past.frame(
        f"""
        SELECT ({{as_of}} - 1 - day) // {WINDOW_DAYS} AS place, {asked}
        FROM {{lines}}
        WHERE is_order AND day >= {{as_of}} - {WINDOW_DAYS * WINDOWS}
        GROUP BY ALL
        """
    ).set_index("place")
    first = past.frame("SELECT min(day) AS first FROM {lines}")["first"].iloc[0]
    seen = 0 if pd.isna(first) else min((past.as_of - int(first)) // WINDOW_DAYS, WINDOWS)
    wide = found[list(held)].reindex(range(WINDOWS)).astype(np.float64).T
    wide.loc[:, seen:] = np.nan
    wide.columns.name = None
    wide = wide.rename_axis("kind").reset_index()
    wide.insert(0, "table", "transactions")
    return wide
