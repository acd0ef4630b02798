"""Prospects for a reader who does not see all clients: no look-alike is told by its id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from segml.report.records import Rows
from segml.report.table import Condition, Order, Table

LIKE = ("like_1", "like_2", "like_3")


class NamedLikes:
    """Prospects whose look-alikes are told by name where they may be seen, and else not.

    Parameters
    ----------
    table
        The prospects that may be seen.
    names
        Client id to name, of those that may be seen.
    """

    def __init__(self, table: Table, names: Mapping[str, str]) -> None:
        self._table, self._names = table, names

    def count(self, *where: Condition) -> int:
        """As `Table`."""
        return self._table.count(*where)

    def sums(self, columns: Sequence[str], *where: Condition) -> dict[str, float]:
        """As `Table`."""
        return self._table.sums(columns, *where)

    def groups(self, by: Sequence[str], sums: Sequence[str], *where: Condition) -> Rows:
        """As `Table`, by nothing that names a client."""
        return self._table.groups([name for name in by if name not in LIKE], sums, *where)

    def rows(
        self,
        *where: Condition,
        order: Order = (),
        most: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> Rows:
        """As `Table`."""
        found = self._table.rows(*where, order=order, most=most, columns=columns)
        return [{name: self._told(name, value) for name, value in row.items()} for row in found]

    def frame(self, columns: Sequence[str], *where: Condition) -> pd.DataFrame:
        """As `Table`, without the look-alikes."""
        return self._table.frame([name for name in columns if name not in LIKE], *where)

    def _told(self, column: str, value: Any) -> Any:
        if column not in LIKE or value is None:
            return value
        return self._names.get(value)
