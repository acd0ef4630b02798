"""A frame as Parquet bytes: held to its schema first, and the same bytes for the same rows."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from segml.stores.declaration import Column, TableSchema
from segml.stores.schemas import TABLES, features_schema, quarantine_schema


class SchemaBroken(ValueError):  # noqa: N818 - named as the refusals are
    """A frame handed over for publishing is not what its table's schema says: a fault of ours."""


def schema_of(name: str, frame: pd.DataFrame) -> TableSchema:
    """The schema that `name` is held to; that of `features` follows the frame's own columns.

    Raises
    ------
    SchemaBroken
        If no such table is declared.
    """
    if name == "features":
        keys = ("as_of", "client_id")
        columns = [column for column in _with_index(frame).columns if column not in keys]
        return features_schema({str(c): not _is_numeric(frame[c]) for c in columns})
    if name == "quarantine":
        return quarantine_schema([str(column) for column in frame.columns])
    if name not in TABLES:
        known = ", ".join((*TABLES, "features", "quarantine"))
        raise SchemaBroken(f"table `{name}` is not declared; schemas.py knows {known}")
    return TABLES[name]


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
    return _sorted(pa.Table.from_arrays(arrays, schema=schema.arrow), schema)


def parquet_bytes(frame: pd.DataFrame, schema: TableSchema) -> bytes:
    """The Parquet file of a frame; the same rows, in any order, give the same bytes.

    Raises
    ------
    SchemaBroken
        As `conform`.
    """
    sink = pa.BufferOutputStream()
    pq.write_table(
        conform(frame, schema),
        sink,
        version="2.6",
        compression="zstd",
        compression_level=3,
        row_group_size=1 << 17,
        use_dictionary=True,
        write_statistics=True,
    )
    return bytes(sink.getvalue().to_pybytes())


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


def _sorted(table: pa.Table, schema: TableSchema) -> pa.Table:
    rest = () if schema.unique else tuple(n for n in schema.names if n not in schema.key)
    order = [(name, "ascending") for name in (*schema.key, *rest)]
    table = table.take(pc.sort_indices(table, sort_keys=order)).combine_chunks()
    if schema.unique and table.num_rows:
        groups = table.group_by(list(schema.key)).aggregate([([], "count_all")])
        doubled = table.num_rows - groups.num_rows
        if doubled:
            key = ", ".join(schema.key)
            raise SchemaBroken(f"table `{schema.name}`: {doubled} rows repeat their key ({key})")
    return table
