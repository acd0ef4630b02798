"""Parquet files that are read where they are: each question reads the columns it needs.

Copying them into the scratch database would cost several times as much as all of these readings.
"""

from __future__ import annotations

from itertools import accumulate

import duckdb

from segml.ledger.file_rows import begins_of, parquet_rows
from segml.ledger.paths import files_of, format_of
from segml.ledger.sources import Source, parquet_sql, unreadable_files
from segml.ledger.stamps import require_unchanged, stamps_of

_TAKEN = frozenset({"rowid", "segml_row", "file_index", "file_row_number", "filename"})
"""Names that DuckDB, or we, give to columns beside a file's own."""


def parquet_in_place(connection: duckdb.DuckDBPyConnection, path: str, table: str) -> Source | None:
    """Return the rows of the Parquet files that a path names, without copying one.

    Parameters
    ----------
    connection
        The scratch database; it may read the path's folder.
    path
        An absolute path or glob.
    table
        The contract's table.

    Returns
    -------
    Source or None
        None where the path names no Parquet files alone, or a column has a name of DuckDB's: such
        a table is copied.

    Raises
    ------
    ConfigurationRefused
        If a file's ending is of no known format.
    DataRefused
        If a file is no Parquet, or changed or went meanwhile.
    """
    files, key = files_of(path), f"ledger.{table}.path"
    if not files or {format_of(file, key) for file in files} != {"parquet"}:
        return None
    stamps = stamps_of(files, key)
    reader = parquet_sql(files)
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {reader}").fetchall()
        rows = parquet_rows(connection, files)
    except duckdb.Error as error:
        require_unchanged(stamps, key)
        raise unreadable_files(key, error, files) from None
    columns = {str(row[0]): str(row[1]) for row in described}
    if _TAKEN & {name.lower() for name in columns} or rows is None:
        return None
    before = [0, *accumulate(rows)]
    number = f"{before[:-1]}[CAST(file_index AS BIGINT) + 1] + CAST(file_row_number AS BIGINT) + 1"
    rows_sql = f"(SELECT *, {number} AS segml_row FROM {reader})"
    return Source(
        rows_sql,
        columns,
        is_text=False,
        rows=before[-1],
        files=stamps,
        begins=begins_of(files, rows),
    )
