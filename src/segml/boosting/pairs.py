"""Two-row Shapley values for many pairs: the same numbers as `between`, by a compiled walk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segml.boosting.between import Values, shapley_weights
from segml.boosting.matrix import Matrix
from segml.boosting.splits import Arrays, first_places, joined, splits_of
from segml.boosting.stretches import side_by_side
from segml.boosting.trees import ZERO, Ints, Trees


@dataclass(frozen=True, slots=True, eq=False)
class PairTables:
    """A forest laid out for the walk.

    Parameters
    ----------
    splits
        Of all trees (`splits_of`).
    children
        int64: the left and the right child of every split; a split, or ~leaf.
    roots
        int64: where each tree begins; a split, or ~leaf.
    values
        float64: the values of all leaves.
    weights
        What each of u gaining and v losing features gets of a leaf, by (u, v).
    """

    splits: Arrays
    children: tuple[Ints, Ints]
    roots: Ints
    values: Values
    weights: tuple[Values, Values]


def pair_tables(trees: Trees) -> PairTables:
    """The tables of a forest, laid out one after the other."""
    tables = trees.tables
    placed = list(zip(tables, *first_places(trees), strict=False))
    return PairTables(
        splits=splits_of(trees),
        children=(
            joined([_moved(tree.left, *at) for tree, *at in placed], np.int64),
            joined([_moved(tree.right, *at) for tree, *at in placed], np.int64),
        ),
        roots=np.array(
            [split if len(tree.feature) else ~leaf for tree, split, leaf in placed], np.int64
        ),
        values=joined([tree.value for tree in tables], np.float64),
        weights=shapley_weights(trees.depth),
    )


def between_pairs(tables: PairTables, before: Matrix, after: Matrix) -> Values:
    """The share of every feature in ``raw(after) - raw(before)``, row by row.

    Parameters
    ----------
    tables
        Of the forest.
    before, after
        float32 of shape (m, p), already checked.

    Returns
    -------
    ndarray
        float64 of shape (m, p); exactly 0.0 where a feature did not change.
    """
    from segml.boosting.walk import walk_pairs  # half a second: when needed

    shares = np.zeros(before.shape)
    forest = (ZERO, tables.splits, tables.children, tables.roots, tables.values, tables.weights)

    def walk(first: int, end: int) -> None:
        walk_pairs(before, after, first, end, forest, shares)

    side_by_side(walk, len(before))
    return shares


def _moved(children: Ints, split: int, leaf: int) -> Ints:
    """The children by their places among all trees' splits and leaves."""
    return np.where(children >= 0, children + split, children - leaf)
