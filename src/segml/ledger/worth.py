"""What an order line is worth month by month: a unit or a code that changed shows here first."""

from __future__ import annotations

import pandas as pd

from segml.ledger.cutoff import Past
from segml.ledger.volumes import WINDOWS, Windows

_WORTH = {
    "amount a line": (None, "sum(amount) / count(*)"),
    "cost by amount": ("cost", "sum(cost) / nullif(sum(amount), 0)"),
    "discount by amount": ("discount", "sum(discount) / nullif(sum(amount), 0)"),
    "categories": ("category", "approx_count_distinct(category)"),
    "products": ("product", "approx_count_distinct(product)"),
}
"""By kind, the column it needs (None: there always) and what is asked of a window's order lines."""


def worth(past: Past, *, by_month: bool = False) -> pd.DataFrame:
    """What the order lines of the latest windows of thirty days are worth, returns left out.

    Parameters
    ----------
    past
        The past of a day.
    by_month
        As for `volumes`.

    Returns
    -------
    DataFrame
        As `volumes` gives it, of `transactions`: money a line, cost and discount as shares of the
        amount, and about how many categories and products were bought. Windows without a line, or
        that begin before the ledger's first, are missing.
    """
    held = {kind: sql for kind, (needs, sql) in _WORTH.items() if needs in past.has or not needs}
    asked = ", ".join(f'{sql} AS "{kind}"' for kind, sql in held.items())
    windows = Windows.of(past, by_month=by_month)
    found = past.frame(
        f"""
        SELECT {windows.place("day")} AS place, {asked}
        FROM {{lines}}
        WHERE is_order AND day >= {windows.starts[-1]}
        GROUP BY ALL
        """
    ).set_index("place")
    wide = windows.known(found[list(held)].reindex(range(WINDOWS)).T)
    wide = wide.rename_axis("kind").reset_index()
    wide.insert(0, "table", "transactions")
    return wide
