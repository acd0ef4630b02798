"""Two-row Shapley values for many pairs: the same numbers as `between`, by a compiled walk."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from segml.boosting.atoms import floor32
from segml.boosting.between import Values, shapley_weights
from segml.boosting.matrix import Matrix
from segml.boosting.stretches import side_by_side
from segml.boosting.trees import ZERO, Flags, Ints, Trees, TreeTable

Arrays = tuple[npt.NDArray[Any], ...]


@dataclass(frozen=True, slots=True, eq=False)
class PairTables:
    """A forest laid out for the walk.

    Parameters
    ----------
    splits
        Flat arrays over the splits of all trees, in the order in which the walk takes them apart.
    roots
        int64: where each tree begins; a split, or ~leaf.
    values
        float64: the values of all leaves.
    weights
        What each of u gaining and v losing features gets of a leaf, by (u, v).
    """

    splits: Arrays
    roots: Ints
    values: Values
    weights: tuple[Values, Values]


def pair_tables(trees: Trees) -> PairTables:
    """The tables of a forest, laid out one after the other."""
    tables = trees.tables
    splits = [0, *accumulate(len(tree.feature) for tree in tables)]
    leaves = [0, *accumulate(len(tree.value) for tree in tables)]
    placed = list(zip(tables, splits, leaves, strict=False))
    codes = [goes for tree in tables for goes in _codes(tree)]
    return PairTables(
        splits=(
            _joined([tree.feature for tree in tables], np.int32),
            _joined([_kinds(tree) for tree in tables], np.int8),
            _joined([floor32(tree.threshold) for tree in tables], np.float32),
            _joined([_moved(tree.left, *at) for tree, *at in placed], np.int64),
            _joined([_moved(tree.right, *at) for tree, *at in placed], np.int64),
            np.array([0, *accumulate(len(goes) for goes in codes)], dtype=np.int64),
            _joined(codes, np.bool_),
        ),
        roots=np.array(
            [split if len(tree.feature) else ~leaf for tree, split, leaf in placed], np.int64
        ),
        values=_joined([tree.value for tree in tables], np.float64),
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
    forest = (ZERO, tables.splits, tables.roots, tables.values, *tables.weights)

    def walk(first: int, end: int) -> None:
        walk_pairs(before, after, first, end, forest, shares)

    side_by_side(walk, len(before))
    return shares


def _joined(parts: list[npt.NDArray[Any]], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype), *parts]).astype(dtype)


def _moved(children: Ints, split: int, leaf: int) -> Ints:
    """The children by their places among all trees' splits and leaves."""
    return np.where(children >= 0, children + split, children - leaf)


def _kinds(tree: TreeTable) -> npt.NDArray[np.int8]:
    from segml.boosting.walk import (  # half a second: when needed
        CATEGORIES,
        LEFT_IF_ABSENT,
        RIGHT_IF_ABSENT,
        ZERO_TO_LEFT,
        ZERO_TO_RIGHT,
    )

    absent = tree.absent_goes_left()
    kinds = np.where(absent, LEFT_IF_ABSENT, RIGHT_IF_ABSENT)
    zeros = np.where(absent, ZERO_TO_LEFT, ZERO_TO_RIGHT)
    kinds = np.where(tree.zero_by_default, zeros, kinds)
    return np.where(tree.categorical, CATEGORIES, kinds).astype(np.int8)


def _codes(tree: TreeTable) -> list[Flags]:
    """For every split whether it sends code 0, 1, … to the left; nothing where it is numeric."""
    found = []
    for split in range(len(tree.feature)):
        codes = tree.categories.get(split, np.zeros(0, np.int64))
        goes = np.zeros(int(codes.max(initial=-1)) + 1, dtype=np.bool_)
        goes[codes] = True
        found.append(goes)
    return found
