"""The compiled walk of two-row Shapley values: both rows down every tree, parting where they part.

`between` has the formula. A walk goes down for the later row and keeps, at each split where the two
rows part for the first time on its feature, the other side for later. At a leaf reached with u
features that had to come from the later row and v that had to come from the earlier one, each of
the u gains and each of the v loses a share of the leaf's value; on the way back these are summed
and given to the features whose splits they passed. Splits where the rows agree cost a step each,
and a tree in which they never part costs one path.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from segml.boosting.compiled import compiled
from segml.boosting.splits import CATEGORIES, LEFT_IF_ABSENT, RIGHT_IF_ABSENT, ZERO_TO_LEFT

Array = Any
Arrays = Any

_FREE, _AFTER, _BEFORE = range(3)


@compiled
def goes_left(x: float, split: int, splits: Arrays) -> Any:
    """Whether a split sends a value to the left."""
    _, kinds, thresholds, code_starts, goes = splits
    kind = kinds[split]
    if kind == RIGHT_IF_ABSENT:
        return x <= thresholds[split]
    if kind == LEFT_IF_ABSENT:
        return not x > thresholds[split]
    if kind == CATEGORIES:
        known = code_starts[split + 1] - code_starts[split]
        return -1 < x < known and goes[code_starts[split] + int(x)]
    if x == 0 or np.isnan(x):
        return kind == ZERO_TO_LEFT
    return x <= thresholds[split]


@compiled
def walk_pairs(
    before: Array, after: Array, first: int, end: int, forest: Arrays, shares: Array
) -> None:
    """Add to `shares` (m, p) what every feature did between rows [first, end) of both (m, p)."""
    zero, splits, (lefts, rights), roots, values, (gains, losses) = forest
    features = splits[0]
    width, depth_most = before.shape[1], len(gains)
    then, now = np.empty(width, np.float32), np.empty(width, np.float32)
    taken = np.zeros(width, np.int8)
    at_feature, other = np.empty(depth_most, np.int64), np.empty(depth_most, np.int64)
    kept_gain, kept_loss = np.empty(depth_most), np.empty(depth_most)
    for row in range(first, end):
        for f in range(width):
            x0, x1 = before[row, f], after[row, f]
            then[f] = np.float32(0) if abs(x0) <= zero else x0
            now[f] = np.float32(0) if abs(x1) <= zero else x1
        for root in roots:
            node, depth, u, v = root, 0, 0, 0
            while True:
                while node >= 0:
                    f = features[node]
                    left_then = goes_left(then[f], node, splits)
                    left_now = goes_left(now[f], node, splits)
                    if left_then != left_now and taken[f] == _FREE:
                        at_feature[depth] = f
                        other[depth] = lefts[node] if left_then else rights[node]
                        depth, u = depth + 1, u + 1
                        taken[f] = _AFTER
                    left = left_then if taken[f] == _BEFORE else left_now
                    node = lefts[node] if left else rights[node]
                gain, loss = values[~node] * gains[u, v], values[~node] * losses[u, v]
                while depth > 0 and taken[at_feature[depth - 1]] == _BEFORE:
                    depth, v = depth - 1, v - 1
                    f = at_feature[depth]
                    shares[row, f] -= loss
                    taken[f] = _FREE
                    gain, loss = gain + kept_gain[depth], loss + kept_loss[depth]
                if depth == 0:
                    break
                f = at_feature[depth - 1]
                shares[row, f] += gain
                kept_gain[depth - 1], kept_loss[depth - 1] = gain, loss
                taken[f] = _BEFORE
                u, v = u - 1, v + 1
                node = other[depth - 1]
