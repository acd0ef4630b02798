"""The declines of an analysis and the days they began: of the lost, and of a sample of all others.

Who was lost is judged client by client (`transitions`). When it began is asked of all that declined
at once (`declines`): what declines of this portfolio look like is learnt from all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from segml.ledger import Ledger
from segml.losses.books import Books
from segml.losses.confidence import chance_at_a_loss
from segml.losses.courses import WEEK
from segml.losses.decline_kinds import Weights
from segml.losses.declines import Dated
from segml.losses.fates import Fates
from segml.losses.history import of
from segml.losses.looked import Look, latest_onset
from segml.losses.onset import Onset
from segml.losses.transitions import (
    SURELY_NEGATIVE,
    WINDOW_DAYS,
    Kind,
    Transition,
)
from segml.losses.withdrawn import without_withdrawn

SAMPLE = 20_000
"""Clients, besides the lost ones, whose declines are looked at."""
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
    look = Look(lines, books, ledger.first_day)
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
    fates: Fates, look: Look, weights: Weights, share: float, dates: tuple[int, int]
) -> Fates:
    """The fates, with those that faded between two dates among the lost.

    One that had faded by the earlier date was lost before, by whatever rule it is lost since: the
    analysis up to that date told it.
    """
    start, end = dates
    if not 0.0 < share < 1.0:
        return fates
    odds = share / (1.0 - share) * WEEK / max(end - start, WEEK)
    now = look.faded(look.worth_less(fates.stayed, end), weights, odds, end)
    # by the rule of the later date: who is "lost before" by a laxer one is told by no analysis
    late = set(look.faded(look.worth_less(sorted(now), start), weights, odds, start))
    early = [
        each
        for each, loss in sorted(fates.lost.items())
        if each not in look.books.ends and loss.onset.day < start
    ]
    told = set(look.faded(look.worth_less(early, start), weights, odds, start))
    since = look.faded_since(sorted(now.keys() - late), weights, odds, dates)
    since = {each: day for each, day in since.items() if look.is_worth_less_since(each, day, end)}
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
        lost={each: loss for each, loss in fates.lost.items() if each not in told} | lost,
        lost_before=(*fates.lost_before, *sorted(late | told)),
        stayed=tuple(each for each in fates.stayed if each not in since and each not in late),
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


def _declined(books: Books, clients: Sequence[str], end: int) -> dict[str, Transition]:
    """The clients that declined, looked at week by week."""
    found = {each: books.judged(each, end=end) for each in clients}
    return {each: loss for each, loss in found.items() if loss is not None}


def _within(onset: Onset, loss: Transition, end: int) -> Onset:
    """An onset told by weeks, no later than the day it can have been, as strong as it was."""
    last = latest_onset(loss, end)
    return Onset(min(onset.day, last), onset.low, min(onset.high, last), loss.onset.strength)
