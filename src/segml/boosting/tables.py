"""The groups of a forest as flat arrays, and their tables filled: what the kernels read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from segml.boosting.groups import Digit, Group, Step, all_groups
from segml.boosting.trees import ZERO, Trees

SHALLOW, SHALLOW_MOST, MOST = 9, 512, 4096
"""Patterns of a group at most, for trees whose paths have up to `SHALLOW` splits, and for deeper.

Measured: 300 trees of 16 leaves and depth 6 were fastest with 512 (a third less than with 128,
no more gained by 4096, for five times the memory), and 300 of 31 leaves of any depth with 4096
(half the time of 1024; twice as many saved a fourteenth for 1.7 times the memory)."""
FEW_ROWS, MANY_ROWS = 256, 4096
"""Rows worked on at once: their columns fit into a core's cache; or, where the tables themselves do
not fit, so many that bringing the tables in is spread over more rows."""
CACHE_BYTES = 8 << 20
"""Tables larger than this are taken not to stay in the cache from one block to the next."""

Arrays = tuple[npt.NDArray[Any], ...]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ShapTables:
    """A forest made ready for explanation.

    Parameters
    ----------
    base
        The expected raw score of the training rows.
    steps, groups, deep
        Flat arrays in the order in which the kernels take them apart.
    """

    base: float
    steps: Arrays
    groups: Arrays
    deep: Arrays

    @property
    def forest(self) -> tuple[float, Arrays, Arrays, Arrays]:
        """What the kernels read."""
        return ZERO, self.steps, self.groups, self.deep

    @property
    def rows(self) -> int:
        """How many rows a kernel works on at once; it changes no result."""
        return FEW_ROWS if self.groups[-1].nbytes <= CACHE_BYTES else MANY_ROWS


def shap_tables(trees: Trees, *, most: int | None = None) -> ShapTables:
    """The tables of a forest.

    Parameters
    ----------
    trees
        The model's trees.
    most
        Patterns of a group at most; None: what is fastest for trees of this depth.
    """
    from segml.boosting.kernels import tabulate  # half a second: when needed

    most = most or (SHALLOW_MOST if trees.depth <= SHALLOW else MOST)
    found = all_groups(trees.tables, most=most)
    tabled = [group for group in found if group.patterns <= most]
    deep = [group for group in found if group.patterns > most]
    alone = [digit for group in deep for digit in group.digits]
    own = [group.steps for group in tabled] + [digit.steps for digit in alone]
    first_steps = _starts(len(steps) for steps in own)
    groups = _groups(tabled, first_steps[: len(tabled) + 1])
    tabulate(groups, _digits(tabled), _paths(tabled), most)
    return ShapTables(
        base=_base(trees, found),
        steps=_steps([step for steps in own for step in steps]),
        groups=groups,
        deep=_deep(deep, alone, first_steps[len(tabled) :]),
    )


def _base(trees: Trees, groups: Iterable[Group]) -> float:
    alone = sum(float(tree.value[0]) for tree in trees.tables if len(tree.feature) == 0)
    return alone + sum(
        value * float(np.prod(path.fractions))
        for group in groups
        for path, value in zip(group.paths, group.values, strict=True)
    )


def _starts(lengths: Iterable[int]) -> Ints:
    return np.array([0, *accumulate(lengths)], dtype=np.int64)


def _steps(steps: Sequence[Step]) -> Arrays:
    by_code = [(*step.by_code, 0) for step in steps]  # the last for any other value
    return (
        np.array([step.kind for step in steps], dtype=np.int8),
        np.array([step.feature for step in steps], dtype=np.int32),
        np.array([step.threshold for step in steps], dtype=np.float32),
        np.array([step.amount for step in steps], dtype=np.int32),
        _starts(len(amounts) for amounts in by_code),
        np.array([amount for amounts in by_code for amount in amounts], dtype=np.int32),
    )


def _groups(groups: Sequence[Group], first_steps: Ints) -> Arrays:
    cells = [group.patterns * len(group.digits) for group in groups]
    return (
        np.array([group.start for group in groups], dtype=np.int32),
        first_steps,
        np.array([group.patterns for group in groups], dtype=np.int64),
        _starts(len(group.digits) for group in groups),
        _starts(cells),
        np.array([d.feature for group in groups for d in group.digits], dtype=np.int32),
        np.zeros(sum(cells)),
    )


def _digits(groups: Sequence[Group]) -> Arrays:
    return (
        np.array([d.size for group in groups for d in group.digits], dtype=np.int64),
        _starts(len(group.paths) for group in groups),
    )


def _paths(groups: Sequence[Group]) -> Arrays:
    paths = [path for group in groups for path in group.paths]
    terms = [term for group in groups for terms in group.truth for term in terms]
    return (
        np.array([value for group in groups for value in group.values], dtype=np.float64),
        _starts(len(path.features) for path in paths),
        np.array([place for place, _ in terms], dtype=np.int64),
        _starts(len(truth) for _, truth in terms),
        np.array([held for _, truth in terms for held in truth], dtype=np.int8),
        np.array([z for path in paths for z in path.fractions], dtype=np.float64),
        *_rules(len(path.features) for path in paths),
    )


def _deep(groups: Sequence[Group], alone: Sequence[Digit], first_steps: Ints) -> Arrays:
    """Leaves on their own: each condition is a digit of two classes, turned where class 0 holds."""
    truths = [truth for group in groups for truth in _by_digit(group)]
    paths = [path for group in groups for path in group.paths]
    return (
        np.array([value for group in groups for value in group.values], dtype=np.float64),
        _starts(len(path.features) for path in paths),
        np.array([digit.feature for digit in alone], dtype=np.int32),
        np.array([digit.start for digit in alone], dtype=np.int32),
        first_steps,
        np.array([truth[0] for truth in truths], dtype=np.int32),
        np.array([z for group in groups for z in _fractions(group)], dtype=np.float64),
        *_rules(len(path.features) for path in paths),
    )


def _by_digit(group: Group) -> list[tuple[bool, ...]]:
    """Of a group of one leaf: whether its condition holds, by class, in the order of its digits."""
    return [truth for _, truth in sorted(group.truth[0])]


def _fractions(group: Group) -> list[float]:
    path = group.paths[0]
    by_feature = dict(zip(path.features, path.fractions, strict=True))
    return [by_feature[digit.feature] for digit in group.digits]


def _rules(widths: Iterable[int]) -> Arrays:
    """For each path of d features the nodes and weights on [0, 1] exact for its integrals.

    Gauss-Legendre with ceil(d / 2) nodes is exact for polynomials of degree d - 1.
    """
    widths = list(widths)
    rules = {width: _rule((width + 1) // 2) for width in set(widths)}
    nodes = [rules[width] for width in widths] or [np.zeros((0, 2))]
    return _starts((width + 1) // 2 for width in widths), np.concatenate(nodes)


def _rule(nodes: int) -> npt.NDArray[np.float64]:
    places, weights = np.polynomial.legendre.leggauss(nodes)
    return np.column_stack([(places + 1) / 2, weights / 2])
