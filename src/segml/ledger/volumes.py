"""How many rows of each kind came month by month: a source that stopped shows here first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segml.ledger.cutoff import Past

WINDOW_DAYS = 30
WINDOWS = 13
_KINDS = {
    "transactions": ("transactions", "day", "{lines}", "'all'"),
    "returns": ("transactions", "day", "{lines}", "CASE WHEN is_return THEN 'returns' END"),
    "interactions": ("interactions", "day", "{interactions}", "kind"),
    "invoices": ("invoices", "issued_day", "{invoices}", "'all'"),
}


def volumes(past: Past) -> pd.DataFrame:
    """The rows of each kind in the latest windows of thirty days.

    Parameters
    ----------
    past
        The past of a day.

    Returns
    -------
    DataFrame
        One row a table and kind, sorted: `table`, `kind` ("all" where a table has none; "returns"
        of transactions), and a column a window, 0 the latest. Windows that begin before the
        ledger's first line are missing.
    """
    parts = [
        past.frame(
            f"""
            SELECT '{table}' AS "table", kind, ({{as_of}} - 1 - {day}) // {WINDOW_DAYS} AS place,
                   count(*) AS rows
            FROM (SELECT {day}, {kind} AS kind FROM {rows})
            WHERE kind IS NOT NULL AND {day} >= {{as_of}} - {WINDOW_DAYS * WINDOWS}
            GROUP BY ALL
            """
        )
        for table, day, rows, kind in _KINDS.values()
        if table == "transactions" or table in past.has
    ]
    counted = pd.concat(parts, ignore_index=True)
    first = past.frame("SELECT min(day) AS first FROM {lines}")["first"].iloc[0]
    seen = 0 if pd.isna(first) else min((past.as_of - int(first)) // WINDOW_DAYS, WINDOWS)
    wide = counted.pivot_table(
        index=["table", "kind"], columns="place", values="rows", fill_value=0
    )
    wide = wide.reindex(columns=range(WINDOWS), fill_value=0).astype(np.float64)
    wide.loc[:, seen:] = np.nan
    wide.columns.name = None
    return wide.reset_index()
