"""Rows of every client by its place: small numbers where a million ids would be heavy.

A client's place is its position, from 0, among the clients known to a past, sorted by id: the
order of the published tables that hold every client.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from segml.ledger.books import micro
from segml.ledger.cutoff import Past

Level = Literal["category", "product"]

OURS = "kind IN ('visit', 'call')"
"""What counts as a contact of ours."""

_PLACES = (
    "places AS (SELECT client, CAST(row_number() OVER (ORDER BY client) - 1 AS INTEGER) AS place "
    "FROM {clients})"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Baskets:
    """What every client bought of what, one entry a client and item.

    Parameters
    ----------
    items
        Names of the items, sorted.
    place, item
        int64: the client's place and the item's position in `items`; sorted by both.
    bought, discount
        float64, money of lines that are no returns.
    returned
        bool: something of it was sent back.
    """

    items: tuple[str, ...]
    place: np.ndarray[Any, np.dtype[np.int64]]
    item: np.ndarray[Any, np.dtype[np.int64]]
    bought: np.ndarray[Any, np.dtype[np.float64]]
    discount: np.ndarray[Any, np.dtype[np.float64]]
    returned: np.ndarray[Any, np.dtype[np.bool_]]


def baskets(past: Past, level: Level, *, days: int) -> Baskets:
    """What every client bought of each category or product in the last days.

    Parameters
    ----------
    past
        The rows before its day.
    level
        The column of the lines that names an item; lines without one count for nothing.
    days
        The window's length.

    Returns
    -------
    Baskets
        Empty where the ledger has no such column.
    """
    since = past.as_of - int(days)
    rows = past.frame(
        f"WITH {_PLACES}, named AS (SELECT {level} AS name, CAST(row_number() OVER (ORDER BY "
        f"{level}) - 1 AS INTEGER) AS item FROM (SELECT DISTINCT {level} FROM {{lines}} "
        f"WHERE day >= {since} AND {level} IS NOT NULL)) "
        f"SELECT place, item, CAST(coalesce(sum({micro('amount')}) FILTER (WHERE NOT is_return), 0)"
        f" AS DOUBLE) / 1e6 AS bought, CAST(coalesce(sum({micro('discount')}) FILTER (WHERE NOT "
        "is_return), 0) AS DOUBLE) / 1e6 AS discount, bool_or(is_return) AS returned "
        f"FROM {{lines}} AS l JOIN named ON name = {level} JOIN places USING (client) "
        f"WHERE day >= {since} GROUP BY place, item ORDER BY place, item"
    )
    names = past.frame(
        f"SELECT DISTINCT {level} AS name FROM {{lines}} WHERE day >= {since} "
        f"AND {level} IS NOT NULL ORDER BY name"
    )
    return Baskets(
        items=tuple(str(name) for name in names["name"]),
        place=rows["place"].to_numpy(dtype=np.int64),
        item=rows["item"].to_numpy(dtype=np.int64),
        bought=rows["bought"].to_numpy(dtype=np.float64),
        discount=rows["discount"].to_numpy(dtype=np.float64),
        returned=rows["returned"].to_numpy(dtype=np.bool_),
    )


def contact_days(past: Past, *, days: int) -> pd.DataFrame:
    """The days with a visit or call of ours in the last days.

    Parameters
    ----------
    past
        The rows before its day.
    days
        The window's length.

    Returns
    -------
    DataFrame
        One row a client and day, sorted: place, day (both int64).
    """
    return past.frame(
        f"WITH {_PLACES} SELECT DISTINCT CAST(place AS BIGINT) AS place, CAST(day AS BIGINT) AS "
        f"day FROM {{interactions}} JOIN places USING (client) "
        f"WHERE {OURS} AND day >= {past.as_of - int(days)} ORDER BY place, day"
    )


def contact_costs(past: Past, *, days: int) -> pd.DataFrame:
    """What our visits and calls of the last days cost.

    Parameters
    ----------
    past
        The rows before its day.
    days
        The window's length.

    Returns
    -------
    DataFrame
        One row a client that had any, sorted by place: place, cost (money).
    """
    return past.frame(
        f"WITH {_PLACES} SELECT CAST(place AS BIGINT) AS place, "
        f"CAST(sum({micro('minutes_cost + contact_cost')}) AS DOUBLE) / 1e6 AS cost "
        f"FROM {{interactions}} JOIN places USING (client) "
        f"WHERE {OURS} AND day >= {past.as_of - int(days)} GROUP BY place ORDER BY place"
    )


def starts(past: Past) -> pd.DataFrame:
    """Since when each client has been one.

    Parameters
    ----------
    past
        The rows before its day.

    Returns
    -------
    DataFrame
        One row a client, in the order of places: client_id, first_day (of its first purchase;
        float64, null where it has none).
    """
    return past.frame(
        "SELECT client_id, CAST(first_day AS DOUBLE) AS first_day FROM {clients} ORDER BY client"
    )


def referrals(past: Past) -> pd.DataFrame:
    """Who brought whom.

    Parameters
    ----------
    past
        The rows before its day; a referrer that was not known yet is none.

    Returns
    -------
    DataFrame
        One row a client that was brought, sorted: place, by (the place of the client that brought
        it).
    """
    return past.frame(
        f"WITH {_PLACES} SELECT CAST(own.place AS BIGINT) AS place, CAST(r.place AS BIGINT) AS by "
        "FROM {clients} AS c JOIN places AS own ON own.client = c.client "
        "JOIN places AS r ON r.client = c.referred_by ORDER BY own.place"
    )


def discounts(past: Past, *, days: int) -> pd.DataFrame:
    """What each client bought in the last days, and the discount it got on it.

    Parameters
    ----------
    past
        The rows before its day.
    days
        The window's length.

    Returns
    -------
    DataFrame
        One row a client that bought, sorted by place: place, bought, discount (money of lines that
        are no returns).
    """
    return past.frame(
        f"WITH {_PLACES} SELECT CAST(place AS BIGINT) AS place, CAST(sum(bought) AS DOUBLE) / 1e6 "
        "AS bought, CAST(sum(discount) AS DOUBLE) / 1e6 AS discount FROM {days} "
        f"JOIN places USING (client) WHERE day >= {past.as_of - int(days)} "
        "GROUP BY place ORDER BY place"
    )
