"""How a client's last weeks differ from its own year before: the course of a decline under way.

A decline that has begun shows in the pace of orders, in what they bring, in the margin, in the
favourite category, and it shows in weeks before it shows in a year. Each is held against the same
client's year before the weeks in question; counts in units of what chance moves them by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from segml.losses.history import Days, History, Numbers, of

WEEKS = (45, 90, 150)
"""Days of the recent stretches: one and a half, three and five months."""
YEAR = 365
FAVOURITE_DAYS = (60, 120)
LIMIT = 20.0
"""Ratios and surprises beyond it say no more than it does."""

COURSE: tuple[str, ...] = tuple(
    f"{name}_{days}"
    for days in WEEKS
    for name in ("profit_pace", "sales_pace", "margin_move", "order_surprise", "sales_surprise")
)
"""Columns of `recent_course`: pace against the year before (1 as before), move of the margin rate,
and orders and sales beyond what was to be expected, in standard deviations of chance."""
FAVOURITE: tuple[str, ...] = (
    *(f"favourite_surprise_{days}" for days in FAVOURITE_DAYS),
    "favourite_share_move",
)
"""Columns of `recent_favourite`."""


def recent_course(book: Mapping[str, History], clients: Sequence[str], day: int) -> pd.DataFrame:
    """The recent course of some clients on a day.

    Parameters
    ----------
    book
        Every client's history; rows on or after `day` are not read.
    clients
        n ids.
    day
        In days.

    Returns
    -------
    pandas.DataFrame
        (n, 15) the columns of `COURSE`, float32, NaN where there is nothing to compare with.
    """
    rows = [_course(of(book, each), day) for each in clients]
    table = np.array(rows, dtype=np.float64).reshape(len(clients), len(COURSE))
    return _framed(table, COURSE, clients)


def _framed(table: Numbers, columns: tuple[str, ...], clients: Sequence[str]) -> pd.DataFrame:
    limited = np.clip(table, -LIMIT, LIMIT).astype(np.float32)
    return pd.DataFrame(limited, index=pd.Index(list(clients), dtype=object), columns=list(columns))


def _course(history: History, day: int) -> list[float]:
    first = int(history.days[0]) if len(history.days) else day
    edges = np.array([[day - w - YEAR, day - w, day] for w in WEEKS])
    at = np.searchsorted(history.money_days, edges)
    revenue = np.diff(np.concatenate([[0.0], np.cumsum(history.revenue)])[at])
    profit = np.diff(np.concatenate([[0.0], np.cumsum(history.profit)])[at])
    orders = np.diff(np.searchsorted(history.days, edges))
    found: list[float] = []
    for place, days in enumerate(WEEKS):
        lived = min(YEAR, day - days - first)
        if lived < days or revenue[place, 0] <= 0.0:
            found += [float("nan")] * 5
            continue
        part = days / lived
        (sold, sells), (earned, earns) = revenue[place], profit[place]
        expected, count = orders[place, 0] * part, orders[place, 1]
        chance = float(np.sqrt(expected + 1.0))
        found += [
            earns / (earned * part) if earned > 0.0 else float("nan"),
            sells / (sold * part),
            earns / sells - earned / sold if sells > 0.0 else float("nan"),
            (count - expected) / chance,
            (sells - sold * part) / (sold / max(orders[place, 0], 1.0) * chance),
        ]
    return found


def recent_favourite(lines: pd.DataFrame, clients: Sequence[str], day: int) -> pd.DataFrame:
    """What became of each client's favourite category on a day.

    The favourite is what it spent most on in the year up to 120 days before the day.

    Parameters
    ----------
    lines
        `client_id, day, category, amount, is_return`; rows on or after `day` are not read.
    clients
        n ids.
    day
        In days.

    Returns
    -------
    pandas.DataFrame
        (n, 3) the columns of `FAVOURITE`, float32: purchases of the favourite beyond what was to be
        expected, in standard deviations of chance, and the move of its share of the spend; NaN
        where there is no favourite.
    """
    index = pd.Index(list(clients), dtype=object)
    empty = np.full((len(index), len(FAVOURITE)), np.nan)
    border = day - FAVOURITE_DAYS[-1]
    near = lines[lines["day"].between(border - YEAR, day - 1) & ~lines["is_return"].astype(bool)]
    near = near[near["category"].notna() & near["client_id"].isin(index)]
    if not len(near):
        return _framed(empty, FAVOURITE, clients)
    who = index.get_indexer(pd.Index(near["client_id"]))
    names, what = np.unique(near["category"].astype("str").to_numpy(), return_inverse=True)
    when, amount = near["day"].to_numpy(np.int64), near["amount"].to_numpy(np.float64)
    order = np.lexsort((amount, when, what, who))
    who, what, when, amount = who[order], what[order], when[order], amount[order]
    shape = (len(index), len(names))
    earlier = when < border
    before = _sums(who[earlier], what[earlier], amount[earlier], shape)
    since = _sums(who[~earlier], what[~earlier], amount[~earlier], shape)
    favourite = before.argmax(axis=1)
    mine = what == favourite[who]
    bought = np.unique(np.stack([who[mine], when[mine]], axis=1), axis=0)
    counts = [_counted(bought, len(index), border - YEAR, border)]
    counts += [_counted(bought, len(index), day - days, day) for days in FAVOURITE_DAYS]
    row = np.arange(len(index))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = [sums[row, favourite] / sums.sum(axis=1) for sums in (before, since)]
    known = counts[0] > 0
    for place, days in enumerate(FAVOURITE_DAYS):
        expected = counts[0] * (days / YEAR)
        surprise = (counts[place + 1] - expected) / np.sqrt(expected + 1.0)
        empty[known, place] = surprise[known]
    empty[known, -1] = (share[1] - share[0])[known]
    return _framed(empty, FAVOURITE, clients)


def _sums(who: Days, what: Days, amount: Numbers, shape: tuple[int, int]) -> Numbers:
    cells = who * shape[1] + what
    total = np.bincount(cells, weights=amount, minlength=shape[0] * shape[1])
    return np.asarray(total, dtype=np.float64).reshape(shape)


def _counted(bought: Days, clients: int, start: int, end: int) -> Numbers:
    inside = (bought[:, 1] >= start) & (bought[:, 1] < end)
    return np.bincount(bought[inside, 0], minlength=clients).astype(np.float64)
