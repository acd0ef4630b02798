"""The traps of real ledgers, named with counts: what breaks no rule and is worth knowing.

Nothing here knows a particular company: each trap is a general sign (codes with unusually few
digits, order ids with a letter prefix, ...). All rows are looked at, those that `where` leaves out
too, so that a person sees what was left out.
"""

from __future__ import annotations

import duckdb

from segml.ledger.codes import odd_products, order_prefixes
from segml.ledger.findings import Finding
from segml.ledger.mapping import Mapping
from segml.ledger.parsing import is_fractional, trimmed
from segml.ledger.rows import Rows
from segml.ledger.traps import noted, trap_findings

_COLUMNS = ("client_id", "order_id", "product", "quantity", "amount", "cost", "is_return")


def profile_transactions(rows: Rows, mapping: Mapping) -> tuple[Finding, ...]:
    """Return what is worth knowing about the transactions.

    Parameters
    ----------
    rows
        The source's, with `checked_transactions` kept.
    mapping
        How its columns come from the source; also used for the rows that `where` leaves out.

    Returns
    -------
    tuple of Finding
        Of severity warning or info.
    """
    connection, aside = rows.connection, _rows_left_out(rows, mapping)
    connection.execute(
        f"CREATE TEMP VIEW profiled AS SELECT {', '.join(_COLUMNS)}, true AS wanted "
        f"FROM checked_transactions{aside}"
    )
    try:
        findings = [
            *trap_findings(connection, "profiled"),
            *_float_ids(connection, mapping),
            *odd_products(connection, mapping),
            *order_prefixes(connection, mapping),
            *_shared_orders(rows, mapping, aside),
        ]
    finally:
        connection.execute("DROP VIEW profiled")
        rows.drop("aside")
    return tuple(findings)


def _rows_left_out(rows: Rows, mapping: Mapping) -> str:
    """Parse the rows that `where` leaves out as well as they allow; give the SQL that adds them."""
    if mapping.where == "true":
        return ""
    numbers = ("quantity", "amount", "cost")
    parts = []
    for name in _COLUMNS:
        expression = f"TRY({mapping.expressions[name]})" if name in mapping.expressions else "NULL"
        if name in numbers:
            parts.append(f"TRY_CAST({expression} AS DOUBLE) AS {name}")
        elif name == "is_return":
            parts.append(f"TRY_CAST({expression} AS BOOLEAN) AS {name}")
        elif is_fractional(mapping.types.get(name, "")):
            whole = f"TRY_CAST({expression} AS HUGEINT)"
            parts.append(f"CAST({whole} AS VARCHAR) AS {name}")
        else:
            parts.append(f"{trimmed(expression)} AS {name}")
    try:
        rows.keep(
            "aside",
            f"SELECT {', '.join(parts)}, false AS wanted FROM {mapping.view} AS s "
            f"WHERE coalesce(NOT {mapping.where}, true)",
        )
    except duckdb.Error:
        # TRY does not take every expression; what was left out then stays uncounted by kind
        return ""
    return " UNION ALL SELECT * FROM aside"


def _float_ids(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> list[Finding]:
    names = [
        name
        for name in ("client_id", "order_id", "product")
        if is_fractional(mapping.types.get(name, ""))
    ]
    found = []
    for name in names:
        query = f"SELECT count({name}), count(*) FROM profiled"
        count, total = connection.execute(query).fetchone() or (0, 0)
        text = (
            f"`transactions.{name}` comes as decimal numbers (12345.0); {count:,} values became "
            "whole ones (12345)."
        )
        found.append(noted("float_ids", name, text, count=count, total=total))
    return found


def _shared_orders(rows: Rows, mapping: Mapping, aside: str) -> list[Finding]:
    if "order_id" not in mapping.expressions:
        return []
    named = "SELECT order_id, client_id FROM"
    left_out = f" UNION ALL {named} aside" if aside else ""
    both = (
        f"({named} checked_transactions{left_out}) AS profiled "
        "WHERE order_id IS NOT NULL AND client_id IS NOT NULL"
    )
    if rows.distinct("order_id", both) == rows.distinct("order_id, client_id", both):
        return []  # the common case: there are no more orders of a client than order ids
    shared, total = rows.connection.execute(
        "SELECT count(*) FILTER (WHERE clients > 1), count(*) FROM ("
        f"SELECT count(DISTINCT client_id) AS clients FROM {both} GROUP BY order_id)"
    ).fetchone() or (0, 0)
    if not shared:
        return []
    text = (
        f"{shared:,} of {total:,} order ids are used by more than one client; each client's "
        "lines count as an order of their own."
    )
    return [noted("shared_orders", "order_id", text, count=shared, total=total)]
