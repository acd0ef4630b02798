"""How the profit of the same clients changed from one year to the next, quarter by quarter."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segml.ledger.cutoff import Past
from segml.ledger.quarters import A_YEAR, quarter_edges

COMPARED = 8
"""Quarters compared with the same quarter a year before, as far as the history reaches."""


def yearly_changes(past: Past) -> pd.Series:
    """The logarithm of what the same clients' orders earned, over that of a year before.

    Parameters
    ----------
    past
        The rows before its day.

    Returns
    -------
    Series
        float64 by quarter (0 is the last). A client counts from the quarter on that begins, a year
        before, after its first purchase. Quarters that reach behind the first row, or in which
        nothing is earned, are left out.
    """
    edges = quarter_edges(past.as_of, COMPARED + A_YEAR)
    windows = ", ".join(
        f"({n}, {edges[n][0]}, {edges[n][1]}, {edges[n + A_YEAR][0]}, {edges[n + A_YEAR][1]})"
        for n in range(COMPARED)
    )
    rows = past.frame(
        f"WITH w(quarter, first, past, before, until) AS (VALUES {windows}), "
        "known AS (SELECT client, first_day FROM {clients} WHERE first_day IS NOT NULL) "
        "SELECT quarter, CAST(sum(profit) FILTER (WHERE day >= first AND day < past) AS DOUBLE) "
        "AS now, CAST(sum(profit) FILTER (WHERE day >= before AND day < until) AS DOUBLE) AS was "
        "FROM {days} JOIN known USING (client) JOIN w ON first_day <= before AND day >= before "
        "AND day < past AND (day >= first OR day < until) GROUP BY quarter ORDER BY quarter"
    ).set_index("quarter")
    earned = rows[(rows["now"] > 0) & (rows["was"] > 0)].astype("float64")
    return pd.Series(np.log(earned["now"] / earned["was"]), index=earned.index)
