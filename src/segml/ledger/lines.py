"""The kept rows as the tables that every question is asked of: `lines`, `clients` and the rest.

`lines` is sorted by client, day, order and value, so that neither the order of the input nor its
files change a sum. What it says of a line never depends on a later day.
"""

from __future__ import annotations

import duckdb

from segml.ledger.contract import TABLES
from segml.ledger.currency import rate_sql
from segml.ledger.economics import acquisition_days, serve_sql
from segml.ledger.records import build_records
from segml.words.plan import Economics, LedgerPlan

NEVER = 2_147_483_647
ALWAYS = -2_147_483_648


def build_tables(
    connection: duckdb.DuckDBPyConnection,
    plan: LedgerPlan,
    economics: Economics,
    currency: str | None,
    has: frozenset[str],
) -> None:
    """Make `lines`, `orders`, `interactions`, `invoices`, `events` and `clients`.

    Parameters
    ----------
    connection
        The scratch database with every checked table.
    plan
        For the rates of currencies.
    economics
        For margin rate and handling costs.
    currency
        The base currency; None where none is known.
    has
        Optional columns and tables of the ledger.
    """
    _codes(connection)
    _documents(connection)
    _sorted_lines(connection, plan, economics, currency)
    _marked_lines(connection, economics)
    build_records(connection, economics, has)
    _clients(connection, economics)
    for table in ("sorted_lines", "codes"):
        connection.execute(f"DROP TABLE {table}")


def _codes(connection: duckdb.DuckDBPyConnection) -> None:
    named = " UNION ".join(
        f"SELECT client_id FROM checked_{table.name} WHERE problems = 0"
        for table in TABLES
        if "client_id" in table.names
    )
    connection.execute(
        "CREATE TABLE codes AS SELECT client_id, "
        f"CAST(row_number() OVER (ORDER BY client_id) - 1 AS INTEGER) AS client FROM ({named})"
    )


_REFERENCE = "CASE WHEN order_id IS NULL THEN 'day ' || date ELSE 'order ' || order_id END"


def _documents(connection: duckdb.DuckDBPyConnection) -> None:
    """Number the orders by client and order id; without one an order is client x day."""
    connection.execute(
        "CREATE TABLE orders AS SELECT CAST(row_number() OVER (ORDER BY client, reference) - 1 "
        "AS BIGINT) AS order_key, client, reference, order_id FROM (SELECT DISTINCT client, "
        f"{_REFERENCE} AS reference, order_id FROM checked_transactions JOIN codes "
        "USING (client_id) WHERE problems = 0)"
    )


def _sorted_lines(
    connection: duckdb.DuckDBPyConnection,
    plan: LedgerPlan,
    economics: Economics,
    currency: str | None,
) -> None:
    rate = rate_sql(plan, currency)
    margin = economics.margin_rate
    absent = "0.0" if margin is None else f"amount * {1.0 - margin!r} * rate"
    connection.execute(
        "CREATE TABLE sorted_lines AS SELECT t.client, date AS day, order_key, product, category, "
        f"quantity, amount * rate AS amount, coalesce(cost * rate, {absent}) AS cost, "
        "coalesce(discount, 0.0) * rate AS discount, coalesce(is_return, amount < 0) AS is_return "
        f"FROM (SELECT *, {rate} AS rate, {_REFERENCE} AS reference FROM checked_transactions "
        "JOIN codes USING (client_id) WHERE problems = 0) AS t "
        "JOIN orders AS o ON o.client = t.client AND o.reference = t.reference "
        "ORDER BY ALL"
    )


def _marked_lines(connection: duckdb.DuckDBPyConnection, economics: Economics) -> None:
    """Mark one line of each order, and one of each return document.

    A return document is an order's lines of one day when all of them are returns: a credit of a
    later day counts, a discount line within a sale does not.
    """
    connection.execute(
        "CREATE TABLE firsts AS SELECT min(rowid) AS line, true AS is_order FROM sorted_lines "
        "WHERE NOT is_return GROUP BY order_key UNION ALL "
        "SELECT min(rowid), false FROM sorted_lines GROUP BY order_key, day "
        "HAVING bool_and(is_return)"
    )
    connection.execute(
        f"CREATE TABLE lines AS SELECT *, {serve_sql(economics)} AS serve FROM ("
        "SELECT s.*, coalesce(f.is_order, false) AS is_order, "
        "coalesce(NOT f.is_order, false) AS is_return_order FROM sorted_lines AS s "
        "LEFT JOIN firsts AS f ON f.line = s.rowid ORDER BY s.rowid)"
    )
    connection.execute("DROP TABLE firsts")


def _clients(connection: duckdb.DuckDBPyConnection, economics: Economics) -> None:
    known = (
        f"least(CASE WHEN a.client_id IS NULL THEN {NEVER} ELSE coalesce(a.acquired_on, {ALWAYS}) "
        f"END, coalesce(f.first_day, {NEVER}), coalesce(m.met_day, {NEVER}))"
    )
    connection.execute(
        "CREATE TABLE clients AS SELECT k.client, k.client_id, a.name, a.industry, a.region, "
        "a.employees, a.annual_turnover, a.manager, a.acquired_on AS acquired_day, "
        "a.acquisition_channel, a.acquisition_cost, r.client AS referred_by, a.wallet, "
        "a.role, a.role_note, a.left_on AS left_day, a.left_reason, "
        f"f.first_day, {acquisition_days(economics)} AS acquisition_days, {known} AS known_day "
        "FROM codes AS k "
        "LEFT JOIN (SELECT * FROM checked_clients WHERE problems = 0) AS a USING (client_id) "
        "LEFT JOIN codes AS r ON r.client_id = a.referred_by "
        "LEFT JOIN (SELECT client, min(day) AS first_day FROM lines GROUP BY client) AS f "
        "ON f.client = k.client "
        "LEFT JOIN (SELECT client, min(day) AS met_day FROM (SELECT client, day FROM interactions "
        "UNION ALL SELECT client, issued_day FROM invoices) GROUP BY client) AS m "
        "ON m.client = k.client ORDER BY k.client"
    )
