"""The first year of a client, counted from its first order: what it earned, and its care.

The same money as `economics.profit`, with a window of each client's own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.ledger.economics import Window, acquisition_sql, bad_debt_sql, overdue_sql
from segml.words.plan import Economics

Values = npt.NDArray[np.float64]

FIRST_YEAR_DAYS = 365
QUIET_DAYS = 180
"""A client of unknown acquisition is new if the ledger had been silent on it for so long."""

MONEY = ("profit", "cost_to_serve", "acquisition", "minutes", "revenue", "cost", "unpaid")
"""What a first year came to: money, and minutes of contacts."""

AGES = (90, 180, 270)
"""Days after which it is told what a first year had brought by then."""


def so_far(age: int) -> str:
    """Return the column of what a first year had brought at an age of `AGES`.

    Examples
    --------
    >>> so_far(90)
    'earned_90'
    """
    return f"earned_{age}"


def _sold_by(age: int) -> tuple[str, str]:
    """The columns of what had been sold by an age, and of what the goods had cost."""
    return f"sold_{age}", f"goods_{age}"


def exact_sum(expression: str) -> str:
    """The SQL of a sum that no order of the rows changes: of decimals with six places.

    Examples
    --------
    >>> exact_sum("amount")
    'cast(sum(cast((amount) AS DECIMAL(38, 6))) AS DOUBLE)'
    """
    return f"cast(sum(cast(({expression}) AS DECIMAL(38, 6))) AS DOUBLE)"


def _booked(expression: str) -> str:
    """The SQL of a sum of what the books hold in millionths."""
    return f"cast(sum({expression}) AS DOUBLE) / 1e6"


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
        Index client_id (sorted); int64 first_day and seen_days (of the first year, by `end`);
        complete, whether it was over by then; float64 profit, cost_to_serve, acquisition (money)
        and minutes, revenue, cost (of the goods) and unpaid (the part of cost_to_serve that unpaid
        money makes), so far where it was not, acquisition of the whole year; and of each age a
        column `so_far` (profit by then before acquisition and unpaid money) and what had been sold
        by then and had been its cost.
    """
    economics = window.economics
    unpaid = " + ".join(of(economics, "first_day", "stop") for of in (overdue_sql, bad_debt_sql))
    earned = ", ".join(
        f"coalesce(won_{age}, 0.0) - coalesce(met_{age}, 0.0) AS {so_far(age)}, "
        f"coalesce(sold_{age}, 0.0) AS sold_{age}, coalesce(goods_{age}, 0.0) AS goods_{age}"
        for age in AGES
    )

    def by_age(total: Callable[[str], str], expression: str, name: str) -> str:
        return ", ".join(
            total(f"CASE WHEN day < first_day + {age} THEN {expression} ELSE 0 END")
            + f" AS {name}_{age}"
            for age in AGES
        )

    own = "day >= first_day AND day < stop"
    frame = window.frame(
        "WITH who AS (SELECT client, client_id, first_day, acquired_day, acquisition_cost, "
        f"acquisition_days, first_day + {FIRST_YEAR_DAYS} AS stop FROM {{clients}} WHERE "
        f"first_day IS NOT NULL AND CASE WHEN acquired_day IS NULL THEN first_day >= "
        f"{int(start) + QUIET_DAYS} ELSE acquired_day >= {int(start)} END), "
        f"sold AS (SELECT client, {_booked('amount')} AS revenue, {_booked('cost')} AS cost, "
        f"{float(economics.order)!r} * sum(orders) "
        f"+ {float(economics.return_)!r} * sum(returns) AS handling, "
        f"{by_age(_booked, 'profit', 'won')}, {by_age(_booked, 'amount', 'sold')}, "
        f"{by_age(_booked, 'cost', 'goods')} "
        f"FROM {{days}} JOIN who USING (client) WHERE {own} GROUP BY client), "
        f"met AS (SELECT client, {exact_sum('minutes')} AS minutes, "
        f"{exact_sum('minutes_cost + contact_cost')} AS care, "
        f"{by_age(exact_sum, 'minutes_cost + contact_cost', 'met')} "
        f"FROM {{interactions}} JOIN who USING (client) WHERE {own} GROUP BY client), "
        f"owed AS (SELECT client, {exact_sum(unpaid)} AS unpaid "
        "FROM {invoices} JOIN who USING (client) GROUP BY client) "
        "SELECT client_id, first_day, coalesce(minutes, 0.0) AS minutes, "
        "coalesce(care, 0.0) + coalesce(handling, 0.0) + coalesce(unpaid, 0.0) "
        f"+ coalesce(revenue, 0.0) * {float(economics.commission_rate)!r} AS cost_to_serve, "
        "coalesce(revenue, 0.0) AS revenue, coalesce(cost, 0.0) AS cost, "
        f"coalesce(unpaid, 0.0) AS unpaid, {earned}, "
        f"{acquisition_sql('first_day', 'stop')} AS acquisition FROM who "
        "LEFT JOIN sold USING (client) LEFT JOIN met USING (client) LEFT JOIN owed USING (client) "
        "ORDER BY client_id"
    ).set_index("client_id")
    days = frame.pop("first_day").astype("int64")
    frame = frame.astype("float64")
    frame["profit"] = (
        frame["revenue"] - frame["cost"] - frame["cost_to_serve"] - frame["acquisition"]
    )
    frame["first_day"], frame["seen_days"] = days, (end - days).clip(upper=FIRST_YEAR_DAYS)
    frame["complete"] = frame["seen_days"] >= FIRST_YEAR_DAYS
    by_then = [name for age in AGES for name in (so_far(age), *_sold_by(age))]
    return frame[["first_day", "seen_days", "complete", *MONEY, *by_then]]


def at_prices(
    first: pd.DataFrame, sold: Values, goods: Values, economics: Economics
) -> pd.DataFrame:
    """Return first years as they had been at other prices and costs of the same goods.

    Parameters
    ----------
    first
        `first_years`' frame.
    sold, goods
        The other prices over those of each first year, and the other costs of goods, both (n,).
    economics
        With the commission, which is a share of what is sold, as unpaid money is; handling, care
        and acquisition stay as they were.

    Returns
    -------
    DataFrame
        The same columns.
    """
    moved = first.copy()
    commission = float(economics.commission_rate)
    more, dearer = sold - 1.0, goods - 1.0
    shared = more * (commission * first["revenue"] + first["unpaid"])
    moved["cost_to_serve"] += shared
    moved["profit"] += more * first["revenue"] - dearer * first["cost"] - shared
    for name, ratio in (("revenue", sold), ("unpaid", sold), ("cost", goods)):
        moved[name] *= ratio
    for age in AGES:
        revenue, cost = _sold_by(age)
        moved[so_far(age)] += more * (1 - commission) * first[revenue] - dearer * first[cost]
        moved[revenue] *= sold
        moved[cost] *= goods
    return moved
