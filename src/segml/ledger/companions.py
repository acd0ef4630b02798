"""What is worth knowing about interactions, invoices and events, alone and beside the lines.

All of it breaks no rule of a row: kinds nobody knows, clients nobody lists, a table that ends
before the sales do, an outcome without a day, an event that reaches nobody.
"""

from __future__ import annotations

import difflib
from typing import Any

import duckdb

from segml.ledger.contract import CONTACT_KINDS, EVENT_KINDS
from segml.ledger.days import date_of
from segml.ledger.findings import Finding, Severity
from segml.ledger.isolation import last_believed
from segml.ledger.quoting import literal

NAMES_SHOWN = 8
KINDS = {"interactions": CONTACT_KINDS, "events": EVENT_KINDS}
PAUSES = 6
"""From so many pauses on a table has a usual one."""
DATED = {"interactions": "date", "invoices": "issued_on"}


def companion_findings(
    connection: duckdb.DuckDBPyConnection, given: frozenset[str], stale_after_days: int
) -> tuple[Finding, ...]:
    """Return what is worth knowing about the optional tables besides `clients`.

    Parameters
    ----------
    connection
        The scratch database with `buyers` and every checked table, those that are not given being
        empty.
    given
        Names of the tables the ledger has.
    stale_after_days
        How many days a table may end before the lines do.

    Returns
    -------
    tuple of Finding
        Of severity warning or info.
    """
    found: list[Finding] = []
    dated = [table for table in DATED if table in given]
    end = last_believed(connection) if dated else None
    for table in dated:
        found += _strangers(connection, table)
        if end is not None:
            found += _ends_early(connection, table, end, stale_after_days)
    for table in KINDS:
        if table in given:
            found += _unknown_kinds(connection, table)
    if "interactions" in given:
        found += _undated_outcomes(connection)
    if "events" in given:
        found += _magnitudes(connection)
        found += _unreached(connection)
    return tuple(found)


def _row(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    return connection.execute(query).fetchone() or ()


def _strangers(connection: duckdb.DuckDBPyConnection, table: str) -> list[Finding]:
    total, count = _row(
        connection,
        "SELECT count(*), count(*) FILTER (WHERE client_id NOT IN (SELECT client_id FROM buyers "
        "UNION SELECT client_id FROM checked_clients WHERE problems = 0)) "
        f"FROM (SELECT DISTINCT client_id FROM checked_{table} "
        "WHERE problems = 0)",
    )
    text = (
        f"{count:,} of {total:,} clients in `{table}` have no line and are not in `clients`; they "
        "count as prospects. Next: add them to `clients`, or check that ids are written alike."
    )
    return _finding("unknown_clients", f"{table}.client_id", (count, total), "warning", text)


def _ends_early(
    connection: duckdb.DuckDBPyConnection, table: str, end: int, stale_after_days: int
) -> list[Finding]:
    dated = f"SELECT DISTINCT {DATED[table]} AS day FROM checked_{table} WHERE problems = 0"
    last, pause = _row(
        connection,
        f"SELECT max(day), CASE WHEN count(pause) >= {PAUSES} THEN quantile_disc(pause, 0.5) END "
        f"FROM (SELECT day, day - lag(day) OVER (ORDER BY day) AS pause FROM ({dated}))",
    )
    # bills of a month come on one day, and then for a month none
    allowed = stale_after_days + int(pause or 1) - 1
    if last is None or end - last <= allowed:
        return []
    text = (
        f"`{table}` ends on {date_of(last)}, {end - last:,} days before the last line: what is "
        f"missing since looks as if nothing had happened. Allowed: {allowed} days "
        "(`ledger.stale_after_days`, and the usual pause of the table). Next: bring the newer rows."
    )
    return _finding(
        "ends_early", f"{table}.{DATED[table]}", (end - last, end - last), "warning", text
    )


def _unknown_kinds(connection: duckdb.DuckDBPyConnection, table: str) -> list[Finding]:
    known = KINDS[table]
    listed = ", ".join(literal(kind) for kind in known)
    rows = connection.execute(
        f"SELECT lower(kind) AS k, count(*) FROM checked_{table} WHERE problems = 0 "
        f"AND lower(kind) NOT IN ({listed}) GROUP BY k ORDER BY count(*) DESC, k"
    ).fetchall()
    (total,) = _row(connection, f"SELECT count(*) FROM checked_{table} WHERE problems = 0")
    count = sum(int(number) for _, number in rows)
    shown = ", ".join(_named(str(kind), int(number), known) for kind, number in rows[:NAMES_SHOWN])
    more = f" and {len(rows) - NAMES_SHOWN} more kinds" if len(rows) > NAMES_SHOWN else ""
    text = (
        f"{count:,} of {total:,} rows of `{table}` are of a kind that no feature reads: "
        f"{shown}{more}. Read are: {', '.join(known)}. "
        f"Next: map them in `ledger.{table}.columns.kind` if they mean one of these."
    )
    return _finding("unknown_kinds", f"{table}.kind", (count, total), "info", text)


def _named(kind: str, number: int, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(kind, known, n=1, cutoff=0.75)
    hint = f", did you mean `{near[0]}`?" if near else ""
    return f"`{kind[:40]}` ({number:,}{hint})"


def _undated_outcomes(connection: duckdb.DuckDBPyConnection) -> list[Finding]:
    total, count = _row(
        connection,
        "SELECT count(outcome), count(outcome) FILTER (WHERE resolved_on IS NULL) "
        "FROM checked_interactions WHERE problems = 0",
    )
    text = (
        f"{count:,} of {total:,} outcomes have no `resolved_on`: when they became known is not "
        "recorded, so they are not used. Next: map `resolved_on`, to `date` where the answer is "
        "given at once."
    )
    return _finding("undated_outcome", "interactions.outcome", (count, total), "warning", text)


def _magnitudes(connection: duckdb.DuckDBPyConnection) -> list[Finding]:
    total, absent, large = _row(
        connection,
        "SELECT count(*), count(*) FILTER (WHERE magnitude IS NULL), "
        "count(*) FILTER (WHERE abs(magnitude) > 1) FROM checked_events "
        "WHERE problems = 0 AND lower(kind) = 'price_change'",
    )
    return [
        *_finding(
            "no_magnitude",
            "events.magnitude",
            (absent, total),
            "warning",
            f"{absent:,} of {total:,} price changes have no magnitude; how much dearer they made "
            "anything is not known, and no exposure counts them. Next: give it, 0.08 for +8 %.",
        ),
        *_finding(
            "large_magnitude",
            "events.magnitude",
            (large, total),
            "warning",
            f"{large:,} of {total:,} price changes are of more than 100 %. A share is meant: 0.08 "
            'is +8 %. Next: map `magnitude: "sql: <column> / 100"` if it holds per cent.',
        ),
    ]


def _unreached(connection: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Events of a scope whose value no line and no client has."""
    parts = [
        f"SELECT {literal(scope)} AS scope, {scope} AS value FROM checked_{table} "
        f"WHERE problems = 0 AND {scope} IS NOT NULL"
        for scope, table in (
            ("category", "transactions"),
            ("product", "transactions"),
            ("region", "clients"),
            ("industry", "clients"),
            ("manager", "clients"),
        )
    ]
    total, count = _row(
        connection,
        "SELECT count(*), count(*) FILTER (WHERE lower(scope) <> 'all' AND "
        f"(lower(scope), scope_value) NOT IN ({' UNION '.join(parts)})) "
        "FROM checked_events WHERE problems = 0",
    )
    text = (
        f"{count:,} of {total:,} events name a `scope_value` that no line and no client has; they "
        "reach nobody. Next: write it as the column of that name has it."
    )
    return _finding("unreached_scope", "events.scope_value", (count, total), "warning", text)


def _finding(
    code: str, about: str, share: tuple[int, int], severity: Severity, message: str
) -> list[Finding]:
    """The finding, in a list; none where its count is zero."""
    count, total = share
    table, column = about.split(".")
    if not count:
        return []
    return [
        Finding(
            code=code,
            severity=severity,
            table=table,
            column=column,
            count=count,
            total=total,
            message=message,
        )
    ]
