"""Two-row Shapley values for many pairs: the same numbers as `between`, by compiled loops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from segml.boosting.between import Values, shapley_weights
from segml.boosting.matrix import Matrix
from segml.boosting.splits import Arrays, first_places, joined, splits_of
from segml.boosting.stretches import side_by_side
from segml.boosting.trees import ZERO, Trees, TreeTable

Places = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class PairTables:
    """A forest laid out for the loops.

    Parameters
    ----------
    splits
        Of all trees (`splits_of`).
    steps
        int32 of shape (n, 5), tree by tree, each from its root down and up again: what is done
        (`ENTER`, `LEAF`, `LEAVE`), the split or leaf, its level, where its state is kept and where
        its sums. A split's left child keeps its state one further and its sums in the same place,
        the right child the other way round: what is still needed is not overwritten.
    above
        For every split, where those above it on the same feature begin; and of each of these its
        level, and 1 where the split is on its left.
    values
        float64: the values of all leaves.
    weights
        float64 of shape (2, n): what each of u gaining and v losing features gets of a leaf, at
        u + (depth + 1) v; the last is 0.
    depth
        The most splits on a path.
    """

    splits: Arrays
    steps: Places
    above: tuple[Places, Places]
    values: Values
    weights: Values
    depth: int


def pair_tables(trees: Trees) -> PairTables | None:
    """The tables of a forest, laid out one after the other; None where its paths are too long."""
    from segml.boosting.parting import DEEPEST  # half a second: when needed

    depth = trees.depth
    if depth > DEEPEST:
        return None
    places = zip(trees.tables, *first_places(trees), strict=False)
    grown = [(tree, split, leaf) for tree, split, leaf in places if len(tree.feature)]
    above = [own for tree, _, _ in grown for own in _above(tree)]
    return PairTables(
        splits=splits_of(trees),
        steps=np.array(
            [step for tree, *at in grown for step in _steps(tree, *at)], np.int32
        ).reshape(-1, 5),
        above=(
            np.array([0, *accumulate(len(own) for own in above)], np.int32),
            np.array([one for own in above for one in own], np.int32).reshape(-1, 2),
        ),
        values=joined([tree.value for tree in trees.tables], np.float64),
        weights=_weights(depth),
        depth=depth,
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
    from segml.boosting.parting import share_pairs  # half a second: when needed

    shares = np.empty(before.shape)
    laid_out = (tables.splits, tables.steps, tables.above, tables.values, tables.weights)
    forest = (ZERO, (*laid_out, tables.depth))

    def share(first: int, end: int) -> None:
        share_pairs(before, after, first, end, forest, shares)

    side_by_side(share, len(before))
    return shares


def _steps(tree: TreeTable, split: int, leaf: int) -> Iterator[tuple[int, int, int, int, int]]:
    """The steps of a tree whose splits and leaves begin at these places."""
    from segml.boosting.parting import ENTER, LEAF, LEAVE  # half a second: when needed

    open_nodes = [(ENTER, 0, 0, 0, 0)]
    while open_nodes:
        does, node, level, state, own = open_nodes.pop()
        if node < 0:
            yield LEAF, leaf + ~node, level, state, own
            continue
        yield does, split + node, level, state, own
        if does == ENTER:
            open_nodes += [
                (LEAVE, node, level, state, own),
                (ENTER, int(tree.right[node]), level + 1, state, own + 1),
                (ENTER, int(tree.left[node]), level + 1, state + 1, own),
            ]


def _above(tree: TreeTable) -> list[list[tuple[int, bool]]]:
    """For every split the level of each above it on its feature, and whether it is on its left."""
    found: list[list[tuple[int, bool]]] = [[] for _ in tree.feature]
    for _, path in tree.paths():
        for depth, (split, _) in enumerate(path):
            found[split] = [
                (level, on_left)
                for level, (other, on_left) in enumerate(path[:depth])
                if tree.feature[other] == tree.feature[split]
            ]
    return found


def _weights(depth: int) -> Values:
    by_both = np.array(shapley_weights(depth))
    flat = by_both.transpose(0, 2, 1).reshape(2, -1)
    return np.concatenate([flat, np.zeros((2, 1))], axis=1)
