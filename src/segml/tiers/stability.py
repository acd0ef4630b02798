"""Whether few clients carry a clustering: its tiers come back when the clients are drawn anew."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.base import clone

from segml.tiers.clusters import ClusterTiers

Array = npt.NDArray[np.float64]

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
    rng = np.random.default_rng(seed)
    shares = np.zeros((REDRAWS, tiers.n_tiers_))
    for draw in shares:
        again = clone(tiers)
        try:
            again.fit(rows[rng.integers(0, len(rows), len(rows))])
        except ValueError:  # all drawn rows have one profit
            continue
        other = again.predict(rows)
        for tier in range(tiers.n_tiers_):
            mine = found == tier
            draw[tier] = max(
                float((mine & (other == one)).sum() / (mine | (other == one)).sum())
                for one in range(again.n_tiers_)
            )
    return np.asarray(shares.mean(axis=0), dtype=np.float64)
