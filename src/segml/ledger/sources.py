"""The files of a table, read once into the scratch database as they are."""

from __future__ import annotations

import difflib
import glob
import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from segml.ledger.quoting import identifier, literal
from segml.words.errors import ConfigurationRefused, DataRefused

PARQUET = (".parquet", ".pq")
CSV = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz")
CSV_OPTIONS = "header = true, all_varchar = true, quote = '\"', escape = '\"', store_rejects = true"
_REJECTED = (
    "SELECT line, any_value(csv_line) FROM reject_errors GROUP BY file_id, line "
    "ORDER BY file_id, line"
)
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
    table
        The name of the raw table in the scratch database; its `rowid` counts rows from 0.
    columns
        Source columns and their DuckDB types.
    is_text
        Whether every column is text (CSV).
    rows
        Rows that could be read.
    unreadable
        (line number, text) of lines that are no rows: broken quotes, too many fields.
    """

    table: str
    columns: dict[str, str]
    is_text: bool
    rows: int
    unreadable: tuple[tuple[int, str], ...] = ()


def folder_of(path: str) -> Path:
    """Return the folder that holds every file a path or glob can name.

    Parameters
    ----------
    path
        An absolute path, perhaps with `*`, `?` or `[`.

    Returns
    -------
    Path
        The deepest folder before the first part with a glob sign.
    """
    parts = Path(path).parts
    fixed = list(parts[:-1])
    for place, part in enumerate(parts[:-1]):
        if glob.has_magic(part):
            fixed = list(parts[:place])
            break
    return Path(*fixed) if fixed else Path()


def folders_of(path: str) -> tuple[Path, ...]:
    """Return every folder that must be readable for a path or glob, links followed.

    Parameters
    ----------
    path
        An absolute path, perhaps with `*`, `?` or `[`.

    Returns
    -------
    tuple of Path
        Sorted; what a link in the named place points to was named with it.
    """
    parents = {Path(file).resolve().parent for file in _files(path)}
    return tuple(sorted({folder_of(path), *parents}))


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
        If a file cannot be read as what its ending says.
    """
    files = _files(path)
    if not files:
        raise _no_file(path, table)
    formats = {_format(file, table) for file in files}
    if len(formats) > 1:
        raise ConfigurationRefused(
            f"`ledger.{table}.path` names both Parquet and CSV files",
            allowed="files of one format",
            next_step="narrow the glob, e.g. `folder/*.parquet`",
        )
    if formats == {"parquet"}:
        return _read_parquet(connection, files, table)
    return _read_csv(connection, files, table)


def _files(path: str) -> list[str]:
    if not glob.has_magic(path):
        return [path] if Path(path).is_file() else []
    folder = folder_of(path)
    found = folder.glob(str(Path(path).relative_to(folder)))
    return sorted(str(file) for file in found if file.is_file())


def _format(path: str, table: str) -> str:
    name = Path(path).name.lower()
    if name.endswith(PARQUET):
        return "parquet"
    if name.endswith(CSV):
        return "csv"
    raise ConfigurationRefused(
        f"`ledger.{table}.path` ends in `{Path(path).suffix or Path(path).name}`",
        allowed="files that end in " + ", ".join((*PARQUET, *CSV)),
        next_step="name the files, for a folder with a glob such as `folder/*.parquet`",
    )


def _no_file(path: str, table: str) -> ConfigurationRefused:
    folder = folder_of(path)
    there = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
    near = difflib.get_close_matches(Path(path).name, there, n=1)
    hint = f"did you mean `{near[0]}`?" if near else "correct the path"
    return ConfigurationRefused(
        f"`ledger.{table}.path` names no file: {path}",
        allowed="a path or glob of at least one file, relative to the configuration",
        next_step=hint,
    )


def _file_list(files: list[str]) -> str:
    return "[" + ", ".join(literal(file) for file in files) + "]"


def _read_parquet(connection: duckdb.DuckDBPyConnection, files: list[str], table: str) -> Source:
    reader = f"read_parquet({_file_list(files)}, union_by_name = true)"
    try:
        connection.execute(f"CREATE TABLE raw_{table} AS SELECT * FROM {reader}")
    except duckdb.Error as error:
        raise _unreadable(table, error) from None
    return describe(connection, table, is_text=False)


def _read_csv(connection: duckdb.DuckDBPyConnection, files: list[str], table: str) -> Source:
    """Read file by file: each may have its own order of columns and its own broken lines."""
    raw = f"raw_{table}"
    unreadable: list[tuple[int, str]] = []
    started = False
    for file in files:
        if Path(file).stat().st_size == 0:
            continue
        rows = f"SELECT * FROM read_csv({literal(file)}, {CSV_OPTIONS})"
        try:
            if started:
                _add_columns(connection, raw, rows)
                connection.execute(f"INSERT INTO {raw} BY NAME {rows}")
            else:
                connection.execute(f"CREATE TABLE {raw} AS {rows}")
            started = True
            unreadable += connection.execute(_REJECTED).fetchall()
            connection.execute("DROP TABLE reject_errors")
            connection.execute("DROP TABLE reject_scans")
        except duckdb.Error as error:
            raise _unreadable(table, error) from None
    if not started:
        connection.execute(f"CREATE TABLE {raw} (nothing VARCHAR)")
        return Source(raw, {}, is_text=True, rows=0)
    return describe(connection, table, is_text=True, unreadable=tuple(unreadable))


def _add_columns(connection: duckdb.DuckDBPyConnection, raw: str, rows: str) -> None:
    there = {str(row[0]).lower() for row in connection.execute(f"DESCRIBE {raw}").fetchall()}
    for row in connection.execute(f"DESCRIBE {rows}").fetchall():
        if str(row[0]).lower() not in there:
            connection.execute(f"ALTER TABLE {raw} ADD COLUMN {identifier(str(row[0]))} VARCHAR")


def describe(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    *,
    is_text: bool,
    unreadable: tuple[tuple[int, str], ...] = (),
) -> Source:
    """Return the description of a raw table that is already in the scratch database.

    Parameters
    ----------
    connection
        The scratch database.
    table
        The contract's table; the raw one is called `raw_<table>`.
    is_text
        Whether every column is text because the format knows no types.
    unreadable
        (line number, text) of lines that are no rows.

    Returns
    -------
    Source
        Its columns, types and rows.
    """
    name = f"raw_{table}"
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
    return Source(name, columns, is_text=is_text, rows=rows, unreadable=unreadable)


def _unreadable(table: str, error: duckdb.Error) -> DataRefused:
    return DataRefused(
        f"the files of `ledger.{table}` cannot be read: {short_reason(error)}",
        allowed="Parquet, or CSV in UTF-8 with a header line, plain or .gz",
        next_step="open the named file and save it again in one of these forms",
    )
