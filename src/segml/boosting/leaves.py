"""Raw scores of many rows at once: the leaf that a row reaches in each tree, by bits.

Number a tree's leaves from left to right, a bit each. A row that a split sends to the right reaches
none of the leaves on the split's left: once these are struck out for all such splits of the tree,
reached or not, the lowest bit that is left is the row's leaf (QuickScorer: Lucchese et al. 2015,
SIGIR, 73-82). No step depends on the one before, so that the processor does many rows at once. Leaf
values are added in the trees' order, which is LightGBM's: the scores are the same to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segml.boosting.bits import BITS, WORD, slot_of
from segml.boosting.matrix import Matrix
from segml.boosting.splits import Arrays, first_places, splits_of
from segml.boosting.stretches import side_by_side
from segml.boosting.trees import ZERO, Ints, Trees, TreeTable

Values = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class LeafTables:
    """A forest laid out for prediction.

    Parameters
    ----------
    splits
        Of all trees (`splits_of`).
    first_splits
        int64: where each tree's splits begin, and the end.
    kept
        uint64: for every split the leaves that a row sent to the right may still reach.
    values
        float64 of shape (trees, 64): the leaves' values, each at `slot_of` its bit.
    """

    splits: Arrays
    first_splits: Ints
    kept: Words
    values: Values


def leaf_tables(trees: Trees) -> LeafTables | None:
    """The tables of a forest; None where a tree has more leaves than a word has bits."""
    if any(len(tree.value) > BITS for tree in trees.tables):
        return None
    first_splits, _ = first_places(trees)
    kept = [word for tree in trees.tables for word in _kept(tree)]
    return LeafTables(
        splits=splits_of(trees),
        first_splits=np.array(first_splits, dtype=np.int64),
        kept=np.array(kept, dtype=np.uint64),
        values=np.array([_values(tree) for tree in trees.tables]).reshape(-1, BITS),
    )


def raw_scores(tables: LeafTables, X: Matrix) -> Values:
    """The sum of every row's leaves, float64 of shape (n,).

    Parameters
    ----------
    tables
        Of the forest.
    X
        float32 of shape (n, p), already checked.
    """
    from segml.boosting.reach import add_leaves  # half a second: when needed

    total = np.zeros(len(X))
    forest = (ZERO, tables.splits, tables.first_splits, tables.kept, tables.values)

    def add(first: int, end: int) -> None:
        add_leaves(X, first, end, forest, total)

    side_by_side(add, len(X))
    return total


def _kept(tree: TreeTable) -> list[int]:
    lost = [0] * len(tree.feature)
    for place, (_, path) in enumerate(tree.paths()):
        for split, goes_left in path:
            if goes_left:
                lost[split] |= 1 << place
    return [WORD & ~leaves for leaves in lost]


def _values(tree: TreeTable) -> Values:
    values = np.zeros(BITS)
    for place, (leaf, _) in enumerate(tree.paths()):
        values[slot_of(place)] = tree.value[leaf]
    return values
