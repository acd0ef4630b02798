"""One number for the kept rows of a ledger, whatever the order of rows and files."""

from __future__ import annotations

import hashlib

import duckdb

from segml.ledger.contract import CLIENTS, TABLES, Column, Table


def fingerprint_of(
    connection: duckdb.DuckDBPyConnection, tables: tuple[str, ...], *, before: int | None = None
) -> str:
    """Return the SHA-256 of the kept rows.

    Each row's values become two hashes of 64 bits, and each is summed, which no order changes and
    in which, unlike an exclusive or, two equal rows do not cancel. It tells whether two runs saw
    the same rows; the hashes are the database engine's, fast and not cryptographic, so it proves
    nothing against somebody who makes rows to deceive, and another version of the engine may
    give another number for the same rows.

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
    found = connection.execute(
        f"SELECT count(*), sum(CAST(hash({values}) AS HUGEINT)), "
        f"sum(CAST(hash('second', {values}) AS HUGEINT)) FROM {_kept(table, before)}"
    ).fetchone()
    return f"{table.name}:{found}"
