"""Exact duplicate lines: counted and kept, or quarantined where the configuration says so."""

from __future__ import annotations

import duckdb

from segml.ledger.findings import Finding
from segml.ledger.quoting import identifier
from segml.ledger.rules import Rule
from segml.ledger.sources import Source

CODE = "duplicate_line"


def duplicate_line_rule() -> Rule:
    """Return the rule that no line repeats another in every column; for `duplicates: drop`.

    Its condition is never true by itself: `mark_duplicates` sets its bit, which needs the raw rows.

    Returns
    -------
    Rule
        With the code `duplicate_line`.
    """
    return Rule(
        code=CODE,
        column="client_id",
        condition="false",
        what="lines that repeat an earlier one in every column",
        allowed="lines that differ, as `ledger.duplicates: drop` asks",
        next_step="nothing, or `duplicates: keep` if they are real",
    )


def _repeats(source: Source) -> str:
    """Write the SQL of the rows that repeat an earlier kept one, by two hashes of all columns."""
    columns = ", ".join(f"r.{identifier(name)}" for name in source.columns)
    return (
        "SELECT segml_row FROM (SELECT c.segml_row, row_number() OVER (PARTITION BY "
        f"hash({columns}), hash('second', {columns}) ORDER BY c.segml_row) AS place "
        f"FROM checked_transactions AS c JOIN {source.table} AS r ON r.rowid = c.segml_row - 1 "
        "WHERE c.problems = 0) WHERE place > 1"
    )


def mark_duplicates(connection: duckdb.DuckDBPyConnection, source: Source, bit: int) -> None:
    """Set the bit of every kept line that repeats an earlier one in every source column.

    Parameters
    ----------
    connection
        The scratch database with `checked_transactions` and its raw table.
    source
        The transactions as they were read.
    bit
        The place of the rule in `problems`.
    """
    connection.execute(
        f"UPDATE checked_transactions SET problems = problems | {1 << bit} "
        f"WHERE segml_row IN ({_repeats(source)})"
    )


def count_duplicates(connection: duckdb.DuckDBPyConnection, source: Source) -> tuple[Finding, ...]:
    """Return the finding that some kept lines repeat another in every source column.

    Parameters
    ----------
    connection
        The scratch database with `checked_transactions` and its raw table.
    source
        The transactions as they were read.

    Returns
    -------
    tuple of Finding
        One, or none if no line repeats another.
    """
    columns = ", ".join(f"r.{identifier(name)}" for name in source.columns)
    total, distinct = connection.execute(
        "SELECT coalesce(sum(n), 0), count(*) FROM (SELECT count(*) AS n "
        f"FROM checked_transactions AS c JOIN {source.table} AS r ON r.rowid = c.segml_row - 1 "
        f"WHERE c.problems = 0 GROUP BY hash({columns}))"
    ).fetchone() or (0, 0)
    repeated = int(total) - int(distinct)
    if not repeated:
        return ()
    text = (
        f"{repeated:,} of {int(total):,} lines repeat another one in every column; they are kept. "
        "Next: `ledger.duplicates: drop` if they are mistakes."
    )
    return (
        Finding(
            code="duplicate_lines",
            severity="warning",
            table="transactions",
            count=repeated,
            total=int(total),
            message=text,
        ),
    )
