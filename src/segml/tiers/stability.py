"""Whether few clients carry a clustering: its tiers come back when the clients are drawn anew."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from sklearn.base import clone

from segml.tiers.clusters import ClusterTiers

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

SMALL_TIER = 50
"""With fewer clients than this a tier asked for, its clusters are tried before they are used.

With more, redrawing moves few of them (simulated portfolios keep 75 to 95 %) and unequal tiers are
the portfolio's own shape."""
REDRAWS = 20
STABLE = 0.75
"""What a tier must keep. Below it "membership is doubtful" (Hennig 2007, Cluster-wise assessment
of cluster stability, Computational Statistics and Data Analysis 52; his Jaccard index)."""


def shaky(tiers: ClusterTiers, X: Array, *, seed: int) -> str:
    """Why a clustering is too unstable to be used, as a sentence's part; empty if it is not.

    Parameters
    ----------
    tiers
        Fitted on X.
    X
        Shape (n, d), the training rows.
    seed
        Of the redrawing.

    Returns
    -------
    str
        For the note of a ranking.
    """
    if tiers.ranking_ or len(X) >= SMALL_TIER * tiers.n_tiers:
        return ""
    smallest = int(np.bincount(tiers.labels_, minlength=tiers.n_tiers_).min())
    if smallest < tiers.min_per_tier:
        return (
            f"the smallest cluster of {len(X)} clients would hold {smallest}, "
            f"{tiers.min_per_tier} are needed"
        )
    least = float(kept(tiers, X, seed=seed).min())
    if least >= STABLE:
        return ""
    return (
        f"drawn anew from the same {len(X)} clients, a cluster keeps {least:.0%} of its clients, "
        f"{STABLE:.0%} are needed"
    )


def kept(tiers: ClusterTiers, X: Array, *, seed: int) -> Array:
    """The share of each tier that comes back when the clients are drawn anew, shape (n_tiers_,).

    The mean, over redraws with replacement, of the Jaccard index of the tier and the most alike
    tier of a fit on the drawn clients; 0 where a redraw can carry no tiers.

    Parameters
    ----------
    tiers
        Fitted on X.
    X
        Shape (n, d); the order of the rows changes nothing.
    seed
        Of the redrawing.
    """
    rows = X[np.lexsort(X.T)]
    found = tiers.predict(rows)
    shares = np.zeros((REDRAWS, tiers.n_tiers_))
    for draw, other in zip(shares, _redrawn(tiers, rows, seed), strict=True):
        for tier in range(tiers.n_tiers_):
            draw[tier] = max(_jaccard(found == tier, other == one) for one in range(tiers.n_tiers))
    return np.asarray(shares.mean(axis=0), dtype=np.float64)


def kept_in_place(tiers: ClusterTiers, X: Array, *, seed: int) -> Array:
    """The same where a tier is looked for at its own rank alone, shape (n_tiers_,).

    Two clusters that come back but change places are other tiers to whoever reads them.

    Parameters
    ----------
    tiers, X, seed
        As for `kept`.
    """
    rows = X[np.lexsort(X.T)]
    found = tiers.predict(rows)
    shares = [
        [_jaccard(found == tier, other == tier) for tier in range(tiers.n_tiers_)]
        for other in _redrawn(tiers, rows, seed)
    ]
    return np.asarray(np.mean(shares, axis=0), dtype=np.float64)


def _redrawn(tiers: ClusterTiers, rows: Array, seed: int) -> Iterator[Ints]:
    """The tiers of the rows by a fit on each redraw of them; all -1 where it can carry none."""
    rng = np.random.default_rng(seed)
    for _ in range(REDRAWS):
        again = clone(tiers)
        try:
            again.fit(rows[rng.integers(0, len(rows), len(rows))])
        except ValueError:  # all drawn rows have one profit
            yield np.full(len(rows), -1, dtype=np.int64)
            continue
        yield again.predict(rows)


def _jaccard(one: Bools, other: Bools) -> float:
    return float((one & other).sum() / max(int((one | other).sum()), 1))
