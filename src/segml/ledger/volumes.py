"""How many rows of each kind came month by month: a source that stopped shows here first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from segml.ledger.cutoff import Past
from segml.ledger.days import months_before

WINDOW_DAYS = 30
WINDOWS = 13
_KINDS = {
    "transactions": ("transactions", "day", "{lines}", "'all'"),
    "returns": ("transactions", "day", "{lines}", "CASE WHEN is_return THEN 'returns' END"),
    "interactions": ("interactions", "day", "{interactions}", "kind"),
    "invoices": ("invoices", "issued_day", "{invoices}", "'all'"),
}


def volumes(past: Past, *, by_month: bool = False) -> pd.DataFrame:
    """The rows of each kind in the latest windows of thirty days.

    Parameters
    ----------
    past
        The past of a day.
    by_month
        Whether windows are months of the calendar, for clients that are billed by them.

    Returns
    -------
    DataFrame
        One row a table and kind, sorted: `table`, `kind` ("all" where a table has none; "returns"
        of transactions), and a column a window, 0 the latest. Windows that begin before the
        ledger's first line are missing.
    """
    windows = Windows.of(past, by_month=by_month)
    parts = [
        past.frame(
            f"""
            SELECT '{table}' AS "table", kind, {windows.place(day)} AS place, count(*) AS rows
            FROM (SELECT {day}, {kind} AS kind FROM {rows})
            WHERE kind IS NOT NULL AND {day} >= {windows.starts[-1]}
            GROUP BY ALL
            """
        )
        for table, day, rows, kind in _KINDS.values()
        if table == "transactions" or table in past.has
    ]
    counted = pd.concat(parts, ignore_index=True)
    wide = counted.pivot_table(
        index=["table", "kind"], columns="place", values="rows", fill_value=0
    )
    return windows.known(wide.reindex(columns=range(WINDOWS), fill_value=0)).reset_index()


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """The latest windows of a past: the first day of each, the latest first, and how many are seen.

    Those that begin before the ledger's first line are not.
    """

    starts: tuple[int, ...]
    seen: int

    @classmethod
    def of(cls, past: Past, *, by_month: bool) -> Windows:
        """The windows of a past: thirty days each, or months of the calendar."""
        back = range(1, WINDOWS + 1)
        starts = (
            tuple(months_before(past.as_of, months) for months in back)
            if by_month
            else tuple(past.as_of - WINDOW_DAYS * each for each in back)
        )
        first = past.frame("SELECT min(day) AS first FROM {lines}")["first"].iloc[0]
        seen = 0 if pd.isna(first) else sum(start >= int(first) for start in starts)
        return cls(starts=starts, seen=seen)

    def place(self, day: str) -> str:
        """The SQL of the place of the window that a column of days falls in."""
        cases = " ".join(f"WHEN {day} >= {start} THEN {n}" for n, start in enumerate(self.starts))
        return f"CASE {cases} END"

    def known(self, wide: pd.DataFrame) -> pd.DataFrame:
        """A table with a column a window, missing where none is seen; float64."""
        known = wide.astype(np.float64)
        known.loc[:, self.seen :] = np.nan
        known.columns.name = None
        return known
