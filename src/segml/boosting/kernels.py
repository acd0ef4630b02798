"""The compiled loops of TreeSHAP: patterns, look-ups, the deep leaves, the largest contributions.

Rows are worked on in blocks that stay in the processor's cache; inside one everything is laid out a
column at a time, so that comparisons are made for many rows at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from segml.boosting.compiled import compiled
from segml.boosting.groups import ABOVE, ABSENT, CODED, IS_ZERO, NOT_UP_TO

KNOWN, KEY_BITS = 2039, 62
"""Answers of a deep leaf that are remembered in a block; conditions that a key can hold."""

LINE = 16
"""Numbers that lie side by side in the processor's cache."""

Array = Any
Arrays = Any


@compiled
def fill(X: Array, first: int, count: int, zero: float, block: Array) -> None:
    """Copy rows of X (n, p) into the block (p, rows); what LightGBM reads as 0 becomes 0."""
    for begin in range(0, count, LINE):
        for f in range(X.shape[1]):
            for r in range(begin, min(begin + LINE, count)):
                x = X[first + r, f]
                block[f, r] = np.float32(0) if abs(x) <= zero else x


@compiled
def code_place(x: float, places: int) -> Any:
    """Where a code stands among so many places; the last is that of any other value.

    A fraction is cut towards 0. There is no branch in it, whose guess would often be wrong.
    """
    return np.uint32(x if x > -1 and x < places - 1 else places - 1)


@compiled
def find_patterns(block: Array, count: int, way: Arrays, steps: Arrays, pattern: Array) -> None:
    """Set `pattern` to each row's pattern, the way being (start, first step, end)."""
    start, first, end = way
    kinds, features, thresholds, amounts, code_starts, by_code = steps
    pattern[:count] = start
    for step in range(first, end):
        kind = kinds[step]
        x = block[features[step]]
        amount = np.int32(amounts[step])
        threshold = thresholds[step]
        if kind == ABOVE:
            for r in range(count):
                pattern[r] += amount if x[r] > threshold else np.int32(0)
        elif kind == NOT_UP_TO:
            for r in range(count):
                pattern[r] += np.int32(0) if x[r] <= threshold else amount
        elif kind == ABSENT:
            for r in range(count):
                pattern[r] += amount if x[r] != x[r] else np.int32(0)
        elif kind == IS_ZERO:
            for r in range(count):
                pattern[r] += amount if x[r] == np.float32(0) else np.int32(0)
        elif kind == CODED:
            codes = by_code[code_starts[step] : code_starts[step + 1]]
            for r in range(count):
                pattern[r] += codes[code_place(x[r], len(codes))]


@compiled
def add_tables(
    block: Array, count: int, groups: Arrays, steps: Arrays, pattern: Array, total: Array
) -> None:
    """Add every group's contributions to `total` (p, rows)."""
    starts, step_starts, _, slot_starts, table_starts, slots, table = groups
    for g in range(len(starts)):
        way = (starts[g], step_starts[g], step_starts[g + 1])
        find_patterns(block, count, way, steps, pattern)
        for s in range(slot_starts[g], slot_starts[g + 1]):
            answers = table[table_starts[g] + s - slot_starts[g] : table_starts[g + 1]]
            column = total[slots[s]]
            for r in range(count):
                column[r] += answers[np.uint32(pattern[r])]  # unsigned: never from the end


@compiled
def add_deep(
    block: Array, count: int, deep: Arrays, steps: Arrays, pattern: Array, total: Array
) -> None:
    """Add the contributions of every leaf that is worked out row by row."""
    values, slot_starts, slots, starts, step_starts, inverted, fractions, node_starts, nodes = deep
    known = np.empty(KNOWN, np.int64)
    for leaf in range(len(values)):
        begin, end = slot_starts[leaf], slot_starts[leaf + 1]
        width = end - begin
        holds = np.empty((width, count), np.int32)
        for j in range(width):
            s = begin + j
            way = (starts[s], step_starts[s], step_starts[s + 1])
            find_patterns(block, count, way, steps, pattern)
            for r in range(count):
                holds[j, r] = pattern[r] ^ inverted[s]
        weights = nodes[node_starts[leaf] : node_starts[leaf + 1]]
        told = np.empty((KNOWN, width))
        known[:] = -1
        for r in range(count):
            key = np.int64(0)
            for j in range(width):
                key = 2 * key + holds[j, r]
            place = key % KNOWN
            if width > KEY_BITS or known[place] != key:
                share_out(values[leaf], holds[:, r], fractions[begin:end], weights, told[place])
                known[place] = key
            for j in range(width):
                total[slots[begin + j], r] += told[place, j]


@compiled
def share_out(value: float, holds: Array, fractions: Array, nodes: Array, told: Array) -> None:
    """Set `told` (d,) to the Shapley values of one leaf.

    With z the fractions and o what holds, feature j gets
    v (o_j - z_j) times the integral over t in [0, 1] of the product of z_i + t (o_i - z_i), i ≠ j.
    """
    width = len(fractions)
    after = np.empty(width + 1)
    told[:] = 0.0
    for n in range(len(nodes)):
        t = nodes[n, 0]
        after[width] = 1.0
        for j in range(width - 1, -1, -1):
            after[j] = after[j + 1] * (fractions[j] + t * (holds[j] - fractions[j]))
        before = value * nodes[n, 1]
        for j in range(width):
            told[j] += before * after[j + 1]
            before *= fractions[j] + t * (holds[j] - fractions[j])
    for j in range(width):
        told[j] *= holds[j] - fractions[j]


@compiled
def tabulate(groups: Arrays, digits: Arrays, paths: Arrays, most: int) -> None:
    """Fill the table of every group: the contributions of each of its patterns."""
    _, _, sizes, slot_starts, table_starts, _, table = groups
    radices, path_starts = digits
    values, term_starts, places, truth_starts, truths, fractions, node_starts, nodes = paths
    own = np.empty((most, 64))
    bits = np.empty(most, np.int64)
    holds = np.empty(64, np.int64)
    for g in range(len(sizes)):
        size, slot_count = sizes[g], slot_starts[g + 1] - slot_starts[g]
        for path in range(path_starts[g], path_starts[g + 1]):
            begin, end = term_starts[path], term_starts[path + 1]
            width = end - begin
            weights = nodes[node_starts[path] : node_starts[path + 1]]
            for subset in range(1 << width):
                for j in range(width):
                    holds[j] = (subset >> j) & 1
                share_out(
                    values[path], holds[:width], fractions[begin:end], weights, own[subset, :width]
                )
            bits[:size] = 0
            for j in range(width):
                place = places[begin + j]
                stride = 1
                for before in range(slot_starts[g], slot_starts[g] + place):
                    stride *= radices[before]
                radix = radices[slot_starts[g] + place]
                for p in range(size):
                    digit = (p // stride) % radix
                    bits[p] |= np.int64(truths[truth_starts[begin + j] + digit]) << j
            for j in range(width):
                at = table_starts[g] + places[begin + j]
                for p in range(size):
                    table[at + p * slot_count] += own[bits[p], j]


@compiled
def add_up(X: Array, begin: int, count: int, forest: Arrays, scratch: Arrays) -> None:
    """Set the scratch's `total` (p, rows) to the contributions of `count` rows of X (n, p)."""
    zero, steps, groups, deep = forest
    block, total, pattern = scratch
    fill(X, begin, count, zero, block)
    total[:] = 0.0
    add_tables(block, count, groups, steps, pattern, total)
    add_deep(block, count, deep, steps, pattern, total)


@compiled
def make_scratch(width: int, rows: int) -> Arrays:
    """The columns of a block, what is added up for them, and a pattern a row."""
    block = np.zeros((width, rows), np.float32)
    return block, np.empty((width, rows)), np.empty(rows, np.int32)


@compiled
def explain_rows(X: Array, first: int, end: int, rows: int, forest: Arrays, out: Array) -> None:
    """Write the contributions of rows [first, end) of X (n, p) into `out` (n, p)."""
    scratch = make_scratch(X.shape[1], rows)
    total = scratch[1]
    for begin in range(first, end, rows):
        count = min(rows, end - begin)
        add_up(X, begin, count, forest, scratch)
        for r in range(count):
            for f in range(X.shape[1]):
                out[begin + r, f] = total[f, r]


@compiled
def leading_rows(
    X: Array, first: int, end: int, rows: int, forest: Arrays, more: Arrays, found: Arrays
) -> None:
    """Write the largest contributions of rows [first, end), and the sum of all of each row's.

    `more` is (weight, places, extra): a contribution is weight times the forest's plus, in the
    columns `places`, `extra` (m, n). `found` is (columns, values, told); places without a
    contribution have column -1 and value 0; equal ones stand in column order.
    """
    weight, places, extra = more
    scratch = make_scratch(X.shape[1], rows)
    total = scratch[1]
    for begin in range(first, end, rows):
        count = min(rows, end - begin)
        add_up(X, begin, count, forest, scratch)
        total *= weight
        for m in range(len(places)):
            for r in range(count):
                total[places[m], r] += extra[m, begin + r]
        pick(total, count, begin, found)


@compiled
def pick(total: Array, count: int, begin: int, found: Arrays) -> None:
    """Keep the largest of each row's contributions, in falling order of magnitude."""
    columns, values, told = found
    top = columns.shape[1]
    columns[begin : begin + count] = -1
    values[begin : begin + count] = 0.0
    told[begin : begin + count] = 0.0
    for f in range(total.shape[0]):
        for r in range(count):
            value = total[f, r]
            row = begin + r
            told[row] += value
            size = abs(value)
            if size <= abs(values[row, top - 1]):
                continue
            place = top - 1
            while place > 0 and size > abs(values[row, place - 1]):
                values[row, place] = values[row, place - 1]
                columns[row, place] = columns[row, place - 1]
                place -= 1
            values[row, place] = value
            columns[row, place] = f
