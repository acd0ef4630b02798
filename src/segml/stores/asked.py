"""Published rows that are counted, summed and picked by DuckDB, part by part: no frame is made.

Whose rows these are is part of it from the beginning: `ids` is a condition of every question.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from segml.stores.columns import nulled

Source = Callable[[Sequence[str]], "pa.Table | pa.RecordBatchReader"]
"""Gives some columns of a table, once."""
_COMPARED = {"=": "=", "!=": "<>", ">": ">", ">=": ">="}
_SETTINGS = {
    "threads": 2,
    "memory_limit": "200MB",
    "temp_directory": "",
    "allocator_flush_threshold": "1MB",
    "allocator_bulk_deallocation_flush_threshold": "1MB",
}
"""Of all questions together."""
_SHUT = "SET enable_external_access = false; SET lock_configuration = true"
"""It answers of what it is given, and opens no file."""


class Asked:
    """A table of which some clients' rows may be seen; what it answers, `report.Table` says.

    Parameters
    ----------
    source
        Gives the table.
    columns
        The names of all its columns.
    ids
        The clients whose rows may be seen; None: all.
    seen_by
        The columns that have to name one of them.
    """

    def __init__(
        self,
        source: Source,
        columns: Sequence[str],
        *,
        ids: pa.Array | None = None,
        seen_by: Sequence[str] = ("client_id",),
    ) -> None:
        self._source, self._columns = source, tuple(columns)
        self._ids, self._seen_by = ids, tuple(seen_by)

    def count(self, *where: tuple[str, str, Any]) -> int:
        """The rows that fulfil all conditions."""
        found = self._ask("count(*) as count", where, ())
        return int(found[0]["count"])

    def sums(self, columns: Sequence[str], *where: tuple[str, str, Any]) -> dict[str, float]:
        """The sum of each column over those rows."""
        found = self._ask(", ".join(_sum(name) for name in columns), where, columns)
        return {name: float(found[0][name]) for name in columns}

    def groups(
        self, by: Sequence[str], sums: Sequence[str], *where: tuple[str, str, Any]
    ) -> list[dict[str, Any]]:
        """Those rows by the values of some columns: each with `count` and the sums, sorted."""
        told = [*map(_named, by), "count(*) as count", *map(_sum, sums)]
        keys = ", ".join(map(_named, by))
        tail = f"group by {keys} order by {keys}"
        return self._ask(", ".join(told), where, (*by, *sums), tail)

    def rows(
        self,
        *where: tuple[str, str, Any],
        order: Sequence[tuple[str, bool]] = (),
        most: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> list[dict[str, Any]]:
        """Those rows in an order, the first of them, some of their columns."""
        shown = self._columns if columns is None else columns
        keys = [f"{_named(name)} {'desc' if down else 'asc'} nulls last" for name, down in order]
        tail = f"order by {', '.join(keys)}" if keys else ""
        tail += "" if most is None else f" limit {most}"
        read = (*shown, *(name for name, _ in order))
        return self._ask(", ".join(map(_named, shown)), where, read, tail)

    def frame(self, columns: Sequence[str], *where: tuple[str, str, Any]) -> pd.DataFrame:
        """Some columns of those rows."""
        frame: pd.DataFrame = self._table(
            ", ".join(map(_named, columns)), where, columns
        ).to_pandas()
        return frame

    def _ask(
        self,
        told: str,
        where: Sequence[tuple[str, str, Any]],
        read: Sequence[str],
        tail: str = "",
    ) -> list[dict[str, Any]]:
        """The answer as Python's own values, null as None."""
        table = self._table(told, where, read, tail)
        plain = [nulled(each.to_pylist()) for each in table.columns]
        return [dict(zip(table.column_names, row, strict=True)) for row in zip(*plain, strict=True)]

    def _table(
        self,
        told: str,
        where: Sequence[tuple[str, str, Any]],
        read: Sequence[str],
        tail: str = "",
    ) -> pa.Table:
        values: list[Any] = []
        parts = ["true"]
        for column, compared, value in where:
            condition, given = _condition(column, compared, value)
            parts.append(condition)
            values += given
        names = [*read, *(column for column, _, _ in where)]
        if self._ids is not None:
            names += self._seen_by
        # of no column at all a reader would not say how many rows there are
        names = [*dict.fromkeys(names or self._columns[:1])]
        with _engine().cursor() as door:  # what is registered with it, it alone sees
            if self._ids is not None:
                door.register("seen", pa.table({"id": self._ids}))
                parts += [f"{_named(name)} in (select id from seen)" for name in self._seen_by]
            door.register("told", self._source(names))
            query = f"select {told} from told where {' and '.join(parts)} {tail}"
            try:
                return door.sql(query, params=values).to_arrow_table()
            except duckdb.Error:
                self._read_alone(names)
                raise

    def _read_alone(self, names: Sequence[str]) -> None:
        """Read what the engine could not: the source's own refusal tells more than the engine's."""
        source = self._source(names)
        if isinstance(source, pa.RecordBatchReader):
            source.read_all()


@functools.cache
def _engine() -> duckdb.DuckDBPyConnection:
    """The one engine of this process: it holds no table, each question brings its own."""
    engine = duckdb.connect(":memory:", config=_SETTINGS)
    engine.execute(_SHUT)
    return engine


def _named(column: str) -> str:
    quoted = column.replace('"', '""')
    return f'"{quoted}"'


def _sum(column: str) -> str:
    return f"coalesce(sum({_named(column)}), 0)::double as {_named(column)}"


def _condition(column: str, compared: str, value: Any) -> tuple[str, list[Any]]:
    """A condition and the values it is given; of an empty list nothing would tell the type."""
    name = _named(column)
    if compared in {"in", "not in"} and not value:
        return ("false" if compared == "in" else f"{name} is not null"), []
    if compared == "is":
        return f"{name} is {'not null' if value else 'null'}", []
    if compared in {"in", "not in"}:
        return f"{name} {compared} (select unnest(?))", [list(value)]
    return f"{name} {_COMPARED[compared]} ?", [value]
