"""Leaks: features that know the label, seen by what they tell alone, one by one.

Features are made of rows dated before a cut-off, so what is dated cannot leak. What is not can:
a client's facts (its manager, size, channel) are those of today, and a company that moves lost
clients to a desk of their own tells every past cut-off who will be lost. So can a table whose rows
are written after the fact under an earlier date. Two marks give such a feature away:

- it alone tells who will be lost so well that clients' own orders come nowhere near it;
- it tells lost clients apart, and those that had bought lately too; of those that bought lately
  before today it tells nothing: nobody has marked them yet. (A source that has stopped looks the
  same, and is as good a reason not to trust the model.)

References
----------
Kaufman, Rosset, Perlich and Stitelman (2012), Leakage in Data Mining: Formulation, Detection, and
Avoidance, ACM TKDD 6(4). Bamber (1975), J. Mathematical Psychology 12: the area under the curve.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from segml.outcomes.folds import client_groups
from segml.outcomes.rows import Matrix, Rows, Values

Codes = npt.NDArray[np.int64]
Mark = Literal["tells too much", "tells nothing today"]

ENOUGH = 100
"""Different clients lost, and as many that stayed: with fewer, chance looks like anything."""
TOO_GOOD = 0.95
AHEAD_OF_ORDERS = 0.05
"""What the best feature of the clients' own orders is beaten by, before it is called too much."""
TELLING = 0.7
"""A feature that never told more is not missed when it tells nothing."""
LEFT_TODAY = 0.1
"""So little of the usual spread of risks by the feature is none."""
MOST_ROWS = 50_000
PLACES = 32
"""Parts that a number is cut into; a missing value is one more."""
SHRINK_ROWS = 10.0
"""Rows that the common rate is worth in each part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A feature that may know the label.

    Parameters
    ----------
    feature
        Its name.
    mark
        What gives it away.
    auc
        What it tells alone, 0.5 to 1: the area under the curve within cut-offs, by rates that were
        learnt on other clients.
    beside
        For `tells too much`, the same of the best feature of the clients' own orders. For `tells
        nothing today`, the spread (variance) of its risks among clients that bought lately before
        today, of that among those that had at a cut-off.
    """

    feature: str
    mark: Mark
    auc: float
    beside: float


def suspects(
    rows: Rows,
    today: Matrix,
    *,
    own_orders: Collection[str],
    silence: str,
    trusted: Collection[str] = (),
) -> tuple[Suspect, ...]:
    """The features that may know the label, in the order of the columns; none of few clients.

    Parameters
    ----------
    rows
        Labelled rows; y is 1 where the event came.
    today
        float32 of shape (m, p): the same columns of the clients a model would be used on.
    own_orders
        Columns made of clients' dated orders alone. They are not suspected: who has been silent
        for longer than it ever was may well be lost for certain.
    silence
        The column that says how long ago a client bought; the half with the least of it at each
        date are those that bought lately.
    trusted
        Columns that are not looked at.
    """
    rows = rows.take(rows.order)
    rows = rows.take(np.arange(0, len(rows), max(1, -(-len(rows) // MOST_ROWS))))
    if not _are_enough(rows):
        return ()
    place = rows.columns.index(silence)
    lately, now = rows.take(_lately(rows, place)), today[_shortest(today[:, place])]
    where, where_lately = _where(rows), _where(lately)
    whole = [_area(_Counts.of(rows, j, where)) for j in range(len(rows.columns))]
    own = [auc for name, auc in zip(rows.columns, whole, strict=True) if name in own_orders]
    best = max(own, default=0.5)
    found = []
    for j, (name, auc) in enumerate(zip(rows.columns, whole, strict=True)):
        if name in own_orders or name in trusted:
            continue
        if auc >= max(TOO_GOOD, best + AHEAD_OF_ORDERS):
            found.append(Suspect(feature=name, mark="tells too much", auc=auc, beside=best))
        elif auc >= TELLING and len(now):
            left = _spread_left(_Counts.of(lately, j, where_lately), now[:, j])
            if left <= LEFT_TODAY:
                found.append(
                    Suspect(feature=name, mark="tells nothing today", auc=auc, beside=left)
                )
    return tuple(found)


def _are_enough(rows: Rows) -> bool:
    lost = rows.y == 1
    return min(len(set(rows.client[lost])), len(set(rows.client[~lost]))) >= ENOUGH


def _lately(rows: Rows, place: int) -> npt.NDArray[np.int64]:
    """The rows of the half that bought last, cut-off by cut-off."""
    at = [np.flatnonzero(rows.cutoff == day) for day in np.unique(rows.cutoff)]
    return np.concatenate([one[_shortest(rows.X[one, place])] for one in at])


def _shortest(silence: Matrix) -> npt.NDArray[np.bool_]:
    known = silence[~np.isnan(silence)]
    return np.asarray(silence <= (np.median(known) if len(known) else 0.0))


def _where(rows: Rows) -> tuple[Codes, Codes, Codes]:
    """Group, cut-off and label of every row, as codes: the same for every feature."""
    cutoff = np.unique(rows.cutoff, return_inverse=True)[1].astype(np.int64)
    return client_groups(rows.client), cutoff, (rows.y == 1).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _Counts:
    """Clients by what one feature says of them.

    Parameters
    ----------
    edges
        Rising values that part the known ones; missing values are a last part of their own.
    table
        float64 of shape (groups of clients, cut-offs, 2, parts): the stayed, and the lost.
    """

    edges: Values
    table: Values

    @classmethod
    def of(cls, rows: Rows, place: int, where: tuple[Codes, Codes, Codes]) -> _Counts:
        values = rows.X[:, place].astype(np.float64)
        known = values[~np.isnan(values)]
        if place in rows.categorical:
            edges = np.unique(known)[1:]
        else:
            cuts = np.arange(1, PLACES) / PLACES
            edges = np.unique(np.quantile(known, cuts)) if len(known) else known
        codes = (*where, _parts(edges, values))
        shape = (*(int(code.max()) + 1 for code in codes[:2]), 2, len(edges) + 2)
        cells = np.bincount(np.ravel_multi_index(codes, shape), minlength=int(np.prod(shape)))
        return cls(edges, cells.reshape(shape).astype(np.float64))


def _parts(edges: Values, values: Values) -> npt.NDArray[np.int64]:
    """The part each value falls into; a missing one into the last."""
    within = np.searchsorted(edges, values, side="right")
    return np.where(np.isnan(values), len(edges) + 1, within).astype(np.int64)


def _rates(stayed_and_lost: Values) -> Values:
    """The share that was lost in each part, of counts (2, parts), drawn to the mean."""
    stayed, lost = stayed_and_lost
    mean = lost.sum() / max(stayed_and_lost.sum(), 1.0)
    return np.asarray((lost + SHRINK_ROWS * mean) / (stayed + lost + SHRINK_ROWS))


def _area(counts: _Counts) -> float:
    """The mean area under the curve within cut-offs, ranked by the rates of the other groups."""
    total = weights = 0.0
    everybody = counts.table.sum(axis=(0, 1))
    for own in counts.table:
        others = everybody - own.sum(axis=0) if len(counts.table) > 1 else everybody
        order = np.argsort(_rates(others), kind="stable")
        stayed, lost = own[:, 0, order], own[:, 1, order]
        below = np.cumsum(stayed, axis=1) - stayed
        won = (lost * (below + 0.5 * stayed)).sum(axis=1)
        pairs = stayed.sum(axis=1) * lost.sum(axis=1)
        # the area is won / pairs; a cut-off counts by the smaller of its two kinds, about
        clients = np.maximum(own.sum(axis=(1, 2)), 1.0)
        total += float((won / clients).sum())
        weights += float((pairs / clients).sum())
    return max(total / weights, 0.5) if weights > 0 else 0.5


def _spread_left(counts: _Counts, today: Matrix) -> float:
    """The variance of the feature's risks among some clients of today, of the usual one."""
    rates = _rates(counts.table.sum(axis=(0, 1)))
    usual = float(np.mean([_variance(rates, at) for at in counts.table.sum(axis=(0, 2))]))
    parts = _parts(counts.edges, today.astype(np.float64))
    now = _variance(rates, np.bincount(parts, minlength=len(rates)).astype(np.float64))
    return now / usual if usual > 0 else 1.0


def _variance(rates: Values, clients: Values) -> float:
    if clients.sum() == 0:
        return 0.0
    mean = np.average(rates, weights=clients)
    return float(np.average((rates - mean) ** 2, weights=clients))
