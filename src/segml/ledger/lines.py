"""The kept rows as the tables that every question is asked of: `lines`, `clients` and the rest.

`lines` is sorted by client, day, order and what a line says, so that neither the order of the
input nor its files change a sum. What it says of a line never depends on a later day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import duckdb

from segml.ledger.books import build_books
from segml.ledger.contract import TABLES, TRANSACTIONS
from segml.ledger.currency import rate_sql
from segml.ledger.distinct import count_distinct
from segml.ledger.economics import acquisition_days, serve_sql
from segml.ledger.parts import SIDE_BY_SIDE, parts_of, run_in_parts
from segml.ledger.quoting import literal
from segml.ledger.records import build_records
from segml.words.plan import Economics, LedgerPlan

NEVER = 2_147_483_647
ALWAYS = -2_147_483_648
PART_LINES = 7_000_000
"""About so many lines a part: two of them are sorted in memory, more would spill."""


class Maker(Protocol):
    """An engine that makes the lines and their books in DuckDB's place."""

    def lines(self, plan: LedgerPlan, economics: Economics, currency: str | None) -> None:
        """Make `lines` of `checked_transactions` and `codes`."""
        ...

    def books(self) -> None:
        """Make the books of `lines`, everything else being there."""
        ...


def build_tables(
    connection: duckdb.DuckDBPyConnection,
    plan: LedgerPlan,
    economics: Economics,
    *,
    currency: str | None,
    has: frozenset[str],
    maker: Maker | None = None,
) -> None:
    """Make `lines`, `interactions`, `invoices`, `events`, `clients` and the books of the lines.

    Parameters
    ----------
    connection
        The scratch database with every checked table, and `buyers`.
    plan
        For the rates of currencies.
    economics
        For margin rate and handling costs.
    currency
        The base currency; None where none is known.
    has
        Optional columns and tables of the ledger.
    maker
        Makes lines and books; None: DuckDB does.
    """
    _codes(connection)
    if maker:
        maker.lines(plan, economics, currency)
    else:
        spread_orders(connection)
        _lines(connection, plan, economics, currency)
    build_records(connection, economics, has)
    _clients(connection, economics)
    if maker:
        maker.books()
    else:
        build_books(connection)
    for table in ("spread", "codes", "buyers"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")


def _codes(connection: duckdb.DuckDBPyConnection) -> None:
    named = " UNION ".join(
        f"SELECT client_id FROM checked_{table.name} WHERE problems = 0"
        if table is not TRANSACTIONS
        else "SELECT client_id FROM buyers"
        for table in TABLES
        if "client_id" in table.names
    )
    connection.execute(
        "CREATE TABLE codes AS SELECT client_id, "
        f"CAST(row_number() OVER (ORDER BY client_id) - 1 AS INTEGER) AS client FROM ({named})"
    )


_IS_RETURN = "coalesce(is_return, amount < 0)"


def spread_orders(connection: duckdb.DuckDBPyConnection) -> None:
    """Number the orders that have lines of several days, with the first day of a sale in each.

    Parameters
    ----------
    connection
        A database with `checked_transactions`; gets the table `spread`.
    """
    rows = "checked_transactions WHERE problems = 0 AND order_id IS NOT NULL"
    kept, order = f"FROM {rows}", "hash(client_id, order_id)"
    orders = count_distinct(connection, order, rows)
    if orders == count_distinct(connection, "hash(client_id, order_id, date)", rows):
        kept += " AND false"  # the common case: as many orders as orders and days, none has
    connection.execute(
        "CREATE TABLE spread AS SELECT client_id, order_id, row_number() OVER (ORDER BY client_id, "
        f"order_id) AS number, min(date) FILTER (WHERE NOT {_IS_RETURN}) AS sale_day {kept} "
        f"AND {order} IN (SELECT {order} {kept} GROUP BY ALL HAVING min(date) < max(date)) "
        "GROUP BY client_id, order_id HAVING min(date) < max(date)"
    )


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that are made at a time.

    Parameters
    ----------
    clients
        Whose lines: numbers of clients.
    has
        The SQL of whether a `client_id` is one of theirs.
    base
        Numbers of their orders begin after it.
    """

    clients: range
    has: str
    base: int


def lines_sql(
    plan: LedgerPlan, economics: Economics, currency: str | None, part: Part, *, spread: bool
) -> str:
    """Write the lines of the clients of a part, sorted and marked in one pass.

    Keys are numbers of fixed width, for texts are dear to sort by: an order id goes by its hash,
    and what else a line says by its digest, so only lines that say the same tie. The lines of one
    client, day and order (a document) follow each other, sales first. So comparing a line with the
    one before finds where a document begins, and that line counts it: a sale as an order, on the
    first day of a sale in it; a return tells that all are returns, and counts a return document.
    """
    margin = economics.margin_rate
    absent = "0.0" if margin is None else f"amount * {1.0 - margin!r} * rate"
    number, joined = "NULL::BIGINT AS number, NULL::INTEGER AS sale_day", ""
    if spread:
        number = "s.number, s.sale_day"
        joined = (
            f" LEFT JOIN (SELECT * FROM spread WHERE {part.has}) AS s ON s.client_id = c.client_id "
            "AND s.order_id = c.order_id"
        )
    raw = (
        "SELECT client, c.date AS day, c.order_id, product, category, quantity, amount * rate "
        f"AS amount, coalesce(cost * rate, {absent}) AS cost, coalesce(discount, 0.0) * rate "
        f"AS discount, {_IS_RETURN} AS is_return, hash(c.order_id) AS document, digest, {number} "
        f"FROM (SELECT *, {rate_sql(plan, currency)} AS rate FROM checked_transactions "
        f"WHERE problems = 0 AND {part.has}) AS c JOIN (SELECT * FROM codes WHERE client >= "
        f"{part.clients.start} AND client < {part.clients.stop}) AS k USING (client_id){joined}"
    )
    ordered = f"SELECT * FROM ({raw}) ORDER BY client, day, document, is_return, digest"
    new = " OR ".join(
        f"lag({name}) OVER () IS DISTINCT FROM {name}" for name in ("client", "day", "document")
    )
    begun = f"SELECT *, {new} AS is_new FROM ({ordered})"
    counted = (
        "SELECT *, count(CASE WHEN is_new THEN 1 END) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND "
        f"CURRENT ROW) AS place FROM ({begun})"
    )
    marked = (
        "SELECT client, day, coalesce(-number, place + "
        f"{part.base}) AS order_key, order_id, product, category, quantity, amount, cost, "
        "discount, is_return, is_new AND NOT is_return AND coalesce(day = sale_day, true) AS "
        f"is_order, is_new AND is_return AS is_return_order FROM ({counted})"
    )
    return f"SELECT *, {serve_sql(economics)} AS serve FROM ({marked})"


def _lines(
    connection: duckdb.DuckDBPyConnection,
    plan: LedgerPlan,
    economics: Economics,
    currency: str | None,
) -> None:
    """Fill `lines` part by part of the clients, the parts side by side, committed in order.

    The marking of a part goes line by line, on one core. Rows and their order are the same for
    any number of parts.
    """
    clients, rows, spread = connection.execute(
        "SELECT (SELECT count(*) FROM codes), (SELECT count(*) FROM checked_transactions), "
        "EXISTS (FROM spread)"
    ).fetchone() or (0, 0, False)
    count = SIDE_BY_SIDE * max(1, -(-rows // (SIDE_BY_SIDE * PART_LINES)))  # none works alone
    parts = [
        Part(clients, _ids_of(connection, clients), rows * n)
        for n, clients in enumerate(parts_of(clients, count))
    ]
    queries = [lines_sql(plan, economics, currency, part, spread=spread) for part in parts]
    connection.execute(f"CREATE TABLE lines AS {queries[0]} LIMIT 0")
    run_in_parts(connection, [[f"INSERT INTO lines {query}"] for query in queries])


def _ids_of(connection: duckdb.DuckDBPyConnection, clients: range) -> str:
    """Write the condition on `client_id` that holds for these clients: numbers follow the ids.

    Where lines stand in the order of their days every part reads all of them: comparing ids is
    cheaper than looking each up among the part's clients.
    """
    if not clients:
        return "false"
    first, last = connection.execute(
        f"SELECT min(client_id), max(client_id) FROM codes WHERE client IN ({clients[0]}, "
        f"{clients[-1]})"
    ).fetchone() or ("", "")
    return f"client_id BETWEEN {literal(first)} AND {literal(last)}"


def _clients(connection: duckdb.DuckDBPyConnection, economics: Economics) -> None:
    known = (
        f"least(CASE WHEN a.client_id IS NULL THEN {NEVER} ELSE coalesce(a.acquired_on, {ALWAYS}) "
        f"END, coalesce(f.first_day, {NEVER}), coalesce(m.met_day, {NEVER}))"
    )
    chosen = (
        "SELECT k.client, k.client_id, a.name, a.industry, a.region, "
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
        "ON m.client = k.client"
    )
    connection.execute(
        f"CREATE TABLE clients AS WITH chosen AS ({chosen}) SELECT c.*, r.known_day AS "
        "referrer_known_day FROM chosen AS c LEFT JOIN chosen AS r ON r.client = c.referred_by "
        "ORDER BY c.client"
    )
