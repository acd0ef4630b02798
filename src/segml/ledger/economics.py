"""Profit: amount less cost of goods, cost to serve and the acquisition share of a window.

Of an invoice of which nothing was paid by its due day,

    overdue   = amount × yearly rate × days / 365, the days from the due day to its payment,
                `write_off_days` at most, that fall into the window
    bad debt  = amount, on the day `write_off_days` after the due day, if it is still unpaid then;
                taken back on the day it is paid after all

so both add up over windows that follow each other. A credit note (a negative amount) is neither.
"""

from __future__ import annotations

from typing import Protocol

import pandas as pd

from segml.words.plan import Economics

DAYS_A_MONTH = 365.25 / 12
DAYS_A_YEAR = 365

SERVE_COLUMNS = (
    "minutes",
    "contacts",
    "order_handling",
    "return_handling",
    "commission",
    "overdue",
    "bad_debt",
)
"""The parts of the cost to serve, in the order in which they are told."""

PROFIT_COLUMNS = (
    "revenue",
    "cost_of_goods",
    *SERVE_COLUMNS,
    "cost_to_serve",
    "acquisition",
    "profit",
)
"""The columns of `profit`, in order; all in the ledger's currency."""


class Window(Protocol):
    """What can be asked for lines and clients: a `Past` or a `Future`."""

    @property
    def economics(self) -> Economics:
        """The money that is not in the ledger."""
        ...

    def frame(self, sql: str) -> pd.DataFrame:
        """Return the answer to a question."""
        ...


def acquisition_days(economics: Economics) -> int:
    """Return the days over which an acquisition cost is spread.

    Parameters
    ----------
    economics
        With `acquisition_months`.

    Returns
    -------
    int
        Days, at a twelfth of 365.25 a month.
    """
    return round(economics.acquisition_months * DAYS_A_MONTH)


def serve_sql(economics: Economics) -> str:
    """Return the SQL of a line's cost to serve.

    Parameters
    ----------
    economics
        With commission, order and return handling.

    Returns
    -------
    str
        A SQL expression over the columns of `lines`.
    """
    return (
        f"({float(economics.commission_rate)!r} * amount "
        f"+ CASE WHEN is_order THEN {float(economics.order)!r} ELSE 0.0 END "
        f"+ CASE WHEN is_return_order THEN {float(economics.return_)!r} ELSE 0.0 END)"
    )


def acquisition_sql(start: int | str, end: int | str) -> str:
    """Return the SQL of the share of the acquisition cost that falls into [start, end).

    The cost is spread evenly over `acquisition_days` from `acquired_day`, or from the first
    purchase where that is null; a client with neither bears none yet.

    Parameters
    ----------
    start, end
        Days, or SQL expressions of days.

    Returns
    -------
    str
        A SQL expression over the columns of `{clients}`, 0 where there is no cost.

    Examples
    --------
    >>> "acquisition_cost" in acquisition_sql(0, 365)
    True
    """
    since = "coalesce(acquired_day, first_day)"
    overlap = f"greatest(0, least({end}, {since} + acquisition_days) - greatest({start}, {since}))"
    # DuckDB's least and greatest pass over nulls, so an unknown start is asked for first
    share = f"acquisition_cost * {overlap} / acquisition_days"
    return f"CASE WHEN {since} IS NULL THEN 0.0 ELSE coalesce({share}, 0.0) END"


def overdue_sql(economics: Economics, start: int | str, end: int | str) -> str:
    """Return the SQL of what an invoice's overdue money costs in [start, end).

    Parameters
    ----------
    economics
        With `overdue_yearly_rate` and `write_off_days`.
    start, end
        Days, or SQL expressions of days.

    Returns
    -------
    str
        A SQL expression over the columns of `{invoices}`, money.

    Examples
    --------
    >>> overdue_sql(Economics(), 0, 365)
    '0.0'
    """
    rate = float(economics.overdue_yearly_rate)
    if not rate:
        return "0.0"
    until = f"least({end}, coalesce(paid_day, {end}), due_day + {economics.write_off_days})"
    days = f"greatest(0, {until} - greatest({start}, due_day))"
    return f"(greatest(amount, 0.0) * {rate!r} * {days} / {DAYS_A_YEAR})"


def bad_debt_sql(economics: Economics, start: int | str, end: int | str) -> str:
    """Return the SQL of what an invoice costs in [start, end) because it is written off.

    Parameters
    ----------
    economics
        With `write_off_days`.
    start, end
        Days, or SQL expressions of days.

    Returns
    -------
    str
        A SQL expression over the columns of `{invoices}`, money; negative where money that was
        written off before the window is paid in it.
    """
    lost = f"due_day + {economics.write_off_days}"
    fell = f"{lost} >= {start} AND {lost} < {end} AND coalesce(paid_day > {lost}, true)"
    came = f"coalesce(paid_day > {lost} AND paid_day >= {start} AND paid_day < {end}, false)"
    return (
        f"(greatest(amount, 0.0) * (CASE WHEN {fell} THEN 1 ELSE 0 END "
        f"- CASE WHEN {came} THEN 1 ELSE 0 END))"
    )


def profit(window: Window, start: int, end: int) -> pd.DataFrame:
    """Return each known client's profit over [start, end), and what it is made of.

    Parameters
    ----------
    window
        A `Past` or a `Future`; rows that it does not show count for nothing.
    start, end
        Days; the end is not included.

    Returns
    -------
    DataFrame
        Index client_id (sorted); float64 columns of `PROFIT_COLUMNS`: cost_to_serve is the sum of
        its parts, profit = revenue - cost_of_goods - cost_to_serve - acquisition. Profit may be
        negative.
    """
    economics = window.economics
    days = f"day >= {int(start)} AND day < {int(end)}"
    frame = window.frame(
        "SELECT c.client_id, coalesce(l.revenue, 0.0) AS revenue, "
        "coalesce(l.cost, 0.0) AS cost_of_goods, "
        "coalesce(i.minutes, 0.0) AS minutes, coalesce(i.contacts, 0.0) AS contacts, "
        f"coalesce(l.orders, 0) * {float(economics.order)!r} AS order_handling, "
        f"coalesce(l.returns, 0) * {float(economics.return_)!r} AS return_handling, "
        f"coalesce(l.revenue, 0.0) * {float(economics.commission_rate)!r} AS commission, "
        "coalesce(b.overdue, 0.0) AS overdue, coalesce(b.bad_debt, 0.0) AS bad_debt, "
        f"{acquisition_sql(start, end)} AS acquisition FROM {{clients}} AS c "
        "LEFT JOIN (SELECT client, sum(amount) AS revenue, sum(cost) AS cost, "
        "count(*) FILTER (WHERE is_order) AS orders, "
        "count(*) FILTER (WHERE is_return_order) AS returns "
        f"FROM {{lines}} WHERE {days} GROUP BY client) AS l ON l.client = c.client "
        "LEFT JOIN (SELECT client, sum(minutes_cost) AS minutes, sum(contact_cost) AS contacts "
        f"FROM {{interactions}} WHERE {days} GROUP BY client) AS i ON i.client = c.client "
        f"LEFT JOIN (SELECT client, sum({overdue_sql(economics, start, end)}) AS overdue, "
        f"sum({bad_debt_sql(economics, start, end)}) AS bad_debt FROM {{invoices}} "
        "GROUP BY client) AS b ON b.client = c.client ORDER BY c.client_id"
    ).set_index("client_id")
    frame = frame.astype("float64")
    frame["cost_to_serve"] = frame[list(SERVE_COLUMNS)].sum(axis=1)
    costs = frame["cost_of_goods"] + frame["cost_to_serve"] + frame["acquisition"]
    frame["profit"] = frame["revenue"] - costs
    return frame[list(PROFIT_COLUMNS)]
