"""How far two models that learnt on other clients name the same reasons for the same client.

Features that say nearly the same share a reason between them by chance: one forest splits on this,
the next on that. So features that rank clients alike count as one, with the sum of their shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from scipy.stats import rankdata

from segml.outcomes.rows import Matrix, Values
from segml.outcomes.score import AdditiveScore

ALIKE = 0.8
"""The rank correlation, of either sign, from which on two features count as one reason."""
LEADING = 5
"""Reasons of a client that count as its leading ones."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Agreement:
    """How far two scores agree on the reasons of n clients.

    Parameters
    ----------
    kept
        Shape (n,): the share of a client's leading reasons that both scores name.
    rank
        Shape (n,): the rank correlation of the sizes of all its reasons.
    groups
        Features that count as one reason, indices by group; a feature may be alone.
    """

    kept: Values
    rank: Values
    groups: tuple[tuple[int, ...], ...]

    @property
    def by_chance(self) -> float:
        """What `kept` would be if either score drew its leading reasons."""
        return min(LEADING / max(len(self.groups), 1), 1.0)


def agreement(first: AdditiveScore, second: AdditiveScore, X: Matrix) -> Agreement:
    """How far two scores of the same columns name the same reasons.

    Parameters
    ----------
    first, second
        Learnt on different clients.
    X
        float32 of shape (n, p), the clients, at least two.

    References
    ----------
    Meinshausen, Bühlmann (2010), Stability selection, J. Royal Statistical Society B 72(4): what
    is found again on halves of the data.
    """
    groups = alike(X)
    sizes = [_summed(score.contributions(X)[0], groups) for score in (first, second)]
    top = min(LEADING, len(groups))
    named = [_leads(size, top) for size in sizes]
    kept = (named[0] & named[1]).sum(axis=1) / top
    return Agreement(kept=kept, rank=_correlations(*sizes), groups=groups)


def alike(X: Matrix) -> tuple[tuple[int, ...], ...]:
    """Columns that rank rows alike, as groups of indices; average linkage on 1 - |correlation|.

    Parameters
    ----------
    X
        float32 of shape (n, p), NaN for missing, at least one column; a missing value ranks with
        the median, so that what is missing together is not alike by that alone.
    """
    if X.shape[1] < 2:
        return tuple((j,) for j in range(X.shape[1]))
    ranks = np.column_stack([_ranks(column) for column in X.T.astype(np.float64)])
    ranks -= ranks.mean(axis=0)
    length = np.sqrt((ranks**2).sum(axis=0))
    ranks /= np.where(length > 0, length, 1.0)
    apart = np.clip(1.0 - np.abs(ranks.T @ ranks), 0.0, 1.0)
    np.fill_diagonal(apart, 0.0)
    tree = linkage(squareform(apart, checks=False), method="average")
    label = fcluster(tree, t=1.0 - ALIKE, criterion="distance")
    found = [tuple(np.flatnonzero(label == one).tolist()) for one in np.unique(label)]
    return tuple(sorted(found))


def _ranks(column: Values) -> Values:
    known = ~np.isnan(column)
    ranks = np.full(len(column), (known.sum() + 1) / 2.0)
    ranks[known] = rankdata(column[known])
    return ranks


def _summed(values: Values, groups: Sequence[tuple[int, ...]]) -> Values:
    """The sizes of the groups' contributions, shape (n, groups)."""
    return np.column_stack([np.abs(values[:, list(group)].sum(axis=1)) for group in groups])


def _leads(size: Values, top: int) -> npt.NDArray[np.bool_]:
    """The `top` largest of each row, the first of equals."""
    places = np.argsort(np.argsort(-size, axis=1, kind="stable"), axis=1, kind="stable")
    return np.asarray(places < top)


def _correlations(one: Values, other: Values) -> Values:
    """Spearman's of each row; 0 where either has no order."""
    first, second = (
        ranks - ranks.mean(axis=1, keepdims=True)
        for ranks in (rankdata(values, axis=1) for values in (one, other))
    )
    length = np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    shared = (first * second).sum(axis=1)
    return np.asarray(np.divide(shared, length, out=np.zeros(len(shared)), where=length > 0))
