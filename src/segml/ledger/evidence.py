"""The rows behind a finding about clients: orders, lines, who brought whom, products withdrawn.

Each function asks one question of a past's rows; `Past` has it as a method.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import pandas as pd

WITHDRAWN_DAYS, SEEN_DAYS, SEEN_CLIENTS, SEEN_LINES = 90, 365, 3, 12
"""A product seems withdrawn when nobody bought it for 90 days, though in the year before at least
three clients did on twelve lines (the rule of the feature `withdrawn_share_90`)."""

_PROFIT = "l.amount - l.cost - l.serve"
_OF_CLIENTS = (
    "FROM {lines} AS l JOIN {clients} AS c USING (client) JOIN orders AS o USING (order_key) "
    "WHERE c.client_id IN (SELECT unnest(CAST(? AS VARCHAR[])))"
)
_ROW_KEY = "coalesce(o.order_id, c.client_id || ' ' || CAST(DATE '1970-01-01' + l.day AS VARCHAR))"


class Asked(Protocol):
    """Answers a question about a past; `?` in it stands for the values that follow."""

    def __call__(self, sql: str, *values: object) -> pd.DataFrame:
        """Return the answer's rows."""
        ...


def orders_of(ask: Asked, client_ids: Sequence[str]) -> pd.DataFrame:
    """Return `Past.orders`."""
    return ask(
        f"SELECT c.client_id, o.order_id, l.day, sum(l.amount) AS amount, sum({_PROFIT}) AS profit,"
        f" sum(l.discount) AS discount, bool_and(l.is_return) AS is_return {_OF_CLIENTS} "
        "GROUP BY c.client_id, l.day, l.order_key, o.order_id "
        "ORDER BY c.client_id, l.day, l.order_key",
        _texts(client_ids),
    )


def lines_of(ask: Asked, client_ids: Sequence[str]) -> pd.DataFrame:
    """Return `Past.lines`."""
    columns = "product, category, quantity, amount, discount"
    return ask(
        f"SELECT c.client_id, {_ROW_KEY} AS row_key, l.day, {columns}, {_PROFIT} AS profit, "
        f"l.is_return {_OF_CLIENTS} "
        f"ORDER BY c.client_id, l.day, l.order_key, {columns}, profit",
        _texts(client_ids),
    )


def brought_clients(ask: Asked) -> dict[str, tuple[str, ...]]:
    """Return `Past.brought`."""
    pairs = ask(
        "SELECT r.client_id AS by_id, c.client_id FROM {clients} AS c "
        "JOIN {clients} AS r ON r.client = c.referred_by ORDER BY by_id, c.client_id"
    )
    return {str(name): tuple(part["client_id"]) for name, part in pairs.groupby("by_id")}


def withdrawn_products(ask: Asked, as_of: int) -> frozenset[str]:
    """Return `Past.withdrawn`."""
    since = as_of - WITHDRAWN_DAYS
    year = f"FILTER (WHERE day >= {since - SEEN_DAYS})"
    found = ask(
        "SELECT product FROM {lines} WHERE NOT is_return AND amount > 0 AND product IS NOT NULL "
        f"GROUP BY product HAVING max(day) < {since} AND count(*) {year} >= {SEEN_LINES} "
        f"AND count(DISTINCT client) {year} >= {SEEN_CLIENTS}"
    )
    return frozenset(found["product"])


def _texts(client_ids: Sequence[str]) -> list[str]:
    return [str(client) for client in client_ids]
