"""How a published table is declared: columns in words, made into Arrow types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

TYPES: Mapping[str, pa.DataType] = {
    "text": pa.string(),
    "date": pa.date32(),
    "money": pa.float64(),
    "number": pa.float64(),
    "count": pa.int32(),
    "whole": pa.int64(),
    "flag": pa.bool_(),
    "feature": pa.float32(),
}
"""What a word of a table's declaration is in Arrow; a feature keeps the float32 the models saw."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a published table: its name, its Arrow type, and whether it may be null."""

    name: str
    type: pa.DataType
    nullable: bool


@dataclass(frozen=True, slots=True)
class TableSchema:
    """One published table: its columns in order, and the columns its rows are sorted by.

    Parameters
    ----------
    name
        The file's stem (`scores` is written to ``scores.parquet``).
    columns
        Every column, in the order in which it is written.
    key
        The columns rows are sorted by; with `unique`, no two rows share them.
    unique
        Whether the key names one row. A table without a key of its own is sorted by all columns.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    unique: bool = True

    def __post_init__(self) -> None:
        names = self.names
        if len(set(names)) != len(names) or not set(self.key) <= set(names):
            raise ValueError(f"table {self.name}: doubled columns or a key that is no column")
        if self.unique and any(one.nullable for one in self.columns if one.name in self.key):
            raise ValueError(f"table {self.name}: a null names no row, and the key names one")

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def arrow(self) -> pa.Schema:
        """The Arrow schema, without metadata."""
        return pa.schema([pa.field(c.name, c.type, nullable=c.nullable) for c in self.columns])


def declare(
    name: str, declared: Iterable[str], *, key: Sequence[str], unique: bool = True
) -> TableSchema:
    """The schema of a table from one line a column: its name, its word of `TYPES`, ``?`` for null.

    Examples
    --------
    >>> declare("clients", ["client_id text", "name text?"], key=["client_id"]).names
    ('client_id', 'name')
    """
    columns = []
    for line in declared:
        column, word = line.rsplit(maxsplit=1)
        columns.append(Column(column, TYPES[word.rstrip("?")], word.endswith("?")))
    return TableSchema(name, tuple(columns), tuple(key), unique)
