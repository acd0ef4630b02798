"""How long nothing has come of each part of the sources, against the longest such times before.

A window of thirty days hides that one category, one region or one kind of contact stopped ten days
ago. So for each of them the days since its last row are counted, and the most days of the year
before that held fewer than ten of its rows: weekends, holidays and seasons are in these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.ledger.cutoff import Past

YEAR, LOOKED_BACK = 365, 400
FEW = 10
NEWS_DAYS = 90
"""What has been silent for longer is told no more."""
MOST_LEVELS = 200
"""Of a column, those with the most rows: what has thousands of values is no part of a source."""
COLUMNS = ("table", "part", "days", "usual")
Days = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What is counted by level and day: rows of a table, where the ledger has what it needs."""

    table: str
    needs: str = ""
    name: str = ""
    level: str = "''"
    rows: str
    day: str = "day"


_SOLD = "(SELECT * FROM {lines} WHERE NOT is_return)"
_PARTS = (
    _Part(table="transactions", rows=_SOLD),
    _Part(table="transactions", needs="category", name="category ", level="category", rows=_SOLD),
    _Part(
        table="transactions",
        needs="clients.region",
        name="region ",
        level="region",
        rows=f"{_SOLD} JOIN {{clients}} USING (client)",
    ),
    _Part(table="interactions", needs="interactions", level="kind", rows="{interactions}"),
    _Part(table="invoices", needs="invoices", rows="{invoices}", day="issued_day"),
)


def silences(past: Past) -> pd.DataFrame:
    """The parts of the sources of which nothing came on the last day, and for how long.

    Parameters
    ----------
    past
        The past of a day.

    Returns
    -------
    DataFrame
        `COLUMNS`: `table`; `part` ("" of a whole table, else the kind of contact, or "category ..."
        and "region ..." of order lines); `days` without a row, of categories and regions counted to
        the last order line of all; `usual`, the most days that held fewer than ten rows before.
        Left out are parts that are not known for a year, had fewer than ten rows, have been silent
        for more than 90 days, and categories that a recorded event withdrew.
    """
    withdrawn = _withdrawn(past)
    found = [
        (part.table, f"{part.name}{level}", silent, _usual(days, rows, past.as_of - LOOKED_BACK))
        for part in _PARTS
        if not part.needs or part.needs in past.has
        for level, days, rows, silent in _counted(past, part)
        if 0 < silent <= NEWS_DAYS and days[0] <= past.as_of - YEAR and rows.sum() >= FEW
        if part.level != "category" or level not in withdrawn
    ]
    return pd.DataFrame(found, columns=list(COLUMNS))


def _withdrawn(past: Past) -> frozenset[str]:
    if "events" not in past.has:
        return frozenset()
    named = past.frame(
        "SELECT DISTINCT scope_value FROM {events} "
        "WHERE kind = 'product_withdrawal' AND scope = 'category'"
    )
    return frozenset(named["scope_value"])


def _counted(past: Past, part: _Part) -> Iterator[tuple[str, Days, Days, int]]:
    """Each level, the days it had rows on, how many, and the days since the last of them."""
    counted = past.frame(
        f"""
        WITH counted AS (
            SELECT {part.level} AS level, {part.day} AS day, count(*) AS rows FROM {part.rows}
            WHERE {part.day} >= {{as_of}} - {LOOKED_BACK} AND {part.level} IS NOT NULL
            GROUP BY ALL)
        SELECT * FROM counted WHERE level IN (
            SELECT level FROM counted GROUP BY level ORDER BY sum(rows) DESC, level
            LIMIT {MOST_LEVELS})
        ORDER BY level, day
        """
    )
    last = int(counted["day"].max()) if part.name and len(counted) else past.as_of - 1
    for level, own in counted.groupby("level", sort=True):
        days, rows = own["day"].to_numpy(np.int64), own["rows"].to_numpy(np.int64)
        yield str(level), days, rows, last - int(days[-1])


def _usual(days: Days, rows: Days, begun: int) -> int:
    """The most days on end, from `begun` to the last one, that held fewer than `FEW` rows.

    Examples
    --------
    >>> _usual(np.array([1, 2, 6]), np.array([10, 10, 10]), 0)
    3
    """
    each = np.concatenate([[begun - 1], np.repeat(days, np.minimum(rows, FEW))])
    apart = each[FEW:] - each[:-FEW] - 1
    return int(apart.max(initial=0))
