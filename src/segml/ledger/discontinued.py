"""Products that can surely no longer be bought, whoever would.

`Past.withdrawn` suspects a product that a few clients have stopped to buy, which is a sign; here a
client is excused by it. So it is asked for more: that the clients who stopped cannot be the reason.
"""

from __future__ import annotations

from segml.ledger.cutoff import Past

SILENT_DAYS = 90
LEAST_LINES, LEAST_CLIENTS = 40, 10
"""In the year to its last sale: about ten lines in the time that it has been silent for, of so many
clients that a few who left would not silence it."""


def discontinued(past: Past) -> frozenset[str]:
    """The products that are no longer sold.

    Nobody bought one for 90 days, though in the year to its last sale it stood on at least forty
    lines of at least ten clients; or a withdrawal of it, or of its category, is recorded, and
    nobody bought it since.

    Parameters
    ----------
    past
        Of the day asked about; empty where the ledger has no products.
    """
    found = past.frame(
        "WITH sold AS (SELECT product, category, client, day, max(day) OVER (PARTITION BY product) "
        "AS last FROM {lines} WHERE NOT is_return AND amount > 0 AND product IS NOT NULL), "
        "goods AS (SELECT product, last, list(DISTINCT category) AS categories, "
        "count(*) FILTER (day > last - 365) AS lines, "
        "count(DISTINCT client) FILTER (day > last - 365) AS clients FROM sold GROUP BY ALL) "
        f"SELECT product FROM goods AS g WHERE (last < {past.as_of - SILENT_DAYS} "
        f"AND lines >= {LEAST_LINES} AND clients >= {LEAST_CLIENTS}) OR EXISTS (FROM {{events}} AS "
        "e WHERE e.kind = 'product_withdrawal' AND e.day > g.last AND (e.scope = 'product' AND "
        "e.scope_value = g.product OR e.scope = 'category' AND "
        "list_contains(g.categories, e.scope_value)))"
    )
    return frozenset(found["product"])
