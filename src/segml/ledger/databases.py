"""The rows of a query on a database, copied once into the scratch database.

A DuckDB file is read by DuckDB, PostgreSQL by psycopg (the optional extra `postgres`), any other
URL by SQLAlchemy (the optional extra `database`); both are imported only when they are asked for.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from segml.ledger.postgres import copy_postgres, require_apart
from segml.ledger.quoting import identifier
from segml.ledger.sources import Source, describe, short_reason
from segml.words.errors import ConfigurationRefused, DataRefused
from segml.words.postgres import is_postgres

DUCKDB_SCHEME = "duckdb:///"
BATCH_ROWS = 100_000
_ABOUT_SQLITE_NAMES = ("no such", "ambiguous column")


def read_query(
    connection: duckdb.DuckDBPyConnection, query: str, url: str | None, table: str, folder: Path
) -> Source:
    """Return the raw table made of a query's rows.

    Parameters
    ----------
    connection
        The scratch database.
    query
        SQL for the database that the URL names.
    url
        ``duckdb:///<file>``, or a URL that SQLAlchemy knows; never shown in a message.
    table
        The contract's table; the raw one is called `raw_<table>`.
    folder
        Where a relative file of DuckDB or SQLite stands.

    Returns
    -------
    Source
        The raw table.

    Raises
    ------
    ConfigurationRefused
        If there is no URL, no such file, no driver, or the database refuses the query.
    DataRefused
        If the connection cannot be made or breaks while rows are read.
    """
    if not url:
        raise ConfigurationRefused(
            f"`ledger.{table}.query` without `connection` or `files`",
            allowed="a query on a `connection:` (a database URL or env:NAME), or over `files:`",
            next_step="name the database, or the files",
        )
    if url.startswith(DUCKDB_SCHEME):
        _copy_duckdb(connection, query, _file_of(url, table, folder), table)
    elif is_postgres(url) and importlib.util.find_spec("psycopg") is not None:
        copy_postgres(connection, query, url, table)
    else:
        _copy_sqlalchemy(connection, query, url, table, folder)
    return describe(connection, f"raw_{table}", is_text=False)


def _file_of(url: str, table: str, folder: Path) -> Path:
    name = url.removeprefix(DUCKDB_SCHEME)
    for path in (folder / name, Path("/" + name)):
        if path.is_file():
            return path
    raise ConfigurationRefused(
        f"`ledger.{table}.connection` names no DuckDB file: {name}",
        allowed="duckdb:///relative/file.duckdb or duckdb:////absolute/file.duckdb",
        next_step="correct the path",
    )


def _copy_duckdb(connection: duckdb.DuckDBPyConnection, query: str, file: Path, table: str) -> None:
    config = {"enable_external_access": "false", "lock_configuration": "true"}
    try:
        with duckdb.connect(str(file), read_only=True, config=config) as other:
            incoming = other.sql(query).to_arrow_reader(BATCH_ROWS)
            connection.register("incoming", incoming)
            connection.execute(f"CREATE TABLE raw_{table} AS SELECT * FROM incoming")
            connection.unregister("incoming")
    except (duckdb.Error, AttributeError) as error:
        raise _refused_query(table, error) from None


def _refused_query(table: str, error: Exception) -> ConfigurationRefused:
    # a statement without rows gives None where DuckDB would give a relation
    reason = short_reason(error) if isinstance(error, duckdb.Error) else "it returns no rows"
    return ConfigurationRefused(
        f"`ledger.{table}.query` is refused by the database: {reason}",
        allowed="one SELECT statement",
        next_step="try the query in the database's own shell",
    )


def _copy_sqlalchemy(
    connection: duckdb.DuckDBPyConnection, query: str, url: str, table: str, folder: Path
) -> None:
    try:
        import sqlalchemy as sa  # an optional extra
    except ImportError:
        raise ConfigurationRefused(
            f"`ledger.{table}.connection` needs SQLAlchemy, which is not installed",
            allowed="duckdb:///<file>, segml[postgres] for PostgreSQL, segml[database] for others",
            next_step="install the extra, and the database's driver",
        ) from None
    try:
        engine = sa.create_engine(_placed(sa.make_url(url), table, folder))
    except (sa.exc.SQLAlchemyError, ImportError, ValueError) as error:
        raise ConfigurationRefused(
            f"`ledger.{table}.connection` cannot be used: {type(error).__name__}",
            allowed="a URL that SQLAlchemy knows, with its driver installed",
            next_step="correct the URL, or install the driver (PostgreSQL's: segml[postgres])",
        ) from None
    try:
        with engine.connect().execution_options(stream_results=True) as opened:
            # a colon in a query is no parameter: nothing is filled in
            result = opened.execute(sa.text(query.replace(":", r"\:")))
            names = list(result.keys())
            require_apart(names, table)
            _store_batches(connection, names, _batches(result), table)
    except sa.exc.SQLAlchemyError as error:
        raise _failed(error, engine.dialect.name, table) from None
    finally:
        engine.dispose()


def _placed(url: Any, table: str, folder: Path) -> Any:
    """The URL; of an SQLite file with its path beside the configuration, where it must be."""
    name = url.database
    in_memory = not name or name.startswith((":memory:", "file:"))
    if url.get_backend_name() != "sqlite" or in_memory:
        return url
    if not (folder / name).is_file():  # SQLite would make an empty one
        raise ConfigurationRefused(
            f"`ledger.{table}.connection` names no SQLite file: {folder / name}",
            allowed="sqlite:///file.sqlite beside the configuration, or sqlite:////absolute/path",
            next_step="correct the path",
        )
    return url.set(database=str(folder / name))


def _failed(error: Any, database: str, table: str) -> ConfigurationRefused | DataRefused:
    """The refusal of what a database did not do; never a row's values, nor a server's address."""
    cause = getattr(error, "orig", None) or error
    said = type(error).__name__
    if database == "sqlite":  # it names tables and columns, no address and no value
        if str(cause).startswith(_ABOUT_SQLITE_NAMES) or "syntax error" in str(cause):
            return ConfigurationRefused(
                f"`ledger.{table}.query` is refused by the database: {cause}",
                allowed="one SELECT over tables and columns that it has",
                next_step="correct the query, or the file that `connection` names",
            )
        said = f"{said}: {cause}"
    elif cause.args and isinstance(cause.args[0], int):
        said = f"{said} (number {cause.args[0]})"
    return DataRefused(
        f"`ledger.{table}.query` failed in the database: {said}",
        allowed="a query whose rows can be read",
        next_step="try the query in the database's own shell",
    )


def _batches(result: Any) -> Iterator[list[tuple[Any, ...]]]:
    while rows := result.fetchmany(BATCH_ROWS):
        yield [tuple(row) for row in rows]


def _store_batches(
    connection: duckdb.DuckDBPyConnection,
    names: list[str],
    batches: Iterator[list[tuple[Any, ...]]],
    table: str,
) -> None:
    """Store each batch with the types it shows, then let DuckDB find the types that hold all."""
    import pyarrow as pa

    parts: list[str] = []
    seen: set[str] = set()
    for place, rows in enumerate(batches):
        columns = {}
        for name, values in zip(names, zip(*rows, strict=True), strict=True):
            column = _array(values)
            if not pa.types.is_null(column.type):
                columns[name] = column
        if not columns:
            columns[names[0]] = pa.array([None] * len(rows), type=pa.string())
        seen |= set(columns)
        connection.register("incoming", pa.table(columns))
        part = f"part_{table}_{place}"
        connection.execute(f"CREATE TABLE {part} AS SELECT * FROM incoming")
        connection.unregister("incoming")
        parts.append(part)
    empty = ", ".join(f"CAST(NULL AS VARCHAR) AS {identifier(n)}" for n in names if n not in seen)
    order = ", ".join(identifier(name) for name in names)
    union = " UNION ALL BY NAME ".join(f"SELECT * FROM {part}" for part in parts)
    rows_sql = (
        f"SELECT *{', ' + empty if empty else ''} FROM ({union})"
        if parts
        else (f"SELECT {empty} WHERE false")
    )
    connection.execute(f"CREATE TABLE raw_{table} AS SELECT {order} FROM ({rows_sql})")
    for part in parts:
        connection.execute(f"DROP TABLE {part}")


def _array(values: tuple[Any, ...]) -> Any:
    """Values as an Arrow array of the type they show; what DuckDB has no type for as its text."""
    import pyarrow as pa

    try:
        column = pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError, OverflowError):
        column = None
    if column is None or pa.types.is_decimal256(column.type):
        return pa.array([None if value is None else str(value) for value in values], pa.string())
    return column
