"""A Parquet file copied into a table of PostgreSQL: as CSV that Arrow writes, a batch at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from segml.stores.relations import SOURCE, Relation, RunKey
from segml.words.errors import PublicationFailed

if TYPE_CHECKING:
    import psycopg

BATCH_ROWS = 1 << 15
_NO_NUL = "\ufffd"
"""What stands for U+0000, the one character that PostgreSQL's text cannot hold."""


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
    # text is quoted always and null never, so that an empty text stays one
    command = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(schema, relation.name), columns
    )
    with path.open("rb") as stream, connection.cursor() as cursor:
        # read ahead, the whole file would be held; a path would make `as_of=…` a column
        file = pq.ParquetFile(stream, pre_buffer=False)
        with cursor.copy(command) as target:
            for batch in file.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
                target.write(as_csv(batch, relation, key))
        rows, taken = int(file.metadata.num_rows), cursor.rowcount
    if taken != rows:
        raise PublicationFailed(
            f"PostgreSQL took {taken:,} of {rows:,} rows of `{relation.name}`",
            allowed="all of them",
            next_step="run the command again; the database holds the run it held before",
        )
    return rows


def as_csv(batch: pa.RecordBatch, relation: Relation, key: RunKey) -> bytes:
    r"""A batch as lines of CSV in the order of the table's columns, without a header.

    Text is always quoted; null is nothing, unquoted, which is what PostgreSQL takes for null.

    Examples
    --------
    >>> table = Relation("t", {"portfolio": "text", "name": "text", "x": "real"})
    >>> batch = pa.RecordBatch.from_pydict({"name": ["", None], "x": [0.5, None]})
    >>> as_csv(batch, table, RunKey(runs="runs", values={"portfolio": "wholesale"}))
    b'"wholesale","",0.5\n"wholesale",,\n'
    """
    arrays = []
    for name in relation.columns:
        if name in batch.schema.names:
            arrays.append(batch.column(name))
        elif name in key.values:
            arrays.append(pa.repeat(pa.scalar(key.values[name]), batch.num_rows))
        else:
            arrays.append(pa.array(_sources(batch, relation), type=pa.string()))
    sink = pa.BufferOutputStream()
    lines = pa.RecordBatch.from_arrays(arrays, names=list(relation.columns))
    pc.write_csv(lines, sink, pc.WriteOptions(include_header=False, batch_size=BATCH_ROWS))
    written: bytes = sink.getvalue().to_pybytes()
    return written.replace(b"\0", _NO_NUL.encode()) if b"\0" in written else written


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
