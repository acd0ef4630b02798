"""Products that can surely no longer be bought, whoever would, and withdrawals that were none.

Where goods are renewed as a rule, as in fashion, every one ends after its season and another takes
its place: there only what is recorded was withdrawn.

`Past.withdrawn` suspects a product that a few clients have stopped to buy, which is a sign; here a
client is excused by it. So it is asked for more: that the clients who stopped cannot be the reason.
"""

from __future__ import annotations

from segml.ledger.cutoff import Past
from segml.ledger.evidence import renewing
from segml.ledger.places import Level

SILENT_DAYS = 90
LEAST_LINES, LEAST_CLIENTS = 40, 10
"""In the year to its last sale: about ten lines in the time that it has been silent for, of so many
clients that a few who left would not silence it."""

BEFORE_DAYS, RUN_OFF_DAYS, AFTER_DAYS = 90, 30, 120
"""A withdrawal is held against the lines of the days before it and those from the end of its stocks
to so many days after it."""
SOLD_LINES, SOLD_SHARE = 10, 0.5


def discontinued(past: Past) -> frozenset[str]:
    """The products that are no longer sold.

    Nobody bought one for 90 days, though in the year to its last sale it stood on at least forty
    lines of at least ten clients, and its category does not renew its goods (`evidence.renewing`);
    or a withdrawal of it, or of its category, is recorded, and nobody bought it since.

    Parameters
    ----------
    past
        Of the day asked about; empty where the ledger has no products.
    """
    found = past.frame(
        "WITH sold AS (SELECT product, coalesce(category, '') AS category, client, day, "
        "max(day) OVER (PARTITION BY product) AS last FROM {lines} WHERE NOT is_return "
        "AND amount > 0 AND product IS NOT NULL), "
        "goods AS (SELECT product AS name, last, list(DISTINCT category) AS kinds, "
        "count(*) FILTER (day > last - 365) AS lines, "
        "count(DISTINCT client) FILTER (day > last - 365) AS clients FROM sold GROUP BY ALL), "
        f"renewing AS ({renewing(past.as_of)}) "
        f"SELECT name FROM goods AS g WHERE (last < {past.as_of - SILENT_DAYS} "
        f"AND lines >= {LEAST_LINES} AND clients >= {LEAST_CLIENTS} AND NOT EXISTS (FROM renewing "
        f"AS r WHERE list_contains(g.kinds, r.category))) OR {_is_withdrawn('product', after=0)}"
    )
    return frozenset(found["name"])


def off_sale(past: Past, level: Level, *, days: int) -> frozenset[str]:
    """What was sold in the last days and nobody should be offered now.

    Nobody bought it for 90 days, though it stood on at least forty lines (out of its season, or
    gone); or its withdrawal, or that of its category, is recorded, and but for what was left of it,
    for 30 days, nobody bought it since.

    Parameters
    ----------
    past
        Of the day asked about; empty where the ledger has no such column.
    level
        The column of the lines that names an item.
    days
        The window's length.
    """
    found = past.frame(
        f"WITH sold AS (SELECT {level} AS name, category AS kind, max(day) AS last, count(*) AS "
        f"lines FROM {{lines}} WHERE NOT is_return AND amount > 0 AND {level} IS NOT NULL "
        f"AND day >= {past.as_of - int(days)} GROUP BY ALL), "
        "goods AS (SELECT name, max(last) AS last, sum(lines) AS lines, list(kind) AS kinds "
        "FROM sold GROUP BY name) "
        f"SELECT name FROM goods AS g WHERE (last < {past.as_of - SILENT_DAYS} "
        f"AND lines >= {LEAST_LINES}) OR {_is_withdrawn(level, after=RUN_OFF_DAYS)}"
    )
    return frozenset(found["name"])


def _is_withdrawn(level: Level, *, after: int) -> str:
    """SQL: goods `g` were withdrawn by record, and nobody bought them from days `after` it on."""
    return (
        "EXISTS (FROM {events} AS e WHERE e.kind = 'product_withdrawal' "
        f"AND e.day + {after} > g.last AND (e.scope = '{level}' AND e.scope_value = g.name "
        "OR e.scope = 'category' AND list_contains(g.kinds, e.scope_value)))"
    )


def still_sold(past: Past) -> frozenset[str]:
    """The ids of recorded withdrawals of products that went on being sold.

    Of a product that in the days 30 to 120 after its withdrawal stood on at least ten lines, and on
    half as many as in the 90 days before it. Of a category nothing is said: a part of it may be
    gone.

    Parameters
    ----------
    past
        Of the day asked about; of withdrawals of the last 120 days nothing is said.
    """
    after = f"count(*) FILTER (l.day >= e.day + {RUN_OFF_DAYS})"
    found = past.frame(
        "SELECT event_id FROM {events} AS e JOIN {lines} AS l ON l.product = e.scope_value "
        "WHERE e.kind = 'product_withdrawal' AND e.scope = 'product' AND NOT l.is_return "
        f"AND l.amount > 0 AND e.day <= {past.as_of - AFTER_DAYS} "
        f"AND l.day >= e.day - {BEFORE_DAYS} AND l.day < e.day + {AFTER_DAYS} "
        f"GROUP BY event_id HAVING {after} >= {SOLD_LINES} "
        f"AND {after} >= {SOLD_SHARE} * count(*) FILTER (l.day < e.day)"
    )
    return frozenset(found["event_id"])
