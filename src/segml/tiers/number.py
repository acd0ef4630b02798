"""How many clusters a portfolio carries: each number tried, its stability and separation, a choice.

*Stability*: the clients are drawn anew, clustered again, and each tier is held against the new one
of its rank; `kept` is the Jaccard index of the tier that fares worst, the mean over redraws (Hennig
2007, Cluster-wise assessment of cluster stability, Computational Statistics and Data Analysis 52;
his clusters have no ranks). A number below `STABLE_ENOUGH` is refused; so is one whose tiers merge,
or that leaves a tier too few clients. Choosing a number by what redraws agree on: Lange, Roth,
Braun, Buhmann 2004, Stability-based validation of clustering solutions, Neural Computation 16.

*Separation*: the mean silhouette in value space (Rousseeuw 1987, Silhouettes: a graphical aid to
the interpretation and validation of cluster analysis, Journal of Computational and Applied
Mathematics 20): how much nearer clients are to their own tier than to the next, in [-1, 1].

Of the numbers that are not refused the one with the greatest product of both is taken, the smallest
among equals: neither a split that is clear but does not come back, nor one that comes back but
parts nothing. None left: the tiers are a ranking.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone
from sklearn.metrics import silhouette_score

from segml.tiers.clusters import ClusterTiers
from segml.tiers.stability import SMALL_TIER, STABLE, kept_in_place

Array = npt.NDArray[np.float64]

NUMBERS = range(2, 9)
"""The numbers that are tried."""
STABLE_ENOUGH = 0.85
"""What every tier of a chosen number keeps: "highly stable" in Hennig's words."""
TRIED_ON = 5_000
"""Clients, at most, that the numbers are tried on: fewer are harder to agree on, never easier."""
SEPARATED_ON = 2_000
"""Clients, at most, between whom all distances are taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedNumber:
    """One number of clusters and how it held.

    Parameters
    ----------
    number
        Clusters asked for.
    kept
        The Jaccard index of the tier that comes back worst, in [0, 1]; NaN where none was looked
        for.
    separation
        The mean silhouette, in [-1, 1]; NaN where none was taken.
    refused
        Why the number cannot be chosen, as a sentence's part; empty if it can.
    chosen
        Whether it was.
    """

    number: int
    kept: float
    separation: float
    refused: str = ""
    chosen: bool = False

    @property
    def score(self) -> float:
        """Stability times separation; the greatest is chosen."""
        return self.kept * self.separation

    def to_json(self) -> dict[str, Any]:
        """Every field as a plain value; null for what was not measured."""
        value = asdict(self)
        for name in ("kept", "separation"):
            value[name] = None if math.isnan(value[name]) else value[name]
        return value

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TriedNumber:
        """The number that gave these values.

        Examples
        --------
        >>> one = TriedNumber(number=3, kept=0.9, separation=0.25, chosen=True)
        >>> TriedNumber.from_json(one.to_json()) == one
        True
        """
        unknown = {name: float("nan") for name, one in value.items() if one is None}
        return cls(**{**value, **unknown})


def try_numbers(estimator: ClusterTiers, X: Array, *, seed: int) -> tuple[TriedNumber, ...]:
    """Every number of `NUMBERS` with its figures, at most one of them chosen.

    Parameters
    ----------
    estimator
        Whose other parameters every try has; it is not fitted.
    X
        Shape (n, d); the order of the rows changes nothing.
    seed
        Of the drawing.

    Raises
    ------
    ValueError
        If the rows can carry no tiers at all (`ClusterTiers.fit`).
    """
    rows, rng = _some(X, seed)
    some = np.arange(len(rows))
    if len(rows) > SEPARATED_ON:
        some = np.sort(rng.choice(len(rows), SEPARATED_ON, replace=False))
    tried = [_tried(estimator, rows, number, some=some, seed=seed) for number in NUMBERS]
    able = [one for one in tried if not one.refused]
    best = max(able, key=lambda one: one.score, default=None)  # the first of equals
    return tuple(_chosen(one) if one is best else one for one in tried)


def unsteady(estimator: ClusterTiers, X: Array, *, seed: int) -> str:
    """Why a given number of tiers does not hold, for a note; empty if it does.

    Parameters
    ----------
    estimator
        Fitted on X. A ranking holds, and few clients are judged by `shaky`.
    X
        Shape (n, d); the order of the rows changes nothing.
    seed
        Of the drawing.
    """
    if estimator.ranking_ or len(X) < SMALL_TIER * estimator.n_tiers:
        return ""
    rows, _ = _some(X, seed)
    tiers = clone(estimator).fit(rows)
    worst = float(kept_in_place(tiers, rows, seed=seed).min())
    if worst >= STABLE:
        return ""
    return (
        f"{estimator.n_tiers} tiers were asked for and do not hold: drawn anew, one keeps "
        f"{worst:.0%} of its clients in its place; `tiers.number: auto` takes a number that holds"
    )


def none_holds(tried: tuple[TriedNumber, ...]) -> str:
    """Why no number was chosen, for the note of a ranking.

    Examples
    --------
    >>> none_holds((TriedNumber(number=2, kept=0.5, separation=0.2, refused="it does not hold"),))
    'of 2 to 2 clusters none holds; 2: it does not hold'
    """
    said = "; ".join(f"{one.number}: {one.refused}" for one in tried)
    return f"of {tried[0].number} to {tried[-1].number} clusters none holds; {said}"


def _some(X: Array, seed: int) -> tuple[Array, np.random.Generator]:
    """The rows that numbers are tried on, in an order of their own, and what draws further."""
    rows = X[np.lexsort(X.T)]
    rng = np.random.default_rng(seed)
    if len(rows) > TRIED_ON:
        rows = rows[np.sort(rng.choice(len(rows), TRIED_ON, replace=False))]
    return rows, rng


def _tried(
    estimator: ClusterTiers, rows: Array, number: int, *, some: npt.NDArray[np.intp], seed: int
) -> TriedNumber:
    tiers = clone(estimator).set_params(n_tiers=number).fit(rows)
    unknown = float("nan")
    if tiers.ranking_:
        because = f"{len(rows)} clients are too few"
        if len(rows) >= number * tiers.min_per_tier:
            because = "the clusters contradict the order of profit"
        return TriedNumber(number=number, kept=unknown, separation=unknown, refused=because)
    sizes = np.bincount(tiers.labels_, minlength=tiers.n_tiers_)
    if tiers.n_tiers_ < number:
        because = f"they make {tiers.n_tiers_} tiers"
        return TriedNumber(number=number, kept=unknown, separation=unknown, refused=because)
    if sizes.min() < tiers.min_per_tier:
        because = f"the smallest holds {sizes.min()} clients, {tiers.min_per_tier} are needed"
        return TriedNumber(number=number, kept=unknown, separation=unknown, refused=because)
    worst = float(kept_in_place(tiers, rows, seed=seed).min())
    labels = tiers.labels_[some]
    parted = len(np.unique(labels)) > 1
    apart = float(silhouette_score(tiers.transform(rows[some]), labels)) if parted else 0.0
    because = ""
    if worst < STABLE_ENOUGH:
        because = f"drawn anew, a cluster keeps {worst:.0%}, {STABLE_ENOUGH:.0%} are needed"
    elif apart <= 0:
        because = "the clusters do not part the clients"
    return TriedNumber(number=number, kept=worst, separation=apart, refused=because)


def _chosen(one: TriedNumber) -> TriedNumber:
    return TriedNumber(number=one.number, kept=one.kept, separation=one.separation, chosen=True)
