"""What declines are looked for in, week by week: who has faded, since when, and when they began."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import logsumexp

from segml.losses.books import Books, client_of
from segml.losses.courses import WEEK
from segml.losses.decline_evidence import in_blocks
from segml.losses.decline_kinds import Weights, log_kinds, weights_of
from segml.losses.declines import Dated
from segml.losses.fading import chance_of_fading
from segml.losses.history import Numbers, of
from segml.losses.onset import MIN_BEFORE
from segml.losses.own_pace import own_paces
from segml.losses.transitions import WINDOW_DAYS, Transition
from segml.losses.weeks import WeeklyOrders, weekly_orders
from segml.losses.worth_less import has_been_worth_less, may_have_faded

FADED = 0.15
"""A client has faded if the chance is no less: a key client's loss that is missed costs more than
one that is looked at in vain, and it is told as probable."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What declines are looked for in: the lines of everybody looked at, and the books."""

    lines: pd.DataFrame
    books: Books
    first_day: int

    def _weeks(self, clients: Sequence[str], end: int) -> WeeklyOrders:
        lens = self.books.lens
        return weekly_orders(
            self.lines,
            clients,
            lens.clock,
            first_day=self.first_day,
            end=end,
            own_clocks=lens.own_clocks,
        )

    def weights(self, declined: Mapping[str, Transition], end: int) -> Weights:
        """What the courses of declines are."""
        return weights_of(self._weeks(sorted(declined), end), self.books.lens.rhythm)

    def worth_less(self, clients: Sequence[str], end: int) -> list[str]:
        """Those of the clients that may have faded by a day, by what they brought of late."""
        lens, book = self.books.lens, self.books.orders
        paces = own_paces(book, lens.clock_of, start=end - WINDOW_DAYS, end=end)
        return [
            each
            for each in clients
            if may_have_faded(client_of(self.books, each), lens, end=end, pace=paces.get(each, 1.0))
        ]

    def is_worth_less_since(self, client_id: str, day: int, end: int) -> bool:
        """Whether all that a client brought from a day on is worth much less."""
        asked = client_of(self.books, client_id)
        return has_been_worth_less(asked, self.books.lens, since=day, end=end)

    def faded(
        self, clients: Sequence[str], weights: Weights, odds: float, end: int
    ) -> dict[str, float]:
        """Who of the clients may well have faded by a day (`FADED`), with the chance."""
        weeks = self._weeks(clients, end)
        chances = self._chances(weeks, weights, odds).tolist()
        found = dict(zip(weeks.clients, chances, strict=True))
        return {each: chance for each, chance in found.items() if chance >= FADED}

    def _chances(self, weeks: WeeklyOrders, weights: Weights, odds: float) -> Numbers:
        """(c,) the chance that each client has faded by the end of the weeks."""
        below, count = self.books.lens.shrunk_below, len(weeks.starts)
        found = [
            chance_of_fading(evidence, weights, weeks=count, below=below, odds=odds)
            for _, evidence in in_blocks(weeks, self.books.lens.rhythm)
        ]
        return np.concatenate([*found, np.empty(0)])

    def faded_since(
        self, faded: Sequence[str], weights: Weights, odds: float, dates: tuple[int, int]
    ) -> dict[str, int]:
        """The day between two dates from which on each, week by week, had faded up to the later."""
        start, end = dates
        since, still = dict.fromkeys(faded, end), self._weeks(faded, end)
        for back in range(1, min((end - start - 1) // WEEK + 1, len(still.starts))):
            still = still.until(len(still.starts) - 1)
            has = self._chances(still, weights, odds) >= FADED
            still = still.of(np.flatnonzero(has))
            if not still.clients:
                break
            since |= dict.fromkeys(still.clients, end - back * WEEK)
        return since

    def dated(self, declined: Mapping[str, Transition], weights: Weights, end: int) -> Dated:
        """The weeks in which declines began, with their probabilities.

        A decline began after the third order, and by the day of the loss; that of a client that
        stayed began at least a window before the later date. One of which no week is possible is
        left out.
        """
        clients = tuple(sorted(declined))
        if not clients:
            nothing = np.empty((0, 0))
            return Dated(clients=(), days=np.empty(0, np.int64), chance=nothing, kinds=nothing)
        first = np.array([_third_order(self.books, each, end) for each in clients], dtype=np.int64)
        last = np.array([latest_onset(declined[each], end) for each in clients], dtype=np.int64)
        days, done, by_week, by_kind = np.empty(0, np.int64), 0, [], []
        for weeks, evidence in in_blocks(self._weeks(clients, end), self.books.lens.rhythm):
            days = weeks.starts[evidence.onsets]
            rows = slice(done, done := done + len(weeks.clients))
            possible = (days > first[rows, None]) & (days <= last[rows, None])
            told = np.where(possible, log_kinds(evidence, weights), -np.inf)
            by_week.append(logsumexp(told, axis=0))
            by_kind.append(logsumexp(told, axis=2).T)
        chance, kinds = np.concatenate(by_week), np.concatenate(by_kind)
        is_dated = np.asarray(np.isfinite(chance).any(axis=1))
        return Dated(
            clients=tuple(each for each, known in zip(clients, is_dated, strict=True) if known),
            days=days,
            chance=_shares(chance[is_dated]),
            kinds=_shares(kinds[is_dated]),
        )


def _shares(log_chance: Numbers) -> Numbers:
    """(c, k) probabilities of their logarithms, whatever was added to a row."""
    whole = logsumexp(log_chance, axis=1, keepdims=True)
    return np.asarray(np.exp(log_chance - whole), dtype=np.float64)


def _third_order(books: Books, client_id: str, end: int) -> int:
    days = of(books.orders, client_id).days
    return int(days[MIN_BEFORE - 1]) if len(days) >= MIN_BEFORE else end


def latest_onset(loss: Transition, end: int) -> int:
    """The last day on which the decline of a loss may have begun, known by a day."""
    return loss.lost_on if loss.kind == "left" else end - WINDOW_DAYS
