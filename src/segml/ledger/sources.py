"""The files of a table, read once into the scratch database as they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb

from segml.ledger.csv_files import BrokenLine, load_csv
from segml.ledger.file_rows import Begins, begins_of, parquet_rows
from segml.ledger.paths import files_of, format_of, no_file
from segml.ledger.quoting import identifier, literals
from segml.ledger.stamps import Stamp, require_unchanged, stamps_of
from segml.words.errors import ConfigurationRefused, DataRefused

_ABOUT_NAMES = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ParserException,
    duckdb.PermissionException,
    duckdb.IOException,
)
_RESERVED = ("rowid", "segml_row")


@dataclass(frozen=True, slots=True)
class Source:
    """One table as it was read, before any rule.

    Parameters
    ----------
    rows_sql
        SQL of its rows, in brackets: the columns and `segml_row`, which counts them from 1.
    columns
        Source columns and their DuckDB types.
    is_text
        Whether every column is text (CSV).
    rows
        Rows that could be read.
    unreadable
        Lines that are no rows: broken quotes, too many fields, another encoding.
    raw
        The table of the scratch database that holds the rows; None where they are read from their
        files each time.
    files
        Those files, as they were before the first reading.
    begins
        The files that the rows were read from, in order; empty where they are no file's.
    """

    rows_sql: str
    columns: dict[str, str]
    is_text: bool
    rows: int
    unreadable: tuple[BrokenLine, ...] = ()
    raw: str | None = None
    files: tuple[Stamp, ...] = ()
    begins: Begins = ()


def short_reason(error: duckdb.Error) -> str:
    """Return DuckDB's message in one line.

    Parameters
    ----------
    error
        Any error of DuckDB.

    Returns
    -------
    str
        At most 240 characters; values of rows are masked, names of columns are not.
    """
    text = str(error).split("\n\n")[0]
    if not isinstance(error, _ABOUT_NAMES):
        text = re.sub(r"'[^']*'|\"[^\"]*\"", "(a value)", text)
        text = re.sub(r"Original Line:.*", "", text)
    return re.sub(r"\s+", " ", text).strip()[:240]


def read_files(connection: duckdb.DuckDBPyConnection, path: str, table: str) -> Source:
    """Return the raw table made of every file that a path or glob names.

    Parameters
    ----------
    connection
        The scratch database; it may read the path's folder.
    path
        An absolute path or glob of Parquet or CSV files.
    table
        The contract's table; the raw one is called `raw_<table>`.

    Returns
    -------
    Source
        The raw table.

    Raises
    ------
    ConfigurationRefused
        If no file is there, or the ending is of no known format.
    DataRefused
        If a file cannot be read as what its ending says, or changed or went meanwhile.
    """
    raw, key = f"raw_{table}", f"ledger.{table}.path"
    loaded = load_files(connection, path, key, raw)
    if loaded.is_empty:
        return Source(_numbered(raw), {}, is_text=True, rows=0, raw=raw)
    source = describe(connection, raw, is_text=loaded.is_text, unreadable=loaded.unreadable)
    return replace(source, begins=loaded.begins)


def _numbered(raw: str) -> str:
    return f"(SELECT *, rowid + 1 AS segml_row FROM {identifier(raw)})"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was met while files became a table: text columns (CSV), no bytes, broken lines.

    And where the rows of each file begin.
    """

    is_text: bool
    is_empty: bool = False
    unreadable: tuple[BrokenLine, ...] = ()
    begins: Begins = ()


def load_files(connection: duckdb.DuckDBPyConnection, path: str, key: str, name: str) -> Loaded:
    """Make a table of every file that a path or glob names, and say what was met.

    Parameters
    ----------
    connection
        A database that may read the path's folder.
    path
        An absolute path or glob of Parquet or CSV files.
    key
        The configuration's key that holds the path, for refusals.
    name
        What the table is called.

    Returns
    -------
    Loaded
        Its columns are text where the files are CSV.

    Raises
    ------
    ConfigurationRefused
        If no file is there, or the ending is of no known format.
    DataRefused
        If a file cannot be read as what its ending says, or changed or went meanwhile.
    """
    files = files_of(path)
    if not files:
        raise no_file(path, key)
    formats = {format_of(file, key) for file in files}
    if len(formats) > 1:
        raise ConfigurationRefused(
            f"`{key}` names both Parquet and CSV files",
            allowed="files of one format",
            next_step="narrow the glob, e.g. `folder/*.parquet`",
        )
    stamps = stamps_of(files, key)
    try:
        if formats == {"parquet"}:
            rows = f"SELECT * FROM {parquet_sql(files)}"
            connection.execute(f"CREATE TABLE {identifier(name)} AS {rows}")
            own = parquet_rows(connection, files)
            loaded = Loaded(is_text=False, begins=begins_of(files, own) if own else ())
        else:
            met = load_csv(connection, [stamp[:2] for stamp in stamps], key, name)
            loaded = (
                Loaded(is_text=True, unreadable=met.broken, begins=met.begins)
                if met
                else Loaded(is_text=True, is_empty=True)
            )
    except duckdb.Error as error:
        require_unchanged(stamps, key)  # if one changed, that is why
        raise unreadable_files(key, error, files) from None
    require_unchanged(stamps, key)
    return loaded


def parquet_sql(files: list[str]) -> str:
    """Return the SQL that reads Parquet files as one table.

    Parameters
    ----------
    files
        Their paths, in the order of the rows.

    Returns
    -------
    str
        A table function; a column that a file does not have is null there.
    """
    return f"read_parquet({literals(tuple(files))}, union_by_name = true)"


def describe(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    *,
    is_text: bool,
    unreadable: tuple[BrokenLine, ...] = (),
) -> Source:
    """Return the description of a raw table that is already in the scratch database.

    Parameters
    ----------
    connection
        The scratch database.
    name
        What it is called there.
    is_text
        Whether every column is text because the format knows no types.
    unreadable
        Lines that are no rows.

    Returns
    -------
    Source
        Its columns, types and rows.
    """
    described = connection.execute(f"DESCRIBE {identifier(name)}").fetchall()
    for column in [str(row[0]) for row in described if str(row[0]).lower() in _RESERVED]:
        # DuckDB's own row number must stay visible under its name
        connection.execute(
            f"ALTER TABLE {name} RENAME COLUMN {identifier(column)} TO {identifier(column + '_')}"
        )
    described = connection.execute(f"DESCRIBE {identifier(name)}").fetchall()
    found = connection.execute(f"SELECT count(*) FROM {identifier(name)}").fetchone()
    rows = int(found[0]) if found else 0
    columns = {str(row[0]): str(row[1]) for row in described}
    return Source(
        _numbered(name), columns, is_text=is_text, rows=rows, unreadable=unreadable, raw=name
    )


def unreadable_files(key: str, error: duckdb.Error, files: Sequence[str]) -> DataRefused:
    """Return the refusal of files that DuckDB cannot read, which names the one it stopped at.

    Parameters
    ----------
    key
        The configuration's key that holds their path.
    error
        What DuckDB said.
    files
        All that the path names.

    Returns
    -------
    DataRefused
        To be raised.
    """
    said = str(error)
    named = files if len(files) == 1 else [each for each in files if each in said]
    which = f"the file {max(named, key=len)}" if named else f"one of {len(files)} files"
    return DataRefused(
        f"{which} of `{key}` cannot be read: {short_reason(error)}",
        allowed="Parquet, or CSV in UTF-8 with a header line, plain or .gz, whole",
        next_step="have its source write it again (aside, then renamed); see what it holds now",
    )
