"""What some clients brought and took in each quarter of a year before a day."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pandas as pd

from segml.ledger.books import micro
from segml.ledger.cutoff import Past
from segml.ledger.economics import DAYS_A_YEAR, bad_debt_sql, overdue_sql

PART = 32_768
"""Clients, at least, that are asked for at a time: their names are bound in every question."""

AT_ONCE = 2
"""Parts that are asked for side by side: each question has one thread."""

A_YEAR = 4
"""Quarters a year; they share its 365 days."""

DEMANDS = "kind IN ('discount_request', 'return_request')"
"""What a client asks for; answering it costs care."""

_MONEY = ("revenue", "discount", "cost_of_goods", "demands", "care", "payment")


def quarter_edges(as_of: int, count: int) -> tuple[tuple[int, int], ...]:
    """The first day of each quarter before a day, and the day after its last, the latest first.

    Parameters
    ----------
    as_of
        The day; the first quarter ends before it.
    count
        How many.

    Examples
    --------
    >>> quarter_edges(365, 4)
    ((273, 365), (182, 273), (91, 182), (0, 91))
    """
    edges = [as_of - -(-DAYS_A_YEAR * n // A_YEAR) for n in range(count + 1)]
    return tuple((edges[n + 1], edges[n]) for n in range(count))


def quarters(past: Past, client_ids: Sequence[str], *, count: int) -> pd.DataFrame:
    """The money of some clients by quarter, before acquisition.

    Four quarters are the 365 days of the published profit.

    Parameters
    ----------
    past
        The rows before its day.
    client_ids
        Clients; those that are unknown add nothing.
    count
        How many quarters.

    Returns
    -------
    DataFrame
        One row a client and quarter, sorted: client_id, quarter (0 is the last), revenue (returns
        taken off), discount (off lists, of lines that are no returns), cost_of_goods, demands
        (contacts that ask for a discount or a return, and the handling of returns), care (all
        other contacts, order handling, commission), payment (overdue money and bad debt), profit
        (revenue less the four costs).
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        parts = past.parts(max(PART, len(client_ids)), at_once=AT_ONCE)
        told = pool.map(lambda part: _quarters(part, client_ids, count), parts)
        return pd.concat(list(told), ignore_index=True)


def _quarters(past: Past, client_ids: Sequence[str], count: int) -> pd.DataFrame:
    economics = past.economics
    windows = ", ".join(
        f"({n}, {start}, {end})" for n, (start, end) in enumerate(quarter_edges(past.as_of, count))
    )
    within = "JOIN windows AS w ON day >= w.first AND day < w.past JOIN chosen USING (client)"
    returns = f"{float(economics.return_)!r} * 1000000 * returns"
    cost = micro("minutes_cost + contact_cost")
    debt = micro(
        f"{overdue_sql(economics, 'w.first', 'w.past')} + "
        f"{bad_debt_sql(economics, 'w.first', 'w.past')}"
    )
    frame = past.frame(
        f"WITH windows(quarter, first, past) AS (VALUES {windows}), "
        "chosen AS (SELECT client, client_id FROM {clients} "
        "WHERE client_id IN (SELECT unnest(CAST(? AS VARCHAR[])))), "
        "sold AS (SELECT client, quarter, sum(amount) AS revenue, sum(discount) AS discount, "
        f"sum(cost) AS cost_of_goods, sum({returns}) AS returning, sum(serve) AS served "
        f"FROM {{days}} {within} GROUP BY client, quarter), "
        f"met AS (SELECT client, quarter, coalesce(sum({cost}) FILTER (WHERE {DEMANDS}), 0) "
        f"AS asked, sum({cost}) AS cost FROM {{interactions}} {within} GROUP BY client, quarter), "
        f"owed AS (SELECT client, quarter, sum({debt}) AS payment FROM {{invoices}} "
        "JOIN chosen USING (client) CROSS JOIN windows AS w GROUP BY client, quarter) "
        "SELECT client_id, quarter, "
        + ", ".join(
            f"CAST(coalesce({sql}, 0) AS DOUBLE) / 1e6 AS {name}"
            for name, sql in (
                ("revenue", "s.revenue"),
                ("discount", "s.discount"),
                ("cost_of_goods", "s.cost_of_goods"),
                ("demands", "coalesce(m.asked, 0) + coalesce(s.returning, 0)"),
                (
                    "care",
                    "coalesce(m.cost - m.asked, 0) + coalesce(s.served - s.returning, 0)",
                ),
                ("payment", "o.payment"),
            )
        )
        + " FROM chosen CROSS JOIN windows LEFT JOIN sold AS s USING (client, quarter) "
        "LEFT JOIN met AS m USING (client, quarter) LEFT JOIN owed AS o USING (client, quarter) "
        "ORDER BY client_id, quarter",
        [str(client) for client in client_ids],
    )
    frame[list(_MONEY)] = frame[list(_MONEY)].astype("float64")
    costs = frame["cost_of_goods"] + frame["demands"] + frame["care"] + frame["payment"]
    frame["profit"] = frame["revenue"] - costs
    return frame
