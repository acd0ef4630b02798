"""What each client ordered and earned, day by day, as arrays: the ground under every loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

Days = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]
OUTWEIGHED = 2.0
"""Orders that are worth fewer are mostly one of them: more than seven tenths of all."""


def _running(values: Numbers) -> Numbers:
    return np.concatenate([[0.0], np.cumsum(values)])


@dataclass(frozen=True, slots=True)
class History:
    """One client's purchases and money in order of time.

    Parameters
    ----------
    days
        (n,) distinct days with an order that is no return, ascending.
    earned
        (n,) profit of the orders of each of these days, returns left out.
    money_days, profit, revenue
        (m,) ascending days on which money moved (orders, returns, care, unpaid bills), and what it
        earned and turned over.
    """

    days: Days
    earned: Numbers
    money_days: Days
    profit: Numbers
    revenue: Numbers
    _profit: Numbers = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_profit", _running(self.profit))

    def profit_between(self, start: Days | int, end: Days | int) -> Numbers:
        """Profit of the days in [start, end), in money; arrays of dates broadcast."""
        last, first = np.searchsorted(self.money_days, end), np.searchsorted(self.money_days, start)
        return np.asarray(self._profit[last] - self._profit[first], dtype=np.float64)

    def until(self, day: int) -> History:
        """The same history with every row on or after `day` unknown."""
        bought, moved = np.searchsorted(self.days, day), np.searchsorted(self.money_days, day)
        return History(
            self.days[:bought],
            self.earned[:bought],
            self.money_days[:moved],
            self.profit[:moved],
            self.revenue[:moved],
        )


EMPTY = History(*(np.empty(0, np.int64), np.empty(0)), np.empty(0, np.int64), *(np.empty(0),) * 2)
"""The history of a client that never bought."""


def histories(orders: pd.DataFrame, charges: pd.DataFrame | None = None) -> dict[str, History]:
    """The history of every client of an order table, whatever the order of its rows.

    Parameters
    ----------
    orders
        One row an order: `client_id`, `day` (int), `amount`, `profit` (money), `is_return`.
    charges
        What serving clients cost beside their orders, as `Past.charges` has it; None for nothing.

    Returns
    -------
    dict
        Client id to `History`.

    Examples
    --------
    >>> table = pd.DataFrame({"client_id": ["a", "a"], "day": [9, 4], "amount": [2.0, 5.0],
    ...                       "profit": [1.0, 3.0], "is_return": [False, False]})
    >>> histories(table)["a"].days.tolist()
    [4, 9]
    """
    if charges is not None and len(charges):
        orders = pd.concat([orders, _as_documents(charges)], ignore_index=True)
    sums = orders.assign(earned=orders["profit"].where(~orders["is_return"], 0.0))
    sums = sums.assign(bought=(~orders["is_return"]).astype("int64"))
    # equal sums whatever the row order: floats are added in order of their size
    sums = sums.sort_values(["client_id", "day", "profit", "amount"], kind="stable")
    daily = sums.groupby(["client_id", "day"], sort=True)[
        ["bought", "earned", "profit", "amount"]
    ].sum()
    clients = daily.index.get_level_values(0).to_numpy()
    days = daily.index.get_level_values(1).to_numpy(dtype=np.int64)
    bought = daily["bought"].to_numpy() > 0
    columns = {name: daily[name].to_numpy(dtype=np.float64) for name in daily.columns}
    borders = np.flatnonzero(clients[1:] != clients[:-1]) + 1 if len(clients) else np.empty(0, int)
    found = {}
    for part in np.split(np.arange(len(clients)), borders):
        if len(part):
            buys = part[bought[part]]
            found[str(clients[part[0]])] = History(
                days[buys],
                columns["earned"][buys],
                days[part],
                columns["profit"][part],
                columns["amount"][part],
            )
    return found


def _as_documents(charges: pd.DataFrame) -> pd.DataFrame:
    """The charges as documents of which nothing is an order."""
    cost = charges["care"] + charges["unpaid"]
    return pd.DataFrame(
        {
            "client_id": charges["client_id"],
            "day": charges["day"],
            "amount": 0.0,
            "profit": -cost,
            "is_return": True,
        }
    )


def of(book: Mapping[str, History], client_id: str) -> History:
    """The history of one client, empty if it never bought."""
    return book.get(client_id, EMPTY)


def counted_orders(earned: Numbers) -> float:
    """How many orders some orders count as, by what they earned.

    As many as they are; but where one outweighs the rest together, as many as they are worth: the
    bill of a year and odd jobs beside it are one order, and a time without the bill tells nothing.

    References
    ----------
    Kish (1965), Survey Sampling: the effective number of unequal weights.
    """
    worth = np.maximum(earned, 0.0)
    square = float((worth * worth).sum())
    effective = float(worth.sum()) ** 2 / square if square > 0.0 else 0.0
    return effective if effective < OUTWEIGHED else float(len(earned))
