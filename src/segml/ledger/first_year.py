"""The first year of a client, counted from its first order: what it earned, and its care.

The same money as `economics.profit`, with a window of each client's own.
"""

from __future__ import annotations

import pandas as pd

from segml.ledger.economics import Window, acquisition_sql, bad_debt_sql, overdue_sql

FIRST_YEAR_DAYS = 365
QUIET_DAYS = 180
"""A client of unknown acquisition is new if the ledger had been silent on it for so long."""

MONEY = ("profit", "cost_to_serve", "minutes")
"""What a first year came to: money, money, and minutes of contacts."""


def exact_sum(expression: str) -> str:
    """The SQL of a sum that no order of the rows changes: of decimals with six places.

    Examples
    --------
    >>> exact_sum("amount")
    'cast(sum(cast((amount) AS DECIMAL(38, 6))) AS DOUBLE)'
    """
    return f"cast(sum(cast(({expression}) AS DECIMAL(38, 6))) AS DOUBLE)"


def first_years(window: Window, *, start: int, end: int) -> pd.DataFrame:
    """Return what became of every newcomer in the 365 days from its first order on.

    Parameters
    ----------
    window
        A `Past` or a `Future` that shows the rows of [start, end).
    start
        The ledger's first day. Who was acquired before it is no newcomer; nor is, where no day of
        acquisition is known, who first orders within `QUIET_DAYS` of it: it may have bought before.
    end
        The day after the last that is seen.

    Returns
    -------
    DataFrame
        Index client_id (sorted); first_day int64; complete, whether its first year was over by
        `end`; float64 profit, cost_to_serve (money) and minutes, so far where it was not.
    """
    economics = window.economics
    unpaid = " + ".join(of(economics, "first_day", "stop") for of in (overdue_sql, bad_debt_sql))
    own = "day >= first_day AND day < stop"
    frame = window.frame(
        "WITH who AS (SELECT client, client_id, first_day, acquired_day, acquisition_cost, "
        f"acquisition_days, first_day + {FIRST_YEAR_DAYS} AS stop FROM {{clients}} WHERE "
        f"first_day IS NOT NULL AND CASE WHEN acquired_day IS NULL THEN first_day >= "
        f"{int(start) + QUIET_DAYS} ELSE acquired_day >= {int(start)} END), "
        f"sold AS (SELECT client, {exact_sum('amount')} AS revenue, {exact_sum('cost')} AS cost, "
        f"{float(economics.order)!r} * count(*) FILTER (WHERE is_order) "
        f"+ {float(economics.return_)!r} * count(*) FILTER (WHERE is_return_order) AS handling "
        f"FROM {{lines}} JOIN who USING (client) WHERE {own} GROUP BY client), "
        f"met AS (SELECT client, {exact_sum('minutes')} AS minutes, "
        f"{exact_sum('minutes_cost + contact_cost')} AS care "
        f"FROM {{interactions}} JOIN who USING (client) WHERE {own} GROUP BY client), "
        f"owed AS (SELECT client, {exact_sum(unpaid)} AS unpaid "
        "FROM {invoices} JOIN who USING (client) GROUP BY client) "
        "SELECT client_id, first_day, coalesce(minutes, 0.0) AS minutes, "
        "coalesce(care, 0.0) + coalesce(handling, 0.0) + coalesce(unpaid, 0.0) "
        f"+ coalesce(revenue, 0.0) * {float(economics.commission_rate)!r} AS cost_to_serve, "
        "coalesce(revenue, 0.0) - coalesce(cost, 0.0) "
        f"- {acquisition_sql('first_day', 'stop')} AS before FROM who "
        "LEFT JOIN sold USING (client) LEFT JOIN met USING (client) LEFT JOIN owed USING (client) "
        "ORDER BY client_id"
    ).set_index("client_id")
    frame = frame.astype({"first_day": "int64", "minutes": "float64", "cost_to_serve": "float64"})
    frame["profit"] = frame.pop("before").astype("float64") - frame["cost_to_serve"]
    frame["complete"] = frame["first_day"] + FIRST_YEAR_DAYS <= end
    return frame[["first_day", "complete", *MONEY]]
