"""The compiled loops of prediction: which leaves are struck out, and the values of those reached.

Rows are worked on in blocks that stay in the processor's cache, laid out a column at a time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from segml.boosting.bits import DE_BRUIJN, TOP_SIX, WORD
from segml.boosting.compiled import compiled
from segml.boosting.kernels import code_place, fill
from segml.boosting.splits import CATEGORIES, LEFT_IF_ABSENT, RIGHT_IF_ABSENT, ZERO_TO_LEFT

BLOCK_ROWS = 256
_ALL, _ONE = np.uint64(WORD), np.uint64(1)
_HASH, _SHIFT = np.uint64(DE_BRUIJN), np.uint64(TOP_SIX)

Array = Any
Arrays = Any


@compiled
def strike_out(block: Array, tree: Arrays, splits: Arrays, kept: Array, alive: Array) -> None:
    """Set `alive` (rows,) to the leaves that rows reach, the tree being splits [first, end)."""
    features, kinds, thresholds, code_starts, goes = splits
    alive[:] = _ALL
    for split in range(tree[0], tree[1]):
        x, kind = block[features[split]], kinds[split]
        threshold, word = thresholds[split], kept[split]
        if kind == RIGHT_IF_ABSENT:
            for r in range(len(alive)):
                alive[r] &= _ALL if x[r] <= threshold else word
        elif kind == LEFT_IF_ABSENT:
            for r in range(len(alive)):
                alive[r] &= word if x[r] > threshold else _ALL
        elif kind == CATEGORIES:
            codes = goes[code_starts[split] : code_starts[split + 1]]
            for r in range(len(alive)):
                alive[r] &= _ALL if codes[code_place(x[r], len(codes))] else word
        else:
            for r in range(len(alive)):
                by_default = x[r] == 0 or np.isnan(x[r])
                if not (kind == ZERO_TO_LEFT if by_default else x[r] <= threshold):
                    alive[r] &= word


@compiled
def add_leaves(X: Array, first: int, end: int, forest: Arrays, total: Array) -> None:
    """Add to `total` (n,) the leaves' values of rows [first, end) of X (n, p), tree by tree."""
    zero, splits, first_splits, kept, values = forest
    block = np.zeros((X.shape[1], BLOCK_ROWS), np.float32)
    words = np.empty(BLOCK_ROWS, np.uint64)
    for begin in range(first, end, BLOCK_ROWS):
        count = min(BLOCK_ROWS, end - begin)
        fill(X, begin, count, zero, block)
        alive, sums = words[:count], total[begin : begin + count]
        for tree in range(len(values)):
            strike_out(block, (first_splits[tree], first_splits[tree + 1]), splits, kept, alive)
            own = values[tree]
            for r in range(count):
                lowest = alive[r] & (~alive[r] + _ONE)
                sums[r] += own[(lowest * _HASH) >> _SHIFT]
