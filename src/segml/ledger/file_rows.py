"""Which of a table's files a row stands in, and where: rows are counted through all of them."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import duckdb

from segml.ledger.quoting import literal, literals

Begins = tuple[tuple[str, int], ...]
"""Each file that has rows, by the name it is told by, and how many rows those before it have."""


def told_names(files: Sequence[str]) -> list[str]:
    """The names of files, as short as they can be told apart: from the folder that holds all.

    Examples
    --------
    >>> told_names(["/data/2024/sales.csv", "/data/2025/sales.csv"])
    ['2024/sales.csv', '2025/sales.csv']
    >>> told_names(["/data/2024/sales.csv"])
    ['sales.csv']
    """
    if not files:
        return []
    folder = os.path.commonpath([str(Path(file).parent) for file in files])
    return [Path(file).relative_to(folder).as_posix() for file in files]


def begins_of(files: Sequence[str], rows: Sequence[int]) -> Begins:
    """Where each file with rows begins.

    Examples
    --------
    >>> begins_of(["/data/a.csv", "/data/b.csv", "/data/c.csv"], [2, 0, 1])
    (('a.csv', 0), ('c.csv', 2))
    """
    before = [0, *accumulate(rows)]
    named = zip(told_names(files), before, rows, strict=False)
    return tuple((name, first) for name, first, own in named if own)


def parquet_rows(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> list[int] | None:
    """The rows of each Parquet file; None where DuckDB calls one by another name.

    Raises
    ------
    duckdb.Error
        If one is no Parquet.
    """
    counted = connection.execute(
        f"SELECT file_name, num_rows FROM parquet_file_metadata({literals(tuple(files))})"
    ).fetchall()
    rows = {str(name): int(number) for name, number in counted}
    return [rows[file] for file in files] if set(rows) == set(files) else None


def told_row(row: int, begins: Begins) -> str:
    """A row in words: of several files, by its file and its number there.

    Parameters
    ----------
    row
        Counted from 1 through all files.
    begins
        Of those files; empty where the rows are no file's.

    Examples
    --------
    >>> told_row(4, (("a.csv", 0), ("b.csv", 3)))
    'b.csv row 1'
    >>> told_row(4, (("a.csv", 0),)), told_row(4, ())
    ('row 4', 'row 4')
    """
    if len(begins) < 2:
        return f"row {row}"
    name, before = begins[bisect_left(begins, row, key=lambda each: each[1]) - 1]
    return f"{name} row {row - before}"


def with_files(rows: str, begins: Begins) -> str:
    """SQL of rows, in brackets, with the columns `segml_file` and `segml_file_row`.

    Parameters
    ----------
    rows
        SQL of rows with `segml_row`.
    begins
        Of their files; empty where they are no file's: both columns are null.
    """
    if not begins:
        nothing = "CAST(NULL AS VARCHAR) AS segml_file, CAST(NULL AS BIGINT) AS segml_file_row"
        return f"(SELECT *, {nothing} FROM {rows})"
    values = ", ".join(f"({literal(name)}, CAST({before} AS BIGINT))" for name, before in begins)
    return (
        "(SELECT r.*, f.name AS segml_file, r.segml_row - f.before AS segml_file_row "
        f"FROM {rows} AS r ASOF JOIN (VALUES {values}) AS f(name, before) "
        "ON r.segml_row > f.before)"
    )
