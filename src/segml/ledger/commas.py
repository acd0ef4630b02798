"""Columns of numbers in which every comma may be a decimal one: `52,000` is read as 52 thousand."""

from __future__ import annotations

import duckdb

from segml.ledger.contract import Table
from segml.ledger.findings import Finding
from segml.ledger.mapping import Mapping
from segml.ledger.parsing import trimmed
from segml.ledger.quoting import literal
from segml.ledger.sources import Source

LOOKED_AT = 10_000
"""Rows, from the first on: what writes one number so writes them all."""
LEAST = 20
"""Fewer numbers may be all in the thousands by chance."""
_ONE_GROUP = r"[-+]?\d{1,3},\d{3}"


def comma_findings(
    connection: duckdb.DuckDBPyConnection, table: Table, source: Source, mapping: Mapping
) -> tuple[Finding, ...]:
    """Return a warning of each column of which every number is a comma and three digits.

    Where commas group thousands some number is below a thousand, or above a million; where programs
    write three decimals behind a comma, none is.

    Parameters
    ----------
    connection
        The scratch database with the raw table.
    table
        The contract's table.
    source
        The table as it was read; only text (CSV) leaves the question open.
    mapping
        How its columns come from the source.
    """
    if not source.is_text:
        return ()
    texts = [
        column.name
        for column in table.columns
        if column.kind == "number" and mapping.types.get(column.name) == "VARCHAR"
    ]
    return tuple(
        _finding(table, name, given)
        for name in texts
        if (given := _all_in_one_group(connection, mapping, name)) >= LEAST
    )


def _all_in_one_group(connection: duckdb.DuckDBPyConnection, mapping: Mapping, column: str) -> int:
    """How many numbers there are among the first rows; 0 where one is written otherwise."""
    text = trimmed(mapping.expressions[column])
    found = connection.execute(
        f"SELECT count(v), count(*) FILTER (regexp_full_match(v, {literal(_ONE_GROUP)})) FROM "
        f"(SELECT {text} AS v FROM {mapping.view} AS s LIMIT {LOOKED_AT})"
    ).fetchone()
    given, alike = found if found else (0, 0)
    return int(given) if given == alike else 0


def _finding(table: Table, column: str, given: int) -> Finding:
    where = f"`ledger.{table.name}.columns.{column}`"
    return Finding(
        code="comma_numbers",
        severity="warning",
        table=table.name,
        column=column,
        count=given,
        total=given,
        message=(
            f"every number of `{table.name}.{column}` looked at ({given:,}) has a comma and three "
            "digits behind it; they are read as thousands. Allowed: commas between thousands. "
            f"Next: if the comma is decimal, say so in {where}: "
            "\"sql: replace(<column>, ',', '.')\"."
        ),
    )
