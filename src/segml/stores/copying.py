"""A Parquet file copied into a table of PostgreSQL: in its binary format, a batch at a time.

The server reads numbers that are numbers: of a wide table it takes half the time that it needs for
the same rows as CSV (`python -m benchmarks publish`).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from segml.stores.relations import SOURCE, TYPES, Relation, RunKey
from segml.words.errors import PublicationFailed

if TYPE_CHECKING:
    import psycopg
    from pgpq import ArrowToPostgresBinaryEncoder

BATCH_ROWS = 1 << 15
_NO_NUL = "\ufffd"
"""What stands for U+0000, the one character that PostgreSQL's text cannot hold."""
_ARROW = {kind: arrow for arrow, kind in TYPES.items()} | {"jsonb": pa.string()}


def copy_file(
    connection: psycopg.Connection, schema: str, relation: Relation, path: Path, key: RunKey
) -> int:
    """How many rows of a Parquet file are now in the table; a few batches are held at once.

    Parameters
    ----------
    connection
        In a transaction.
    schema, relation
        The table, which has the file's columns.
    path
        The file.
    key
        What stands in the key's columns of each row.

    Raises
    ------
    PublicationFailed
        If the server took fewer rows than it was given.
    """
    from psycopg import sql

    columns = sql.SQL(", ").join(sql.Identifier(name) for name in relation.columns)
    command = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(schema, relation.name), columns
    )
    encoder = _encoder_of(relation)
    with path.open("rb") as stream, connection.cursor() as cursor:
        # read ahead, the whole file would be held; a path would make `as_of=…` a column
        file = pq.ParquetFile(stream, pre_buffer=False)
        with cursor.copy(command) as target:
            target.write(encoder.write_header())
            for batch in file.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
                target.write(encoder.write_batch(rows_of(batch, relation, key)))
            target.write(encoder.finish())
        rows, taken = int(file.metadata.num_rows), cursor.rowcount
    if taken != rows:
        raise PublicationFailed(
            f"PostgreSQL took {taken:,} of {rows:,} rows of `{relation.name}`",
            allowed="all of them",
            next_step="run the command again; the database holds the run it held before",
        )
    return rows


def _encoder_of(relation: Relation) -> ArrowToPostgresBinaryEncoder:
    from pgpq import ArrowToPostgresBinaryEncoder
    from pgpq.encoders import StringEncoderBuilder
    from pgpq.schema import Jsonb

    schema = _schema_of(relation)
    builders = {field.name: ArrowToPostgresBinaryEncoder.infer_encoder(field) for field in schema}
    for name, kind in relation.columns.items():
        if kind == "jsonb":
            builders[name] = StringEncoderBuilder.new_with_output(schema.field(name), Jsonb())
    return ArrowToPostgresBinaryEncoder.new_with_encoders(schema, builders)


def _schema_of(relation: Relation) -> pa.Schema:
    return pa.schema([(name, _ARROW[kind]) for name, kind in relation.columns.items()])


def rows_of(batch: pa.RecordBatch, relation: Relation, key: RunKey) -> pa.RecordBatch:
    r"""A batch as rows of the table: its columns in their order, the key's and `source` added.

    Examples
    --------
    >>> table = Relation("t", {"portfolio": "text", "name": "text", "x": "real"})
    >>> batch = pa.RecordBatch.from_pydict({"name": ["a\0b", None], "x": [0.5, None]})
    >>> batch = batch.cast(pa.schema([("name", pa.string()), ("x", pa.float32())]))
    >>> key = RunKey(runs="runs", values={"portfolio": "wholesale"})
    >>> rows_of(batch, table, key).to_pylist()[0] == {
    ...     "portfolio": "wholesale", "name": "a\ufffdb", "x": 0.5
    ... }
    True
    """
    schema = _schema_of(relation)
    arrays = []
    for field in schema:
        if field.name in batch.schema.names:
            arrays.append(_without_nul(batch.column(field.name)))
        elif field.name in key.values:
            value = pa.scalar(_value(key.values[field.name], field.type), field.type)
            arrays.append(pa.repeat(value, batch.num_rows))
        else:
            arrays.append(pa.array(_sources(batch, relation), type=field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _value(text: str, kind: pa.DataType) -> str | dt.date:
    return dt.date.fromisoformat(text) if kind == pa.date32() else text


def _without_nul(array: pa.Array) -> pa.Array:
    if array.type != pa.string() or not pc.any(pc.match_substring(array, "\0")).as_py():
        return array
    return pc.replace_substring(array, "\0", _NO_NUL)


def as_json(value: object) -> str:
    r"""A value as JSON that PostgreSQL takes: U+0000, which jsonb cannot hold, is replaced.

    Examples
    --------
    >>> as_json({"name": "a\0b", "path": "\\u0000"}) == '{"name": "a\ufffdb", "path": "\\\\u0000"}'
    True
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True)
    return re.sub(r"(?<!\\)((?:\\\\)*)\\u0000", rf"\1{_NO_NUL}", text)


def _sources(batch: pa.RecordBatch, relation: Relation) -> Iterator[str]:
    """The columns of each row that the table has none for, as one value of `SOURCE`."""
    assert SOURCE in relation.columns
    rest = [name for name in batch.schema.names if name not in relation.columns]
    for row in batch.select(rest).to_pylist():
        yield as_json(row)
