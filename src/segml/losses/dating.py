"""The declines of an analysis and the days they began: of the lost, and of a sample of all others.

Who was lost is judged client by client (`transitions`). When it began is asked of all that declined
at once (`declines`): what declines of this portfolio look like is learnt from all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import logsumexp

from segml.ledger import Ledger
from segml.losses.books import Books, client_of
from segml.losses.confidence import chance_at_a_loss
from segml.losses.courses import WEEK
from segml.losses.decline_evidence import in_blocks
from segml.losses.decline_kinds import Weights, log_kinds, weights_of
from segml.losses.declines import Dated
from segml.losses.fading import chance_of_fading
from segml.losses.fates import Fates
from segml.losses.history import Numbers, of
from segml.losses.onset import MIN_BEFORE, Onset
from segml.losses.transitions import (
    SURELY_NEGATIVE,
    WINDOW_DAYS,
    Kind,
    Transition,
    may_have_faded,
)
from segml.losses.weeks import WeeklyOrders, weekly_orders
from segml.losses.withdrawn import without_withdrawn

SAMPLE = 20_000
"""Clients, besides the lost ones, whose declines are looked at."""
FADED = 0.15
"""A client has faded if the chance is no less: a key client's loss that is missed costs more than
one that is looked at in vain, and it is told as probable."""
SURELY_FADED = 0.95


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Declines:
    """The declines of the lost clients and of a sample.

    Parameters
    ----------
    clients
        Everybody looked at, declined or not; sorted.
    dated
        The weeks in which the declines began.
    onsets
        Client to onset; of one that could not be dated so, that of its transition.
    told_on
        Client to the day, up to the end, on which its decline was known.
    fates
        What became of the key clients, those that faded among the lost, onsets as told here.
    """

    clients: tuple[str, ...]
    dated: Dated
    onsets: Mapping[str, Onset]
    told_on: Mapping[str, int]
    fates: Fates


def declines_of(
    ledger: Ledger,
    books: Books,
    fates: Fates,
    *,
    known: Sequence[str],
    start: int,
    end: int,
    always: Sequence[str] = (),
) -> Declines:
    """The declines up to a day, dated.

    Parameters
    ----------
    ledger
        Asked for what was known at `end`.
    books
        Histories, rhythm and clock.
    fates
        What became of the key clients, each judged by its own orders.
    known
        Ids of every client.
    start, end
        The two dates, in days; no row on or after `end` is read.
    always
        Ids that are looked at besides the key clients of the earlier date and the sample.
    """
    clients = sampled(known, (*fates.lost, *fates.stayed, *always), seed=books.lens.seed)
    declined = {**_declined(books, clients, end), **fates.lost}
    lines = without_withdrawn(ledger.past(end).lines(clients), books.withdrawn)
    look = _Look(lines, books, ledger.first_day)
    weights = look.weights(declined, end)
    share = len(fates.lost) / max(len(fates.lost) + len(fates.stayed), 1)
    fates = _with_faded(fates, look, weights, share, (start, end))
    declined |= fates.lost
    dated = look.dated(declined, weights, end)
    found = {each: _within(onset, declined[each], end) for each, onset in dated.onsets().items()}
    onsets = {each: found.get(each, loss.onset) for each, loss in declined.items()}
    lost = {each: _began(loss, onsets[each]) for each, loss in fates.lost.items()}
    told_on = {each: min(loss.lost_on, end) for each, loss in {**declined, **lost}.items()}
    return Declines(
        clients=clients,
        dated=dated,
        onsets=onsets,
        told_on=told_on,
        fates=replace(fates, lost=lost),
    )


def _began(loss: Transition, onset: Onset) -> Transition:
    """The loss with another onset; one of a client that stayed is complete a window after it."""
    if loss.kind == "left":
        return replace(loss, onset=onset)
    return replace(loss, onset=onset, lost_on=max(loss.lost_on, onset.day + WINDOW_DAYS))


def _with_faded(
    fates: Fates, look: _Look, weights: Weights, share: float, dates: tuple[int, int]
) -> Fates:
    """The fates, with those that faded between two dates among the lost.

    One that had faded by the earlier date was lost before.
    """
    start, end = dates
    if not 0.0 < share < 1.0:
        return fates
    odds = share / (1.0 - share) * WEEK / max(end - start, WEEK)
    now = look.faded(look.worth_less(fates.stayed, end), weights, odds, end)
    # asked as it is at the later date: who was not lost by then, nor then, would be told nowhere
    late = set(look.faded(look.worth_less(sorted(now), start), weights, odds, start))
    since = look.faded_since(sorted(now.keys() - late), weights, odds, dates)
    lost = {
        each: Transition(
            kind=_kind_of(look.books, each, end),
            certainty="certain" if now[each] >= SURELY_FADED else "probable",
            lost_on=day,
            onset=Onset(end - WINDOW_DAYS, start, end - WINDOW_DAYS, 0.0),
        )
        for each, day in since.items()
    }
    return Fates(
        lost={**fates.lost, **lost},
        lost_before=(*fates.lost_before, *sorted(late)),
        stayed=tuple(each for each in fates.stayed if each not in now),
    )


def _kind_of(books: Books, client_id: str, end: int) -> Kind:
    """Whether one that faded costs more than it brings by now, or brings little."""
    own = of(books.orders, client_id).until(end)
    chance = chance_at_a_loss(own, since=end - WINDOW_DAYS, seed=books.lens.seed, key=client_id)
    return "unprofitable" if chance >= SURELY_NEGATIVE else "shrunk"


def sampled(known: Sequence[str], lost: Sequence[str], *, seed: int) -> tuple[str, ...]:
    """The lost clients and a sample of the others, sorted; the same for any order of `known`.

    Parameters
    ----------
    known, lost
        Ids; the lost are always there.
    seed
        Of the draw.

    Examples
    --------
    >>> sampled(["b", "a"], ["c"], seed=0)
    ('a', 'b', 'c')
    """
    if len(known) > SAMPLE:
        known = sorted(known, key=lambda each: hashlib.sha256(f"{seed}\n{each}".encode()).digest())
    return tuple(sorted({*known[:SAMPLE], *lost}))


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
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
        asked = (client_of(self.books, each) for each in clients)
        return [each.client_id for each in asked if may_have_faded(each, self.books.lens, end=end)]

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
        last = np.array([_latest(declined[each], end) for each in clients], dtype=np.int64)
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


def _declined(books: Books, clients: Sequence[str], end: int) -> dict[str, Transition]:
    """The clients that declined, looked at week by week."""
    found = {each: books.judged(each, end=end) for each in clients}
    return {each: loss for each, loss in found.items() if loss is not None}


def _third_order(books: Books, client_id: str, end: int) -> int:
    days = of(books.orders, client_id).days
    return int(days[MIN_BEFORE - 1]) if len(days) >= MIN_BEFORE else end


def _latest(loss: Transition, end: int) -> int:
    return loss.lost_on if loss.kind == "left" else end - WINDOW_DAYS


def _within(onset: Onset, loss: Transition, end: int) -> Onset:
    """An onset told by weeks, no later than the day it can have been, as strong as it was."""
    last = _latest(loss, end)
    return Onset(min(onset.day, last), onset.low, min(onset.high, last), loss.onset.strength)
