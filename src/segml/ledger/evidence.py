"""The rows behind a finding about clients: orders, lines, contacts, bills, events, referrals.

Each function asks one question of a past's rows; `Past` has it as a method.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

import pandas as pd

WITHDRAWN_DAYS, SEEN_DAYS, SEEN_CLIENTS, SEEN_LINES = 90, 365, 3, 12
"""A product seems withdrawn when nobody bought it for 90 days, though in the year before at least
three clients did on twelve lines (the rule of the feature `withdrawn_share_90`, which does not ask
whether its category renews its goods)."""

RENEWAL_DAYS, RENEWED_SHARE, RENEWED_GOODS = 365, 0.5, 5
"""A category renews its goods if half of its lines of a year are of products that were new in it,
five or more of them, and it was sold a year before that."""

_PROFIT = "l.amount - l.cost - l.serve"
_CHOSEN = "c.client_id IN (SELECT unnest(CAST(? AS VARCHAR[])))"
_NOT_OF = "(l.product IS NULL OR l.product NOT IN (SELECT unnest(CAST(? AS VARCHAR[]))))"
_OF_CLIENTS = f"FROM {{lines}} AS l JOIN {{clients}} AS c USING (client) WHERE {_CHOSEN}"


def _dated(column: str) -> str:
    return f"c.client_id || ' ' || CAST(DATE '1970-01-01' + {column} AS VARCHAR)"


_ROW_KEY = f"coalesce(l.order_id, {_dated('l.day')})"
MIX_DAYS = 365
"""An event of a category or product reaches a client by its share of the spend of so many days."""


class Asked(Protocol):
    """Answers a question about a past; `?` in it stands for the values that follow."""

    def __call__(self, sql: str, *values: object) -> pd.DataFrame:
        """Return the answer's rows."""
        ...


def orders_of(ask: Asked, client_ids: Sequence[str], without: Collection[str] = ()) -> pd.DataFrame:
    """Return `Past.orders`."""
    return ask(
        f"SELECT c.client_id, l.order_id, l.day, sum(l.amount) AS amount, sum({_PROFIT}) AS profit,"
        f" sum(l.discount) AS discount, bool_and(l.is_return) AS is_return {_OF_CLIENTS} "
        f"{'AND ' + _NOT_OF if without else ''} GROUP BY c.client_id, l.day, l.order_key, "
        "l.order_id ORDER BY c.client_id, l.day, l.order_id NULLS FIRST",
        *([_texts(client_ids), sorted(without)] if without else [_texts(client_ids)]),
    )


def lines_of(ask: Asked, client_ids: Sequence[str]) -> pd.DataFrame:
    """Return `Past.lines`."""
    columns = "product, category, quantity, amount, discount"
    return ask(
        f"SELECT c.client_id, {_ROW_KEY} AS row_key, l.day, {columns}, {_PROFIT} AS profit, "
        f"l.is_return {_OF_CLIENTS} "
        f"ORDER BY c.client_id, l.day, l.order_id NULLS FIRST, {columns}, profit",
        _texts(client_ids),
    )


def brought_clients(ask: Asked) -> dict[str, tuple[str, ...]]:
    """Return `Past.brought`."""
    pairs = ask(
        "SELECT r.client_id AS by_id, c.client_id FROM {clients} AS c "
        "JOIN {clients} AS r ON r.client = c.referred_by ORDER BY by_id, c.client_id"
    )
    return {str(name): tuple(part["client_id"]) for name, part in pairs.groupby("by_id")}


def renewing(as_of: int) -> str:
    """SQL of the categories ('' stands for none) whose goods are renewed: one ends, another comes.

    Parameters
    ----------
    as_of
        The day asked about.
    """
    since = as_of - RENEWAL_DAYS
    return (
        "SELECT category FROM (SELECT coalesce(category, '') AS category, min(min(day)) OVER "
        f"(PARTITION BY product) AS first, min(day) AS day, count(*) FILTER (day >= {since}) AS "
        "lines FROM {lines} WHERE NOT is_return AND amount > 0 AND product IS NOT NULL "
        "GROUP BY product, coalesce(category, '')) GROUP BY category "
        f"HAVING min(day) < {since - RENEWAL_DAYS} AND count(*) FILTER (first >= {since}) >= "
        f"{RENEWED_GOODS} AND sum(lines) FILTER (first >= {since}) >= {RENEWED_SHARE} * sum(lines)"
    )


def withdrawn_products(ask: Asked, as_of: int) -> frozenset[str]:
    """Return `Past.withdrawn`."""
    since = as_of - WITHDRAWN_DAYS
    year = f"FILTER (WHERE day >= {since - SEEN_DAYS})"
    found = ask(
        "SELECT product FROM {lines} WHERE NOT is_return AND amount > 0 AND product IS NOT NULL "
        f"GROUP BY product HAVING max(day) < {since} AND count(*) {year} >= {SEEN_LINES} "
        f"AND count(DISTINCT client) {year} >= {SEEN_CLIENTS} AND NOT list_has_any(list(DISTINCT "
        f"coalesce(category, '')), coalesce((SELECT list(category) FROM ({renewing(as_of)})), []))"
    )
    return frozenset(found["product"])


def contacts_of(ask: Asked, client_ids: Sequence[str]) -> pd.DataFrame:
    """Return `Past.contacts`."""
    return ask(
        f"SELECT c.client_id, {_dated('i.day')} || ' ' || i.kind AS row_key, i.day, i.kind, "
        "i.minutes, i.minutes_cost + i.contact_cost AS cost, i.resolved_day, i.outcome "
        f"FROM {{interactions}} AS i JOIN {{clients}} AS c USING (client) WHERE {_CHOSEN} "
        "ORDER BY ALL",
        _texts(client_ids),
    )


def bills_of(ask: Asked, client_ids: Sequence[str]) -> pd.DataFrame:
    """Return `Past.bills`."""
    return ask(
        f"SELECT c.client_id, {_dated('b.issued_day')} AS row_key, b.issued_day, b.due_day, "
        "b.paid_day, b.amount FROM {invoices} AS b JOIN {clients} AS c USING (client) "
        f"WHERE {_CHOSEN} ORDER BY ALL",
        _texts(client_ids),
    )


def events_of(ask: Asked, client_ids: Sequence[str]) -> pd.DataFrame:
    """Return `Past.events`."""
    return ask(
        "WITH chosen AS (SELECT * FROM {clients} AS c WHERE " + _CHOSEN + "), "
        "reached AS (SELECT c.client, c.client_id, e.* FROM chosen AS c JOIN {events} AS e ON "
        "c.first_day < e.day AND "
        "CASE e.scope WHEN 'region' THEN c.region = e.scope_value WHEN 'industry' THEN "
        "c.industry = e.scope_value WHEN 'manager' THEN c.manager = e.scope_value ELSE true END), "
        "bought AS (SELECT client, day, category, product, sum(amount) AS amount FROM {lines} "
        "JOIN chosen USING (client) WHERE NOT is_return GROUP BY ALL), "
        "spent AS (SELECT r.client, r.event_id, sum(b.amount) AS spent, sum(b.amount) FILTER ("
        "CASE r.scope WHEN 'category' THEN b.category = r.scope_value WHEN 'product' THEN "
        "b.product = r.scope_value ELSE true END) AS touched FROM reached AS r JOIN bought AS b "
        f"ON b.client = r.client AND b.day < r.day AND b.day >= r.day - {MIX_DAYS} "
        "GROUP BY r.client, r.event_id) "
        "SELECT client_id, r.event_id, r.day, kind, scope, scope_value, magnitude, "
        "coalesce(touched, 0.0) AS touched, "
        "CASE WHEN spent > 0 THEN coalesce(touched, 0.0) / spent END AS share "
        "FROM reached AS r LEFT JOIN spent AS s ON s.client = r.client "
        "AND s.event_id = r.event_id WHERE touched > 0 OR scope NOT IN ('category', 'product') "
        "ORDER BY client_id, r.day, r.event_id",
        _texts(client_ids),
    )


def company_events_of(ask: Asked) -> pd.DataFrame:
    """Return `Past.company_events`."""
    return ask(
        "SELECT event_id, day, kind, scope, scope_value, magnitude, description FROM {events} "
        "ORDER BY day, event_id"
    )


def _texts(client_ids: Sequence[str]) -> list[str]:
    return [str(client) for client in client_ids]
