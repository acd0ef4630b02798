"""A published table that is asked for counts, sums and a few rows, wherever its rows are.

The static report asks frames; the pages of a large portfolio ask the files, of which no frame is
ever made. Both give the same facts.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
import pandas as pd

from segml.report.records import Rows, records

Condition = tuple[str, str, Any]
"""A column, a comparison and a value: `=`, `!=`, `>`, `>=`, `in`, `not in` as they are read; `is`
with True where the column is known and with False where it is null. A null fulfils nothing else."""
Order = Sequence[tuple[str, bool]]
"""Columns, each with whether its greatest values come first; nulls are last either way."""


class Table(Protocol):
    """What facts are read from."""

    def count(self, *where: Condition) -> int:
        """The rows that fulfil all conditions."""
        ...

    def sums(self, columns: Sequence[str], *where: Condition) -> dict[str, float]:
        """The sum of each column over those rows; nothing of no rows."""
        ...

    def groups(self, by: Sequence[str], sums: Sequence[str], *where: Condition) -> Rows:
        """Those rows by the values of some columns: each with `count` and the sums, sorted."""
        ...

    def rows(
        self,
        *where: Condition,
        order: Order = (),
        most: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> Rows:
        """Those rows in an order, the first of them, some of their columns."""
        ...

    def frame(self, columns: Sequence[str], *where: Condition) -> pd.DataFrame:
        """Some columns of those rows."""
        ...


class FrameTable:
    """A frame as a table.

    Parameters
    ----------
    frame
        (n, columns).
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    def count(self, *where: Condition) -> int:
        """As `Table`."""
        return len(self._that(where))

    def sums(self, columns: Sequence[str], *where: Condition) -> dict[str, float]:
        """As `Table`."""
        found = self._that(where)
        return {name: float(found[name].sum()) for name in columns}

    def groups(self, by: Sequence[str], sums: Sequence[str], *where: Condition) -> Rows:
        """As `Table`."""
        found = self._that(where)[[*by, *sums]].assign(count=1)
        whole = found.groupby(list(by), dropna=False, observed=True)[["count", *sums]].sum()
        return records(whole.reset_index())

    def rows(
        self,
        *where: Condition,
        order: Order = (),
        most: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> Rows:
        """As `Table`."""
        found = self._that(where)
        if order:
            names, falling = [name for name, _ in order], [not down for _, down in order]
            found = found.sort_values(names, ascending=falling)
        shown = found if most is None else found.head(most)
        return records(shown if columns is None else shown[list(columns)])

    def frame(self, columns: Sequence[str], *where: Condition) -> pd.DataFrame:
        """As `Table`."""
        return self._that(where)[list(columns)]

    def _that(self, where: Sequence[Condition]) -> pd.DataFrame:
        if not where:
            return self._frame
        told = [_fulfils(self._frame[column], *asked).to_numpy(bool) for column, *asked in where]
        return self._frame[np.logical_and.reduce(told)]


class Without:
    """A table without the rows of some clients.

    Parameters
    ----------
    table
        With a column `client_id`.
    client_ids
        Whose rows are left out.
    """

    def __init__(self, table: Table, client_ids: Collection[str]) -> None:
        self._table, self._kept = table, ("client_id", "not in", sorted(client_ids))

    def count(self, *where: Condition) -> int:
        """As `Table`."""
        return self._table.count(*where, self._kept)

    def sums(self, columns: Sequence[str], *where: Condition) -> dict[str, float]:
        """As `Table`."""
        return self._table.sums(columns, *where, self._kept)

    def groups(self, by: Sequence[str], sums: Sequence[str], *where: Condition) -> Rows:
        """As `Table`."""
        return self._table.groups(by, sums, *where, self._kept)

    def rows(
        self,
        *where: Condition,
        order: Order = (),
        most: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> Rows:
        """As `Table`."""
        return self._table.rows(*where, self._kept, order=order, most=most, columns=columns)

    def frame(self, columns: Sequence[str], *where: Condition) -> pd.DataFrame:
        """As `Table`."""
        return self._table.frame(columns, *where, self._kept)


Tables = Mapping[str, "pd.DataFrame | Table"]
"""Published tables by name: small ones as frames, any as what is asked."""


def frame_of(tables: Tables, name: str) -> pd.DataFrame | None:
    """A table that is read whole; None where it was not published.

    Raises
    ------
    TypeError
        If it cannot be read whole.
    """
    found = tables.get(name)
    if found is None or isinstance(found, pd.DataFrame):
        return found
    raise TypeError(f"table {name} is asked, not read whole")


def as_table(table: pd.DataFrame | Table) -> Table:
    """A frame as a table; what is one already, as it is."""
    return FrameTable(table) if isinstance(table, pd.DataFrame) else table


def by_client(table: Table, client_ids: Collection[str]) -> dict[str, list[Mapping[str, Any]]]:
    """The rows of some clients, by client; none for one that has none.

    Parameters
    ----------
    table
        With a column `client_id`.
    client_ids
        Whose.
    """
    found: dict[str, list[Mapping[str, Any]]] = {each: [] for each in client_ids}
    for row in table.rows(("client_id", "in", list(client_ids))) if found else ():
        found[row["client_id"]].append(row)
    return found


def _fulfils(column: pd.Series, compared: str, value: Any) -> pd.Series:
    is_known = column.notna()
    if compared == "is":
        return is_known if value else ~is_known
    if compared in {"in", "not in"}:
        is_one = column.isin(list(value))
        return is_known & (is_one if compared == "in" else ~is_one)
    fulfils: pd.Series = _COMPARED[compared](column, value)
    return is_known & fulfils


_COMPARED: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {"=": operator.eq, "!=": operator.ne, ">": operator.gt, ">=": operator.ge}
)
