"""Frames as a Parquet file: held to the schema first, and the same bytes for the same rows.

A large table comes as an iterator of frames, its chunks: they are checked and written one by one,
in groups of rows whose size does not depend on the chunks', so that neither do the bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from segml.stores.declaration import Column, TableSchema
from segml.stores.schemas import TABLES, features_schema, quarantine_schema

ROW_GROUP = 1 << 14
"""Rows of a batch of a file that is gone through."""
_GROUPS = {"features": ROW_GROUP // 4, "reasons": ROW_GROUP // 2}
"""The rows of a group of tables so wide, or so long, that a foot with more groups would weigh more
than what a reader is spared; of any other, an eighth. A client is read by its group."""

Frames = pd.DataFrame | Iterable[pd.DataFrame]
"""A table: whole, its rows in any order, or in chunks, its rows in the order of its key."""
Later = Callable[[], Frames]
"""A table that is made when it is to be written."""


class SchemaBroken(ValueError):  # noqa: N818 - named as the refusals are
    """A frame handed over for publishing is not what its table's schema says: a fault of ours."""


def schema_of(name: str, frame: Frames) -> TableSchema:
    """The schema that `name` is held to; that of `features` follows the frame's own columns.

    Raises
    ------
    SchemaBroken
        If no such table is declared.
    """
    if name in TABLES:
        return TABLES[name]
    if name == "features" and isinstance(frame, pd.DataFrame):
        keys = ("as_of", "client_id")
        columns = [column for column in _with_index(frame).columns if column not in keys]
        return features_schema({str(c): not _is_numeric(frame[c]) for c in columns})
    if name == "quarantine" and isinstance(frame, pd.DataFrame):
        return quarantine_schema([str(column) for column in frame.columns])
    known = ", ".join((*TABLES, "features", "quarantine"))
    raise SchemaBroken(f"table `{name}` is not declared; schemas.py knows {known}")


def conform(frame: pd.DataFrame, schema: TableSchema) -> pa.Table:
    """The frame as an Arrow table with exactly the schema's columns, sorted, without metadata.

    Parameters
    ----------
    frame
        (n, columns); an index whose name is a column's counts as that column. NaN is null.
    schema
        What it is held to.

    Returns
    -------
    pyarrow.Table
        Rows sorted by the key (text by code point, nulls last), then by every other column.

    Raises
    ------
    SchemaBroken
        If a column is missing, unknown or doubled, if a value is of another type, null where none
        is allowed, or infinite, or if two rows share a unique key. All breaches are named.
    """
    table = _checked(frame, schema)
    if not schema.unique:
        rest = [name for name in schema.names if name not in schema.key]
        return _sorted(table, (*schema.key, *rest))
    falls, repeats = _steps(table.select(schema.key))
    if falls:
        table = _sorted(table, schema.key)
        _, repeats = _steps(table.select(schema.key))
    _require_order(schema, 0, repeats)
    return table


def write_parquet(sink: Path | BinaryIO, frames: Frames, schema: TableSchema) -> None:
    """Write a table as a Parquet file; the same rows give the same bytes.

    Parameters
    ----------
    sink
        Where: a new file, or an open one.
    frames
        The table. A whole one may have its rows in any order; chunks, for a table whose key is
        unique, come in the key's order, and no more than a few are held at once.
    schema
        What it is held to.

    Raises
    ------
    SchemaBroken
        As `conform`, or if chunks are out of order. Rows before the breach are written already.
    """
    if isinstance(frames, pd.DataFrame):
        tables = iter([conform(frames, schema)])
    else:
        tables = _chunks(frames, schema)
    write_tables(sink, tables, schema)


def write_tables(sink: Path | BinaryIO, tables: Iterable[pa.Table], schema: TableSchema) -> None:
    """Write Arrow tables that hold to their schema already, one after the other, as one file.

    Parameters
    ----------
    sink
        As for `write_parquet`.
    tables
        With exactly the schema's columns; together in the key's order.
    schema
        What they hold to.
    """
    own, size = tuple(n for n in schema.key if n != "as_of"), rows_of_group(schema.name)
    with pq.ParquetWriter(
        sink,
        schema.arrow,
        version="2.6",
        compression="snappy",  # unpacked in half the time of what packs a tenth closer
        # numbers seldom repeat, nor does what tells rows apart by itself; least and greatest tell a
        # reader where to look by the key alone
        use_dictionary=[
            c.name
            for c in schema.columns
            if not pa.types.is_floating(c.type) and not (schema.unique and (c.name,) == own)
        ],
        write_statistics=list(schema.key),
    ) as writer:
        for group in _groups(tables, schema, size):
            writer.write_table(group, row_group_size=size)


def rows_of_group(name: str) -> int:
    """The rows of each group of a table's file, the last one's apart."""
    return min(_GROUPS.get(name, ROW_GROUP // 8), ROW_GROUP)


def _chunks(frames: Iterable[pd.DataFrame], schema: TableSchema) -> Iterator[pa.Table]:
    """The chunks as Arrow tables, the order of the rows held across their borders too."""
    if not schema.unique:
        raise ValueError(f"table `{schema.name}` has no unique key: its rows come all at once")
    last = schema.arrow.empty_table().select(schema.key)
    for frame in frames:
        table = _checked(frame, schema)
        keys = table.select(schema.key)
        _require_order(schema, *_steps(pa.concat_tables([last, keys])))
        last = keys.slice(len(keys) - 1) if len(keys) else last
        yield table


def _groups(tables: Iterable[pa.Table], schema: TableSchema, size: int) -> Iterator[pa.Table]:
    """The same rows in tables of `size` rows, each of one piece; the last may be shorter."""
    left = schema.arrow.empty_table()
    for table in tables:
        left = pa.concat_tables([left, table])
        while len(left) > size:
            yield left.slice(0, size).combine_chunks()
            left = left.slice(size)
    yield left.combine_chunks()


def _checked(frame: pd.DataFrame, schema: TableSchema) -> pa.Table:
    table = _with_index(frame)
    breaches = _column_breaches(table, schema)
    arrays = []
    if not breaches:
        for column in schema.columns:
            array, wrong = _array(table[column.name], column)
            arrays.append(array)
            breaches += wrong
    if breaches:
        raise SchemaBroken("\n".join((f"table `{schema.name}` breaks its schema:", *breaches)))
    return pa.Table.from_arrays(arrays, schema=schema.arrow)


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    return frame if frame.index.name is None else frame.reset_index()


def _is_numeric(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values.dtype)


def _column_breaches(frame: pd.DataFrame, schema: TableSchema) -> list[str]:
    """One ``-``/``+`` line a column that is missing or too much."""
    found, wanted = [str(column) for column in frame.columns], schema.names
    missing = [f"  - {name}: missing" for name in wanted if name not in found]
    extra = [
        f"  + {name}: not in the schema" for name in dict.fromkeys(found) if name not in wanted
    ]
    doubled = [f"  + {name}: twice" for name in dict.fromkeys(found) if found.count(name) > 1]
    return missing + extra + doubled


def _array(values: pd.Series, column: Column) -> tuple[pa.Array, list[str]]:
    try:
        if isinstance(values.dtype, pd.CategoricalDtype):
            array = pa.Array.from_pandas(values).cast(column.type)
        else:
            array = pa.Array.from_pandas(values, type=column.type, safe=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        cause = str(error).splitlines()[0]
        return None, [f"  ! {column.name}: {values.dtype}, not {column.type} ({cause})"]
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    breaches = []
    if array.null_count and not column.nullable:
        breaches.append(f"  ! {column.name}: {array.null_count} of {len(array)} values are null")
    if pa.types.is_floating(column.type):
        infinite = pc.sum(pc.is_inf(array)).as_py() or 0
        if infinite:
            breaches.append(f"  ! {column.name}: {infinite} of {len(array)} values are infinite")
    return array, breaches


def _sorted(table: pa.Table, columns: Iterable[str]) -> pa.Table:
    order = [(name, "ascending") for name in columns]
    return table.take(pc.sort_indices(table, sort_keys=order)).combine_chunks()


def _steps(keys: pa.Table) -> tuple[int, int]:
    """How many rows are below the one before them, and how many are the same."""
    falls = np.zeros(max(len(keys) - 1, 0), dtype=bool)
    ties = ~falls
    for column in keys.columns:
        before, after = column.slice(0, len(ties)), column.slice(1)
        falls |= ties & pc.less(after, before).to_numpy(zero_copy_only=False)
        ties &= pc.equal(after, before).to_numpy(zero_copy_only=False)
    return int(falls.sum()), int(ties.sum())


def _require_order(schema: TableSchema, falls: int, repeats: int) -> None:
    key = ", ".join(schema.key)
    if falls:
        raise SchemaBroken(f"table `{schema.name}`: {falls} rows out of the order of ({key})")
    if repeats:
        raise SchemaBroken(f"table `{schema.name}`: {repeats} rows repeat their key ({key})")
