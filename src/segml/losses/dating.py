"""The declines of an analysis and the days they began: of the lost, and of a sample of all others.

Who was lost is judged client by client (`transitions`). When it began is asked of all that declined
at once (`declines`): what declines of this portfolio look like is learnt from all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import logsumexp

from segml.ledger import Ledger
from segml.losses.books import Books, client_of
from segml.losses.decline_evidence import evidence_of
from segml.losses.declines import Dated, learn_weights, log_chance
from segml.losses.fates import Fates
from segml.losses.history import of
from segml.losses.onset import MIN_BEFORE, Onset
from segml.losses.transitions import WINDOW_DAYS, Transition, transition
from segml.losses.weeks import weekly_orders

SAMPLE = 20_000
"""Clients, besides the lost ones, whose declines are looked at."""
EVERY_DAYS = 7
"""Days between two days that a decline of the sample is looked for on."""


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
    """

    clients: tuple[str, ...]
    dated: Dated
    onsets: Mapping[str, Onset]


def declines_of(
    ledger: Ledger, books: Books, lost: Mapping[str, Transition], *, known: Sequence[str], end: int
) -> Declines:
    """The declines up to a day, dated.

    Parameters
    ----------
    ledger
        Asked for what was known at `end`.
    books
        Histories, rhythm and clock.
    lost
        The losses to be explained, by client; looked at in any case.
    known
        Ids of every client.
    end
        The later date, in days; no row on or after it is read.
    """
    clients = sampled(known, tuple(lost), seed=books.lens.seed)
    declined = {**_declined(books, clients, end), **lost}
    lines = ledger.past(end).lines(clients)
    dated = date_declines(lines, books, declined, first_day=ledger.first_day, end=end)
    found = {each: _within(onset, declined[each], end) for each, onset in dated.onsets().items()}
    onsets = {each: found.get(each, loss.onset) for each, loss in declined.items()}
    return Declines(clients=clients, dated=dated, onsets=onsets)


def redated(fates: Fates, declines: Declines) -> Fates:
    """The same fates, each loss with the onset that all declines together tell."""
    lost = {each: _began(loss, declines.onsets[each]) for each, loss in fates.lost.items()}
    return replace(fates, lost=lost)


def _began(loss: Transition, onset: Onset) -> Transition:
    """The loss with another onset; one of a client that stayed is complete a window after it."""
    if loss.kind == "left":
        return replace(loss, onset=onset)
    return replace(loss, onset=onset, lost_on=max(loss.lost_on, onset.day + WINDOW_DAYS))


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


def date_declines(
    lines: pd.DataFrame,
    books: Books,
    declined: Mapping[str, Transition],
    *,
    first_day: int,
    end: int,
) -> Dated:
    """The weeks in which declines began, with their probabilities.

    A decline began after the third order, and by the day of the loss; that of a client that stayed
    began at least a window before the later date.

    Parameters
    ----------
    lines
        As `Past.lines` has them: of the clients that declined, and of others beside them.
    books
        Histories, rhythm and clock.
    declined
        Who declined, and how. A client none of whose weeks is possible is left out.
    first_day, end
        Of the ledger, and the later date, in days.
    """
    clients, lens = tuple(sorted(declined)), books.lens
    weeks = weekly_orders(lines, clients, lens.clock, first_day=first_day, end=end)
    evidence = evidence_of(weeks, lens.rhythm)
    days = weeks.starts[evidence.onsets]
    first = np.array([_third_order(books, each, end) for each in clients], dtype=np.int64)
    last = np.array([_latest(declined[each], end) for each in clients], dtype=np.int64)
    possible = (days > first[:, None]) & (days <= last[:, None])
    chance = np.where(
        possible, log_chance(evidence, learn_weights(evidence, weeks.count.sum(axis=1))), -np.inf
    )
    is_dated = np.asarray(np.isfinite(chance).any(axis=1))
    chance = chance[is_dated]
    return Dated(
        clients=tuple(each for each, known in zip(clients, is_dated, strict=True) if known),
        days=days,
        chance=np.exp(chance - logsumexp(chance, axis=1, keepdims=True)),
    )


def _declined(books: Books, clients: Sequence[str], end: int) -> dict[str, Transition]:
    """The clients that declined, looked at week by week."""
    lens = replace(books.lens, every=EVERY_DAYS)

    def judged(client_id: str) -> Transition | None:
        return transition(client_of(books, client_id), lens, end=end)

    with ThreadPoolExecutor() as pool:
        found = zip(clients, pool.map(judged, clients), strict=True)
        return {each: loss for each, loss in found if loss is not None}


def _third_order(books: Books, client_id: str, end: int) -> int:
    days = of(books.orders, client_id).days
    return int(days[MIN_BEFORE - 1]) if len(days) >= MIN_BEFORE else end


def _latest(loss: Transition, end: int) -> int:
    return loss.lost_on if loss.kind == "left" else end - WINDOW_DAYS


def _within(onset: Onset, loss: Transition, end: int) -> Onset:
    """An onset told by weeks, no later than the day it can have been, as strong as it was."""
    last = _latest(loss, end)
    return Onset(min(onset.day, last), onset.low, min(onset.high, last), loss.onset.strength)
