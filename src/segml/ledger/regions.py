"""How many order days each region's clients had, fortnight by fortnight.

Where some of a branch's orders are missing, neither the rows of all nor the region's days of
silence tell of it: its part of the order days of all does.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from segml.ledger.cutoff import Past

FORTNIGHT = 14
FORTNIGHTS = 28
"""A year, and the fortnight before the one of a year ago."""


def region_days(past: Past) -> pd.DataFrame:
    """The order days of the clients of each region in the latest windows of fourteen days.

    Parameters
    ----------
    past
        The past of a day.

    Returns
    -------
    DataFrame
        float64, one row a region, sorted; a column a window, 0 the latest. An order day is a client
        and a day on which it bought, however much. Empty where no region is known, or the ledger is
        younger than the windows.
    """
    first = past.as_of - FORTNIGHT * FORTNIGHTS
    if "clients.region" not in past.has:
        return pd.DataFrame()
    counted = past.frame(
        f"""
        SELECT region, ({{as_of}} - 1 - day) // {FORTNIGHT} AS place, count(*) AS days
        FROM {{days}} JOIN {{clients}} USING (client)
        WHERE orders > 0 AND region IS NOT NULL AND day >= {first}
        GROUP BY ALL
        """
    )
    begun = past.frame("SELECT min(day) AS first FROM {lines}")["first"].iloc[0]
    if not len(counted) or begun > first:
        return pd.DataFrame()
    wide = counted.pivot_table(index="region", columns="place", values="days", fill_value=0)
    return wide.reindex(columns=range(FORTNIGHTS), fill_value=0).astype(np.float64)
