"""The rows of a query over local files, copied once into the scratch database.

Each file is read by the readers of `sources`, as a table, into a database of its own beside the
scratch one. That database is then opened anew, read-only and shut off: the query sees these tables
and nothing else, no other file, no network, no table of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from segml.ledger.csv_files import BrokenLine
from segml.ledger.paths import folders_of
from segml.ledger.quoting import identifier
from segml.ledger.scratch import Scratch, confine
from segml.ledger.sources import Source, describe, load_files, short_reason
from segml.words.errors import ConfigurationRefused

BATCH_ROWS = 100_000
_SHUT_OFF = (
    "SET TimeZone = 'UTC'",
    "SET python_enable_replacements = false",
    # the order of a join's rows, and so their numbers in the quarantine, is then always the same
    "SET threads = 1",
    "SET lock_configuration = true",
)


def read_file_query(opened: Scratch, query: str, files: Mapping[str, str], table: str) -> Source:
    """Return the raw table made of the rows of a query over files.

    Parameters
    ----------
    opened
        The scratch database; the files' own database stands in its folder while they are read.
    query
        One SELECT over the tables that `files` names.
    files
        Table name to an absolute path or glob of Parquet or CSV files; columns of CSV are text.
    table
        The contract's table; the raw one is called `raw_<table>`.

    Returns
    -------
    Source
        The raw table; lines of the files that are no rows are kept as unreadable.

    Raises
    ------
    ConfigurationRefused
        If a file is not there or of no known format, or the query is no single SELECT, reads
        anything else, or fails.
    DataRefused
        If a file cannot be read as what its ending says.
    """
    store = opened.folder / f"files_{table}.duckdb"
    spill = opened.folder / "spill"
    try:
        unreadable = _load(store, spill, files, table)
        config = {"enable_external_access": "false", "temp_directory": str(spill)}
        with duckdb.connect(str(store), read_only=True, config=config) as shut:
            for setting in _SHUT_OFF:
                shut.execute(setting)
            _copy(opened.connection, shut, query, files, table)
    finally:
        store.unlink(missing_ok=True)
    raw = f"raw_{table}"
    return describe(opened.connection, raw, is_text=False, unreadable=unreadable)


def _load(store: Path, spill: Path, files: Mapping[str, str], table: str) -> tuple[BrokenLine, ...]:
    """Read every file as a table of its name; give the lines that are no rows."""
    allowed = [folder for path in files.values() for folder in folders_of(path)]
    unreadable: list[BrokenLine] = []
    with duckdb.connect(str(store)) as filling:
        confine(filling, spill, tuple(sorted(set(allowed))))
        for name, path in files.items():
            key = f"ledger.{table}.files.{name}"
            unreadable += load_files(filling, path, key, name).unreadable
    return tuple(unreadable)


def _copy(
    connection: duckdb.DuckDBPyConnection,
    shut: duckdb.DuckDBPyConnection,
    query: str,
    files: Mapping[str, str],
    table: str,
) -> None:
    try:
        kinds = [statement.type for statement in shut.extract_statements(query)]
        if kinds != [duckdb.StatementType.SELECT]:
            raise _refused(table, files, "it is not one SELECT")
        incoming = shut.sql(query).to_arrow_reader(BATCH_ROWS)
        connection.register("incoming", incoming)
        connection.execute(f"CREATE TABLE {identifier(f'raw_{table}')} AS SELECT * FROM incoming")
        connection.unregister("incoming")
    except duckdb.Error as error:
        raise _refused(table, files, short_reason(error)) from None


def _refused(table: str, files: Mapping[str, str], reason: str) -> ConfigurationRefused:
    return ConfigurationRefused(
        f"`ledger.{table}.query` is refused by DuckDB: {reason}",
        allowed=f"one SELECT over the tables that `files` names: {', '.join(files)}",
        next_step="correct the query; a file it needs is named in `files`",
    )
