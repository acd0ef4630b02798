"""Exact Shapley values of one row against one background row, tree by tree, leaf by leaf.

The value of a set S of features is the model's output on the row that takes S from the later row
and the rest from the earlier one. A leaf is reached by that mixed row exactly if every feature on
its path comes from a row that follows the path at all of its splits. Per leaf the features on the
path therefore fall in four: those that only the later row satisfies (U: they must come from it),
only the earlier (V: they must not), both (free), neither (no mixed row reaches the leaf). The leaf
with value v is the game v * [U in S, V outside S], whose Shapley values are

    + v (|U|-1)! |V|! / (|U|+|V|)!   for each of U,
    - v |U|! (|V|-1)! / (|U|+|V|)!   for each of V,

and 0 for the rest. Everything is linear, so leaves and trees are summed.

This is interventional TreeSHAP with a background of one row (Lundberg et al. 2020, Nature Machine
Intelligence 2, 56-67, supplementary algorithm 3; Laberge and Pequignot 2022, arXiv:2209.15123),
for LightGBM's missing values and native categoricals too, which shap's own refuses. It is the plain
version, kept as the oracle of any faster one.
"""

from __future__ import annotations

from functools import cache
from math import comb

import numpy as np
import numpy.typing as npt

from segml.boosting.matrix import Matrix
from segml.boosting.trees import Trees, TreeTable

Values = npt.NDArray[np.float64]

_PAIRS_AT_ONCE = 4096


def between_rows(trees: Trees, before: Matrix, after: Matrix) -> Values:
    """The share of every feature in ``raw(after) - raw(before)``, row by row.

    Parameters
    ----------
    trees
        The model's tables.
    before, after
        float32 of shape (m, p), already checked.

    Returns
    -------
    ndarray
        float64 of shape (m, p); exactly 0.0 where a feature did not change.
    """
    shares = np.zeros(before.shape, dtype=np.float64)
    for start in range(0, len(before), _PAIRS_AT_ONCE):
        part = slice(start, start + _PAIRS_AT_ONCE)
        for table in trees.tables:
            _add_tree(shares[part], table, before[part], after[part])
    return shares


def _add_tree(shares: Values, table: TreeTable, before: Matrix, after: Matrix) -> None:
    left_before, left_after = table.goes_left(before), table.goes_left(after)
    parts = np.flatnonzero((left_before != left_after).any(axis=1))
    if len(parts) == 0:
        return
    left_before, left_after = left_before[parts], left_after[parts]
    found = np.zeros((len(parts), shares.shape[1]))
    for leaf, path in table.paths():
        splits = np.array([split for split, _ in path])
        sides = np.array([side for _, side in path])
        features, of_feature = np.unique(table.feature[splits], return_inverse=True)
        order = np.argsort(of_feature, kind="stable")
        starts = np.searchsorted(of_feature[order], np.arange(len(features)))
        follows_before = (left_before[:, splits] == sides)[:, order]
        follows_after = (left_after[:, splits] == sides)[:, order]
        by_before = np.logical_and.reduceat(follows_before, starts, axis=1)
        by_after = np.logical_and.reduceat(follows_after, starts, axis=1)
        reached = (by_before | by_after).all(axis=1)
        must, must_not = by_after & ~by_before, by_before & ~by_after
        gains, losses = shapley_weights(len(features))
        u, v = must.sum(axis=1), must_not.sum(axis=1)
        value = np.where(reached, table.value[leaf], 0.0)
        found[:, features] += (value * gains[u, v])[:, None] * must
        found[:, features] -= (value * losses[u, v])[:, None] * must_not
    shares[parts] += found


@cache
def shapley_weights(most: int) -> tuple[Values, Values]:
    """Shapley weights of one member of U and of one member of V, by (|U|, |V|) up to `most`."""
    gains = np.zeros((most + 1, most + 1))
    losses = np.zeros_like(gains)
    for u in range(most + 1):
        for v in range(most + 1 - u):
            ways = comb(u + v, u)
            gains[u, v] = 1 / (u * ways) if u else 0.0
            losses[u, v] = 1 / (v * ways) if v else 0.0
    return gains, losses
