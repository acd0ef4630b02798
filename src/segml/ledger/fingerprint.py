"""One number for the kept rows of a ledger, whatever the order of rows and files."""

from __future__ import annotations

import hashlib

import duckdb

from segml.ledger.contract import CLIENTS, TABLES, TRANSACTIONS, Column, Table


def fingerprint_of(
    connection: duckdb.DuckDBPyConnection, tables: tuple[str, ...], *, before: int | None = None
) -> str:
    """Return the SHA-256 of the kept rows.

    Each row's values become a 64-bit hash, and that a second one; both are summed, which no order
    changes and in which, unlike an exclusive or, two equal rows do not cancel. A changed, lost or
    repeated row shows but for one chance in 2^64. DuckDB's hash is not cryptographic: who wants
    to forge rows of the same fingerprint can, and another version of DuckDB may give another one.

    Parameters
    ----------
    connection
        The scratch database with `checked_<table>`, and with `clients` where `before` is given.
    tables
        Names of the tables that the ledger has.
    before
        A day: only rows dated before it, only clients known before it, and of each row only what
        was known by then (an invoice paid later counts as unpaid). None: every row as it is.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    parts = [_sums(connection, t, before) for t in TABLES if t.name in tables]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def rows_before(
    connection: duckdb.DuckDBPyConnection, tables: tuple[str, ...], before: int
) -> dict[str, int]:
    """Return the kept rows of each table that were known at the start of a day.

    Parameters
    ----------
    connection, tables, before
        As for `fingerprint_of`.

    Returns
    -------
    dict
        Table name to rows.
    """
    counts = {}
    for table in TABLES:
        if table.name in tables:
            query = f"SELECT count(*) FROM {_kept(table, before)}"
            counts[table.name] = int((connection.execute(query).fetchone() or (0,))[0])
    return counts


def _kept(table: Table, before: int | None) -> str:
    rows = f"checked_{table.name} WHERE problems = 0"
    if before is None:
        return rows
    if table is CLIENTS:
        return f"{rows} AND client_id IN (SELECT client_id FROM clients WHERE known_day < {before})"
    return f"{rows} AND {table.dated} < {before}"


def _value(column: Column, before: int | None) -> str:
    if before is None or not column.known_from:
        return column.name
    return f"CASE WHEN {column.known_from} < {before} THEN {column.name} END"


def _sums(connection: duckdb.DuckDBPyConnection, table: Table, before: int | None) -> str:
    values = ", ".join(_value(column, before) for column in table.columns)
    row = "digest" if table is TRANSACTIONS else f"hash({values})"
    found = connection.execute(
        "SELECT count(*), sum(CAST(number AS HUGEINT)), sum(CAST(hash(number) AS HUGEINT)) "
        f"FROM (SELECT {row} AS number FROM {_kept(table, before)})"
    ).fetchone()
    return f"{table.name}:{found}"
