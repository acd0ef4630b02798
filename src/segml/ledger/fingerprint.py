"""One number for the kept rows of a ledger, whatever the order of rows and files."""

from __future__ import annotations

import hashlib

import duckdb

from segml.ledger.contract import CLIENTS, TRANSACTIONS, Table


def fingerprint_of(connection: duckdb.DuckDBPyConnection, tables: tuple[str, ...]) -> str:
    """Return the SHA-256 of the kept rows.

    Each row's values become a 128-bit MD5; the halves are summed, which no order changes and
    in which, unlike an exclusive or, two equal rows do not cancel.

    Parameters
    ----------
    connection
        The scratch database with `checked_<table>`.
    tables
        Names of the tables that the ledger has.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    parts = [_sums(connection, t) for t in (TRANSACTIONS, CLIENTS) if t.name in tables]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def _sums(connection: duckdb.DuckDBPyConnection, table: Table) -> str:
    values = ", ".join(f"coalesce('+' || CAST({name} AS VARCHAR), '')" for name in table.names)
    row = f"concat_ws(chr(31), {values})"
    found = connection.execute(
        "SELECT count(*), sum(CAST(number & 18446744073709551615 AS HUGEINT)), "
        f"sum(CAST(number >> 64 AS HUGEINT)) FROM (SELECT md5_number({row}) AS number "
        f"FROM checked_{table.name} WHERE problems = 0)"
    ).fetchone()
    return f"{table.name}:{found}"
