"""The rows that broke a rule, as their source has them, with the rule's code."""

from __future__ import annotations

import duckdb
import pandas as pd

from segml.ledger.contract import Table
from segml.ledger.file_rows import with_files
from segml.ledger.quoting import identifier, literal
from segml.ledger.rules import Rule
from segml.ledger.scratch import Scratch
from segml.ledger.sources import Source

UNREADABLE = "unreadable_line"

_FIXED = {
    "segml_table": "table",
    "segml_code": "code",
    "segml_row": "row",
    "segml_file": "file",
    "segml_file_row": "file_row",
    "segml_text": "text",
}
_SOURCE = "source:"
"""Stands before a source's column in the scratch database, whatever the source calls it."""


def keep_quarantine(
    connection: duckdb.DuckDBPyConnection, table: Table, source: Source, rules: tuple[Rule, ...]
) -> None:
    """Make the table `quarantine_<table>` and drop a raw table, which nothing needs any more.

    Parameters
    ----------
    connection
        The scratch database with `checked_<table>`.
    table
        The contract's table.
    source
        The table as it was read.
    rules
        In the order of the bits of `problems`; the first broken one gives the code.
    """
    codes = " ".join(
        f"WHEN c.problems & {1 << place} <> 0 THEN {literal(rule.code)}"
        for place, rule in enumerate(rules)
    )
    code = f"CASE {codes} END" if codes else "CAST(NULL AS VARCHAR)"
    shown = "".join(
        f", CAST(r.{identifier(n)} AS VARCHAR) AS {identifier(_SOURCE + n)}" for n in source.columns
    )
    broken = f"(SELECT segml_row, problems FROM checked_{table.name} WHERE problems <> 0)"
    connection.execute(
        f"CREATE TABLE quarantine_{table.name} AS SELECT {literal(table.name)} AS segml_table, "
        f"{code} AS segml_code, c.segml_row, c.segml_file, c.segml_file_row{shown} "
        f"FROM {with_files(broken, source.begins)} AS c "
        f"JOIN {source.rows_sql} AS r USING (segml_row) ORDER BY c.segml_row"
    )
    if source.raw is not None:
        connection.execute(f"DROP TABLE {source.raw}")
    if source.unreadable:
        connection.execute(f"ALTER TABLE quarantine_{table.name} ADD COLUMN segml_text VARCHAR")
        connection.executemany(
            f"INSERT INTO quarantine_{table.name} "
            "(segml_table, segml_code, segml_row, segml_file, segml_text) "
            f"VALUES ({literal(table.name)}, {literal(UNREADABLE)}, ?, ?, ?)",
            [[each.line, each.file, each.text] for each in source.unreadable],
        )


def quarantine_of(scratch: Scratch, tables: tuple[str, ...]) -> pd.DataFrame:
    """Return every row that broke a rule, as its source has it.

    Parameters
    ----------
    scratch
        The scratch database with `quarantine_<table>`.
    tables
        Names of the tables that the ledger has.

    Returns
    -------
    DataFrame
        Columns table, code, row (counted from 1 in its source), file and file_row (of rows that
        were read from files: the file and the number there), then the sources' columns as text,
        one that is called like a column of ours as `source_<name>`.
    """
    union = " UNION ALL BY NAME ".join(f"SELECT * FROM quarantine_{name}" for name in tables)
    frame: pd.DataFrame = scratch.connection.execute(union).df()
    sources = [str(name) for name in frame.columns if str(name).startswith(_SOURCE)]
    return frame.rename(columns=_FIXED | _plain_names(sources))


def _plain_names(sources: list[str]) -> dict[str, str]:
    """The sources' columns to their names in the quarantine: their own, unless ours has it."""
    taken = set(_FIXED.values()) | {name.removeprefix(_SOURCE) for name in sources}
    plain = {}
    for name in sources:
        own = name.removeprefix(_SOURCE)
        shown = own
        while own in _FIXED.values() and shown in taken:
            shown = f"source_{shown}"
        plain[name] = shown
        taken.add(shown)
    return plain
