"""Who shrank through withdrawn goods alone: no loss of a client, and money gone all the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from segml.losses.books import Books, client_of
from segml.losses.fates import was_lost
from segml.losses.history import of
from segml.losses.silence import YEAR
from segml.losses.transitions import transition


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
