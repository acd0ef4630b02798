"""The splits of a forest as flat arrays, one tree after the other: what compiled loops read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from segml.boosting.atoms import floor32
from segml.boosting.trees import Flags, Trees, TreeTable

RIGHT_IF_ABSENT, LEFT_IF_ABSENT, ZERO_TO_LEFT, ZERO_TO_RIGHT, CATEGORIES = range(5)
"""What a split does beside comparing: where a missing value goes; where missing and 0 go; codes."""

Arrays = tuple[npt.NDArray[Any], ...]


def splits_of(trees: Trees) -> Arrays:
    """Of every split its feature, kind and threshold, where its codes start; and the codes' sides.

    Parameters
    ----------
    trees
        The model's trees; their splits keep their order.
    """
    tables = trees.tables
    codes = [goes for tree in tables for goes in _codes(tree)]
    return (
        joined([tree.feature for tree in tables], np.int32),
        joined([_kinds(tree) for tree in tables], np.int8),
        joined([floor32(tree.threshold) for tree in tables], np.float32),
        np.array([0, *accumulate(len(goes) for goes in codes)], dtype=np.int64),
        joined(codes, np.bool_),
    )


def first_places(trees: Trees) -> tuple[list[int], list[int]]:
    """Where each tree's splits and leaves begin among those of all trees; then the end of all."""
    splits = accumulate((len(tree.feature) for tree in trees.tables), initial=0)
    leaves = accumulate((len(tree.value) for tree in trees.tables), initial=0)
    return list(splits), list(leaves)


def joined(parts: Sequence[npt.NDArray[Any]], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """The arrays one after the other, as one of this type; empty for none."""
    return np.concatenate([np.zeros(0, dtype), *parts]).astype(dtype)


def _kinds(tree: TreeTable) -> npt.NDArray[np.int8]:
    absent = tree.absent_goes_left()
    kinds = np.where(absent, LEFT_IF_ABSENT, RIGHT_IF_ABSENT)
    zeros = np.where(absent, ZERO_TO_LEFT, ZERO_TO_RIGHT)
    kinds = np.where(tree.zero_by_default, zeros, kinds)
    return np.where(tree.categorical, CATEGORIES, kinds).astype(np.int8)


def _codes(tree: TreeTable) -> list[Flags]:
    """For every split whether it sends code 0, 1, … to the left; nothing where it is numeric.

    The last stands for all greater codes and for no code: none of them goes left.
    """
    found = [np.zeros(0, np.bool_)] * len(tree.feature)
    for split, codes in tree.categories.items():
        found[split] = np.zeros(int(codes.max(initial=-1)) + 2, np.bool_)
        found[split][codes] = True
    return found
