"""How the tables fit each other: clients without lines, lines of unlisted clients, referrers."""

from __future__ import annotations

import duckdb

from segml.ledger.findings import Finding, Severity


def kinship_findings(connection: duckdb.DuckDBPyConnection) -> tuple[Finding, ...]:
    """Return what is worth knowing about the two tables together.

    Parameters
    ----------
    connection
        The scratch database with `buyers` and the checked table of clients, which are given.

    Returns
    -------
    tuple of Finding
        Of severity warning or info.
    """
    listed, prospects = _pair(
        connection,
        "SELECT count(*), count(*) FILTER (WHERE client_id NOT IN "
        "(SELECT client_id FROM buyers)) FROM listed",
    )
    buyers, unlisted = _pair(
        connection,
        "SELECT count(*), count(*) FILTER (WHERE client_id NOT IN "
        "(SELECT client_id FROM listed)) FROM buyers",
    )
    referred, nobody = _pair(
        connection,
        "SELECT count(referred_by), count(*) FILTER (WHERE referred_by IS NOT NULL AND "
        "(referred_by = client_id OR referred_by NOT IN (SELECT client_id FROM listed "
        "UNION SELECT client_id FROM buyers))) "
        "FROM listed",
    )
    found = [
        _finding("prospects", "client_id", prospects, listed, "info"),
        _finding("unlisted_clients", "client_id", unlisted, buyers, "warning"),
        _finding("unknown_referrer", "referred_by", nobody, referred, "warning"),
    ]
    return tuple(finding for finding in found if finding.count)


_MESSAGES = {
    "prospects": "{count:,} of {total:,} clients have no line yet: they are prospects.",
    "unlisted_clients": (
        "{count:,} of {total:,} clients with lines are not in `clients`: nothing but their lines "
        "is known. Next: add them to `clients`, or check that ids are written alike."
    ),
    "unknown_referrer": (
        "{count:,} of {total:,} values of `clients.referred_by` name the client itself or no known "
        "client; they count as not referred. Next: write a client_id."
    ),
}


def _pair(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, int]:
    tables = (
        "WITH listed AS (SELECT client_id, referred_by FROM checked_clients WHERE problems = 0) "
    )
    total, count = connection.execute(tables + query).fetchone() or (0, 0)
    return int(total), int(count)


def _finding(code: str, column: str, count: int, total: int, severity: Severity) -> Finding:
    return Finding(
        code=code,
        severity=severity,
        table="clients",
        column=column,
        count=count,
        total=total,
        message=_MESSAGES[code].format(count=count, total=total),
    )
