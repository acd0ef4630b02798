"""CSV files of one table, read as text: their columns, their rows, the lines that are none."""

from __future__ import annotations

import gzip
import os
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import duckdb

from segml.ledger.file_rows import Begins, begins_of, told_names
from segml.ledger.quoting import identifier, literal
from segml.words.errors import DataRefused

CSV_OPTIONS = "header = true, all_varchar = true, quote = '\"', escape = '\"', store_rejects = true"
AS_UTF8 = (
    "save it again as UTF-8 (Excel: Save As, `CSV UTF-8`), or convert it by its own encoding "
    "(WINDOWS-1252 in the west, WINDOWS-1251 if it is Cyrillic, GB18030 if Chinese), e.g. "
    "`iconv -f WINDOWS-1251 -t UTF-8 old.csv > new.csv`"
)
"""What to do with a file in another encoding."""
_REJECTED = (
    "SELECT line, any_value(csv_line), bool_or(error_type = 'INVALID ENCODING') "
    "FROM reject_errors GROUP BY file_id, line ORDER BY file_id, line"
)
_HEADER_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line that is no row: its number in its file, its text, and what is wrong with it."""

    line: int
    text: str
    file: str
    is_foreign: bool = False
    """Whether it is not UTF-8."""


@dataclass(frozen=True, slots=True)
class CsvRows:
    """Where the rows of each file begin, and the lines that are none, in the order of the files."""

    begins: Begins
    broken: tuple[BrokenLine, ...]


def load_csv(
    connection: duckdb.DuckDBPyConnection, files: list[tuple[str, int]], key: str, name: str
) -> CsvRows | None:
    """Make a table of CSV files, and say what was met; None where no file has a byte.

    Read file by file: each may have its own order of columns and its own broken lines.

    Parameters
    ----------
    connection
        A database that may read them.
    files
        Path and bytes of each.
    key
        The configuration's key that holds their path, for the refusal.
    name
        What the table is called.

    Returns
    -------
    CsvRows or None
        Which rows are whose, and which lines are no rows.

    Raises
    ------
    DataRefused
        If the header line of a file is not UTF-8: its columns could not be told; or a file was cut
        off within a line.
    """
    table = identifier(name)
    broken: list[BrokenLine] = []
    sizes = {file: size for file, size in files if size}
    full = list(sizes)
    rows_until: list[int] = []
    for file, told in zip(full, told_names(full), strict=True):
        _require_readable_header(file, key)
        rows = f"SELECT * FROM read_csv({literal(file)}, {CSV_OPTIONS})"
        if rows_until:
            _add_columns(connection, table, rows)
            connection.execute(f"INSERT INTO {table} BY NAME {rows}")
        else:
            connection.execute(f"CREATE TABLE {table} AS {rows}")
        rows_until.append(_count(connection, table))
        for line, text, is_foreign in connection.execute(_REJECTED).fetchall():
            broken.append(BrokenLine(line, text, told, bool(is_foreign)))
        if broken and broken[-1].file == told and Path(file).stat().st_size == sizes[file]:
            _require_whole(file, key, broken[-1])  # of another size it is being written
        connection.execute("DROP TABLE reject_errors")
        connection.execute("DROP TABLE reject_scans")
    if not full:
        connection.execute(f"CREATE TABLE {table} (nothing VARCHAR)")
        return None
    own = [until - before for before, until in pairwise([0, *rows_until])]
    return CsvRows(begins_of(full, own), tuple(broken))


def _require_whole(file: str, key: str, last: BrokenLine) -> None:
    """A last line that is no row and has no line end was cut off: what followed is not known."""
    if file.lower().endswith(".gz"):
        return  # one that was cut cannot be read at all
    line = last.text.encode("utf-8", "surrogateescape")
    with Path(file).open("rb") as opened:
        opened.seek(-min(len(line) + 1, Path(file).stat().st_size), os.SEEK_END)
        end = opened.read()
    if end == b"\n" + line:
        raise DataRefused(
            f"the file {file} of `{key}` ends within its line {last.line}: that is no row, and no "
            "line end follows it",
            allowed="a file that was written to its end",
            next_step="copy or export it again, for what followed is lost; if the line is a "
            "remark of the program that wrote it, leave it out",
        )


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(found[0]) if found else 0


def _require_readable_header(file: str, key: str) -> None:
    """DuckDB passes over a header that it cannot decode, and calls the columns by numbers."""
    try:
        with gzip.open(file) if file.lower().endswith(".gz") else Path(file).open("rb") as opened:
            header = opened.readline(_HEADER_BYTES)
    except (OSError, EOFError):
        return  # what is wrong with it, its reading says
    try:
        header.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and len(header) == _HEADER_BYTES:
            return  # the line was cut within a sign
        raise DataRefused(
            f"the file {file} of `{key}` is not UTF-8 (byte {error.start + 1} of its header line "
            f"is 0x{header[error.start]:02X})",
            allowed="CSV in UTF-8 with a header line, plain or .gz",
            next_step=AS_UTF8,
        ) from None


def _add_columns(connection: duckdb.DuckDBPyConnection, table: str, rows: str) -> None:
    there = {str(row[0]).lower() for row in connection.execute(f"DESCRIBE {table}").fetchall()}
    for row in connection.execute(f"DESCRIBE {rows}").fetchall():
        if str(row[0]).lower() not in there:
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {identifier(str(row[0]))} VARCHAR")
