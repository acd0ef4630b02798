"""The reasons of losses, learnt from the declines of all clients, not of those lost alone.

::

    sample of clients ─┬─ onsets of their declines
                       └─ exposures by month ── columns ─┐
    after each onset ── signatures ──────────────────────┴─ additive hazard ── shares of reasons

Who stayed tells as much as who declined: an exposure that most live through weighs little. No loss
is explained by a hazard it was fitted to: each fold of the declines is told by what the others
taught (cross-fitting). Of what drivers so gain over the baseline, what they gain as well on the
same onsets laid on clients drawn by chance is no explanation, and the rest is shrunk by its own
error: by these parts every share goes to `unknown`. Where the gain is not sure nothing was learnt,
and the scores speak alone (`attribution`).

References
----------
Stone (1974), Cross-Validatory Choice and Assessment of Statistical Predictions, JRSS B 36; James
and Stein (1961), Estimation with Quadratic Loss, 4th Berkeley Symposium 1 (the positive part);
Chernozhukov and others (2018), Double/debiased machine learning, Econometrics Journal 21.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from segml.features import CATALOGUE
from segml.ledger import Ledger
from segml.losses.attribution import Decomposition
from segml.losses.books import Books, client_of
from segml.losses.exposures import Column, Records, columns_of, risk_of
from segml.losses.fates import Fates
from segml.losses.history import Days, Numbers
from segml.losses.onset import Onset
from segml.losses.onset_months import beside, by_chance, onset_months
from segml.losses.shares import DRIVEN, Weights
from segml.losses.signatures import Sign, signatures
from segml.losses.transitions import Transition, transition
from segml.outcomes.onset import learn_causes
from segml.outcomes.onset_signs import Signs
from segml.words.feature import REASONS

SAMPLE = 20_000
"""Clients, besides the lost ones, of whom the hazard is learnt."""
EVERY_DAYS = 7
"""The onsets of the sample are dated to the week: they are put into months."""
LEAST_ONSETS = 30
"""With fewer declines nothing is learnt from them."""
FOLDS = 5
CHANCES = 2
"""How often the onsets are laid on clients drawn by chance."""
SURELY = 1.645
"""Standard errors a gain must be from nothing to be sure at 95 %."""
CITED = 0.25
"""An event that is less likely behind a loss is no evidence: many events harm nobody."""
_LEAST_UNKNOWN = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Learnt:
    """What the declines of a sample taught.

    Parameters
    ----------
    clients
        The lost clients, sorted.
    features
        Feature to (n,) the probability that what it shows was the reason; what they leave of one is
        `unknown`.
    events
        Client to the events that are behind its loss with at least the probability `CITED`.
    explained
        Of what drivers gained on onsets that they were not fitted to, the part beyond chance and
        error, above 0.
    onsets
        How many declines it was learnt from.
    """

    clients: tuple[str, ...]
    features: Mapping[str, Numbers]
    events: Mapping[str, frozenset[str]]
    explained: float
    onsets: int


def learn_reasons(
    ledger: Ledger, books: Books, fates: Fates, *, known: Sequence[str], end: int
) -> Learnt | None:
    """The reasons of the losses; None where nothing was learnt from the declines that are known.

    Parameters
    ----------
    ledger
        Asked for what was known at `end`.
    books, fates
        Histories, rhythm and clock; who was lost, and when its decline began.
    known
        Ids of every client.
    end
        The later date, in days; no row on or after it is read.
    """
    clients = sampled(known, tuple(fates.lost), seed=books.lens.seed)
    onsets = _onsets(books, clients, end)
    onsets |= {each: loss.onset for each, loss in fates.lost.items()}
    past = ledger.past(end)
    records = Records(
        orders=past.orders(clients),
        lines=past.lines(clients),
        contacts=past.contacts(clients),
        bills=past.bills(clients),
        events=past.events(clients),
    )
    latest = {each: min(onset.high, end - 1) for each, onset in onsets.items()}
    risk = risk_of(records.orders, latest, clients=clients, first_day=ledger.first_day, end=end)
    if len(risk.lost) < LEAST_ONSETS:
        return None
    began = onset_months(risk, onsets)
    draws = np.random.default_rng(books.lens.seed)
    every = [began, *(by_chance(began, draws) for _ in range(CHANCES))]
    columns, declined = columns_of(records, beside(every)), began.clients
    days = np.array([onsets[each].day for each in declined], dtype=np.int64)
    signs = [_sign(each) for each in signatures(records, declined, days, end=end)]
    fold = draws.permutation(len(declined)) % FOLDS
    met = np.stack([column.met for column in columns], axis=1).reshape(len(every), -1, len(columns))
    shares, gained = _crossed(began.mean(met[0]), columns, fold, signs)
    chance = np.mean([_crossed(began.mean(laid), columns, fold)[1].mean() for laid in met[1:]])
    explained = _explained(gained, float(chance))
    if explained == 0.0:
        return None
    return _told(explained * shares, explained, columns, declined, fates)


def _explained(gained: Numbers, chance: float) -> float:
    """The part of the mean gain that is beyond chance and beyond its own error."""
    mean, error = float(gained.mean()), float(gained.std(ddof=1)) / np.sqrt(len(gained))
    beyond = mean - max(chance, 0.0)
    if beyond <= SURELY * error:
        return 0.0
    return float(beyond / mean * (1.0 - (SURELY * error / beyond) ** 2))


def _crossed(
    met: Numbers, columns: Sequence[Column], fold: Days, signs: Sequence[Signs] = ()
) -> tuple[Numbers, Numbers]:
    """(n, p) shares of the columns and (n,) gains, each onset's by what the other folds taught."""
    shares, gained = np.zeros_like(met), np.zeros(len(met))
    for held in range(FOLDS):
        found = learn_causes(
            met,
            [column.mass for column in columns],
            [REASONS.index(column.reason) for column in columns],
            len(REASONS),
            signs=signs,
            teaches=fold != held,
        )
        mine = fold == held
        shares[mine], gained[mine] = found.columns()[mine], found.gained[mine]
    return shares, gained


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


def _onsets(books: Books, clients: Sequence[str], end: int) -> dict[str, Onset]:
    """When the decline of each client that declined began, to the week."""
    lens = replace(books.lens, every=EVERY_DAYS)

    def judged(client_id: str) -> Transition | None:
        return transition(client_of(books, client_id), lens, end=end)

    with ThreadPoolExecutor() as pool:
        found = zip(clients, pool.map(judged, clients), strict=True)
        return {each: loss.onset for each, loss in found if loss is not None}


def _sign(seen: Sign) -> Signs:
    return Signs(
        level=seen.level,
        speaks_for=tuple(REASONS.index(reason) for reason in seen.reasons),
        has_unseen=seen.has_unseen,
    )


def _told(
    shares: Numbers,
    explained: float,
    columns: Sequence[Column],
    declined: Sequence[str],
    fates: Fates,
) -> Learnt:
    """The lost clients' part of what was learnt, by feature and event."""
    rows = [row for row, each in enumerate(declined) if each in fates.lost]
    by_column = shares[rows]
    features: dict[str, Numbers] = {}
    for number, column in enumerate(columns):
        if column.reason != "unknown":
            before = features.get(column.feature, np.zeros(len(rows)))
            features[column.feature] = before + by_column[:, number]
    lost = tuple(declined[row] for row in rows)
    return Learnt(
        clients=lost,
        features=features,
        events=dict(zip(lost, _events(columns, by_column), strict=True)),
        explained=explained,
        onsets=len(declined),
    )


def _events(columns: Sequence[Column], by_column: Numbers) -> list[frozenset[str]]:
    """The events likely behind each loss, of shares of shape (n, p)."""
    shares: dict[tuple[str, ...], Numbers] = {}
    for number, column in enumerate(columns):
        if column.event_ids:
            before = shares.get(column.event_ids, np.zeros(len(by_column)))
            shares[column.event_ids] = before + by_column[:, number]
    return [
        frozenset(each for ids, of in shares.items() if of[row] >= CITED for each in ids)
        for row in range(len(by_column))
    ]


def as_weights(learnt: Learnt, lost: Decomposition) -> Weights:
    """What was learnt, in units of what is unknown, by the features of a decomposition.

    Parameters
    ----------
    learnt
        Of all lost clients; one of whom nothing was learnt is all unknown.
    lost
        Their decomposition. A feature that its model does not know leaves its share to the first of
        the same reason that it knows, and to `unknown` where there is none.
    """
    names = lost.churn.features
    reason = {feature.name: feature.reason for feature in CATALOGUE}
    shares = np.zeros((len(lost.churn.clients), len(names)))
    rows = lost.churn.clients.get_indexer(pd.Index(learnt.clients))
    for name, values in learnt.features.items():
        same = [each for each in names if reason[each] == reason[name]]
        if same:
            shares[rows, names.index(name if name in same else same[0])] += values
    unknown = np.maximum(1.0 - shares.sum(axis=1, keepdims=True), _LEAST_UNKNOWN)
    of = np.array([[reason[name] == one for one in DRIVEN] for name in names], dtype=np.float64)
    return Weights((shares @ of) / unknown, shares / unknown)
