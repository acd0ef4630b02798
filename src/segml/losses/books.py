"""The books that losses are judged by: every client's history, the portfolio's rhythm and clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from segml.ledger import Ledger, discontinued, industries, recorded_ends
from segml.losses.clock import Clock, learn_clock
from segml.losses.courses import WEEK
from segml.losses.ends import End, ends_by_client, standing_ends
from segml.losses.history import EMPTY, History, histories, of
from segml.losses.money import brought_by, with_referrals
from segml.losses.rhythm import Rhythm, learn_rhythm
from segml.losses.season_groups import season_groups
from segml.losses.seasons import learn_seasons
from segml.losses.transitions import Client, Lens, Transition, transition
from segml.losses.yearly import Peers, learn_peers

LEAST_COMPARABLE = 100
"""Key clients needed to learn a rhythm of their own; with fewer, every client is comparable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What happened in the ledger before the later date, client by client.

    Parameters
    ----------
    orders
        Every client's history.
    brought
        For each key client, the weighted money of the clients it brought.
    lens
        The portfolio's rhythm, clock and rule.
    peers
        What key clients with a whole year behind them earned; None for too few.
    ends
        The recorded ends of clients, known at the later date, that no later order contradicts.
    contradicted
        Those that one does: they do not count.
    withdrawn
        Products that can no longer be bought at the later date (`ledger.discontinued`).
    on_sale
        Every client's history without them; `orders` itself where there are none.
    """

    orders: Mapping[str, History]
    brought: Mapping[str, History]
    lens: Lens
    peers: Peers | None = None
    ends: Mapping[str, End] = field(default_factory=dict)
    contradicted: Mapping[str, End] = field(default_factory=dict)
    withdrawn: frozenset[str] = frozenset()
    on_sale: Mapping[str, History] = field(default_factory=dict)
    _judged: dict[tuple[str, int], Transition | None] = field(
        init=False, repr=False, default_factory=dict
    )

    @property
    def weekly(self) -> Lens:
        """The lens, looking for onsets on one day a week: enough for what many are asked for."""
        return replace(self.lens, every=WEEK)

    def judged(self, client_id: str, *, end: int) -> Transition | None:
        """How a client was lost by a day, its onset to the week; asked of the orders once."""
        asked = client_id, end
        if asked not in self._judged:
            self._judged[asked] = transition(client_of(self, client_id), self.weekly, end=end)
        return self._judged[asked]

    def told_end(self, client_id: str) -> End | None:
        """What a person wrote down of a client's leaving, whether or not it counts."""
        return self.ends.get(client_id) or self.contradicted.get(client_id)


def open_books(
    ledger: Ledger,
    key: Sequence[str],
    *,
    known: Sequence[str],
    start: int,
    end: int,
    shrunk_below: float,
    seed: int,
) -> Books:
    """The histories, rhythm and clock that losses up to `end` are judged by.

    Parameters
    ----------
    ledger
        A checked ledger.
    key
        Ids of the key clients.
    known
        Ids of every client.
    start
        The earlier date, in days: what key clients earned is learnt before it.
    end
        The later date, in days; no row on it or after is read.
    shrunk_below, seed
        The configured share, and the seed of resampling.
    """
    past = ledger.past(end)
    table = past.orders(known)
    charges = past.charges(known)
    book = histories(table, charges)
    withdrawn = discontinued(past)
    on_sale = histories(past.orders(known, without=withdrawn), charges) if withdrawn else book
    clock, own_clocks = _clocks(
        table, industries(past), first_day=ledger.first_day, end=min(end, past.last_day + 1)
    )
    referrals = past.brought()
    weight = past.economics.referral_weight
    told = ends_by_client(recorded_ends(past))
    stand = standing_ends(told, book)
    return Books(
        orders=book,
        brought={each: brought_by(book, referrals.get(each, ()), weight) for each in key},
        lens=Lens(
            rhythm=_rhythm(book, key, lambda each: own_clocks.get(each, clock)),
            clock=clock,
            shrunk_below=shrunk_below,
            seed=seed,
            own_clocks=own_clocks,
        ),
        peers=learn_peers([of(book, each) for each in key], clock, start=start),
        ends=stand,
        contradicted={each: end for each, end in told.items() if each not in stand},
        withdrawn=withdrawn,
        on_sale=on_sale,
    )


def _clocks(
    table: pd.DataFrame, industry: Mapping[str, str], *, first_day: int, end: int
) -> tuple[Clock, dict[str, Clock]]:
    """The portfolio's clock, and those of clients whose industry, or whose like, has another."""
    bought = table.loc[~table["is_return"], ["client_id", "day"]]
    clock = learn_clock(bought["day"].to_numpy(dtype=np.int64), first_day=first_day, end=end)

    def clocks_of(group: Mapping[str, str]) -> dict[str, Clock]:
        parts = bought["day"].groupby(bought["client_id"].map(group))
        days = {str(name): part.to_numpy(dtype=np.int64) for name, part in parts}
        seasons = learn_seasons(days, clock, first_day=first_day, end=end)
        return {each: seasons[name] for each, name in group.items() if name in seasons}

    own = clocks_of(industry)
    return clock, own | clocks_of(season_groups(bought, clock, own, first_day=first_day))


def _rhythm(
    book: Mapping[str, History], key: Sequence[str], clock_of: Callable[[str], Clock]
) -> Rhythm:
    def gaps(ids: Sequence[str]) -> list[np.ndarray]:
        found = [np.diff(clock_of(each).at(of(book, each).days)) for each in ids]
        return [each for each in found if len(each)]

    own = gaps(key)
    return learn_rhythm(own if len(own) >= LEAST_COMPARABLE else gaps(sorted(book)))


def client_of(books: Books, client_id: str) -> Client:
    """One client as transitions judge it."""
    own = of(books.orders, client_id)
    brought = books.brought.get(client_id, EMPTY)
    client = Client(client_id=client_id, own=own, value=with_referrals(own, brought))
    if not books.withdrawn:
        return client
    kept = of(books.on_sale, client_id)
    return replace(client, on_sale=(kept, with_referrals(kept, brought)))
