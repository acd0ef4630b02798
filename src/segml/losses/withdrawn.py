"""Withdrawn goods: lines without them, and who shrank through them alone.

The latter is no loss of a client, and money gone all the same.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from segml.losses.books import Books, client_of
from segml.losses.fates import was_lost
from segml.losses.history import of
from segml.losses.silence import YEAR
from segml.losses.transitions import transition

MOSTLY = 0.9
"""The share of withdrawn goods in a year's purchases above which a client bought hardly others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrinkage:
    """What withdrawn goods did to key clients that were not lost.

    Parameters
    ----------
    clients
        Ids of those that would count as lost if the goods could still be bought, sorted.
    profit
        What the withdrawn goods earned with them in the year before, in money.
    """

    clients: tuple[str, ...]
    profit: float

    def note(self, currency: str | None) -> list[str]:
        """What to say of it; empty if there is nobody."""
        count = len(self.clients)
        if not count:
            return []
        who = "1 key client" if count == 1 else f"{count} key clients"
        money = f"{self.profit:,.0f}{' ' + currency if currency else ''}"
        said = (
            f"{who} shrank only because goods they bought are no longer sold, which had earned "
            f"{money} with them in the year before: not counted as lost, since they buy the rest"
        )
        return [said]


def without_withdrawn(lines: pd.DataFrame, withdrawn: Collection[str]) -> pd.DataFrame:
    """The lines of goods that can still be bought, of clients that bought such goods.

    Of a client that bought hardly any in the year before its last order they tell nothing of when
    it declined: it keeps all its lines.

    Parameters
    ----------
    lines
        `client_id, day, product, amount`, as `Past.lines` gives them.
    withdrawn
        The products.
    """
    gone = lines["product"].isin(list(withdrawn))
    bought = lines[lines["amount"] > 0]
    last = bought["client_id"].map(bought.groupby("client_id")["day"].max())
    recent = bought[bought["day"] > last - YEAR]
    spent, on_gone = (
        part.groupby("client_id")["amount"].sum() for part in (recent, recent[gone[recent.index]])
    )
    mostly = on_gone.index[on_gone > MOSTLY * spent[on_gone.index]]
    return lines[~gone | lines["client_id"].isin(mostly)]


def through_withdrawals(books: Books, stayed: Sequence[str], *, start: int, end: int) -> Shrinkage:
    """The clients that shrank between two dates through withdrawn goods alone.

    Parameters
    ----------
    books
        Histories with those goods and without.
    stayed
        Ids of the key clients that were not lost.
    start, end
        The two dates, in days; who had shrunk by the earlier one is not told again.
    """
    if not books.withdrawn:
        return Shrinkage(clients=(), profit=0.0)

    def gone(client_id: str) -> float | None:
        client = replace(client_of(books, client_id), on_sale=None)
        found = transition(client, books.weekly, end=end)
        if found is None or found.kind == "left" or was_lost(found, start):
            return None
        span = (found.onset.day - YEAR, found.onset.day)
        kept = of(books.on_sale, client_id)
        return float(client.own.profit_between(*span) - kept.profit_between(*span))

    told = {each: gone(each) for each in sorted(stayed)}
    found = {each: profit for each, profit in told.items() if profit is not None}
    return Shrinkage(clients=tuple(found), profit=math.fsum(found.values()))
