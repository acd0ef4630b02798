"""The kept interactions, invoices and events as tables that questions are asked of.

Every one is sorted by its own values, so that the order of the input changes nothing. What becomes
known after a row's own day (resolved, paid) stands beside it and is masked by `cutoff`.
"""

from __future__ import annotations

import duckdb

from segml.ledger.quoting import literal
from segml.words.plan import Economics


def build_records(
    connection: duckdb.DuckDBPyConnection, economics: Economics, has: frozenset[str]
) -> None:
    """Make `interactions`, `invoices` and `events` out of the checked tables and `codes`.

    Parameters
    ----------
    connection
        The scratch database.
    economics
        What care costs, by kind of interaction.
    has
        Optional columns and tables. Invoices of a ledger that does not say what was paid are left
        out: every one of them would look unpaid.
    """
    minute, contact = rates_sql(economics)
    connection.execute(
        "CREATE TABLE interactions AS SELECT client, date AS day, lower(kind) AS kind, "
        f"coalesce(minutes, 0.0) AS minutes, coalesce(minutes, 0.0) * {minute} AS minutes_cost, "
        f"coalesce(cost, 0.0) + {contact} AS contact_cost, resolved_on AS resolved_day, "
        "lower(outcome) AS outcome FROM checked_interactions JOIN codes USING (client_id) "
        "WHERE problems = 0 ORDER BY ALL"
    )
    paid = "true" if "invoices.paid_on" in has else "false"
    connection.execute(
        "CREATE TABLE invoices AS SELECT client, issued_on AS issued_day, due_on AS due_day, "
        "amount, paid_on AS paid_day FROM checked_invoices JOIN codes USING (client_id) "
        f"WHERE problems = 0 AND {paid} ORDER BY ALL"
    )
    connection.execute(
        "CREATE TABLE events AS SELECT event_id, date AS day, lower(kind) AS kind, "
        "lower(scope) AS scope, CASE WHEN lower(scope) <> 'all' THEN scope_value END "
        "AS scope_value, magnitude, description FROM checked_events WHERE problems = 0 "
        "ORDER BY ALL"
    )


def rates_sql(economics: Economics) -> tuple[str, str]:
    """Return the SQL of an interaction's rates: money a minute, and money a contact.

    Parameters
    ----------
    economics
        With the common rate a minute and the kinds that have their own.

    Returns
    -------
    tuple of str
        Expressions over the column `kind`.

    Examples
    --------
    >>> rates_sql(Economics(minute=0.5))
    ('0.5', '0.0')
    """
    common = repr(float(economics.minute))
    minutes = {
        kind: rate.minute for kind, rate in economics.kinds.items() if rate.minute is not None
    }
    contacts = {kind: rate.contact for kind, rate in economics.kinds.items() if rate.contact}
    return _by_kind(minutes, common), _by_kind(contacts, "0.0")


def _by_kind(rates: dict[str, float], otherwise: str) -> str:
    if not rates:
        return otherwise
    cases = " ".join(
        f"WHEN {literal(kind)} THEN {float(rate)!r}" for kind, rate in sorted(rates.items())
    )
    return f"(CASE lower(kind) {cases} ELSE {otherwise} END)"
