"""Leaves that share a table: few enough patterns of conditions to write every answer down.

The leaves of a tree, depth first, are cut into runs. For a run each feature's atoms fall into
classes: atoms on which the same of the run's paths hold. A row's pattern is the class of each
feature, as digits of one number whose base changes from digit to digit; a run has as many patterns
as the product of its features' classes, and is made as long as that product stays in bounds. A
single leaf with more is *deep*: it is worked out row by row.

A row's pattern is found by comparisons that the processor makes for many rows at once: each step
adds a number where a comparison holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from math import prod
from operator import mul

import numpy as np

from segml.boosting.atoms import Atoms, Path, atoms_of, paths_of
from segml.boosting.trees import TreeTable

ABOVE, NOT_UP_TO, ABSENT, IS_ZERO, CODED = range(5)
"""Kinds of steps: x > t; not x <= t (so missing counts); x is missing; x is 0; a table by code."""


@dataclass(frozen=True, slots=True)
class Step:
    """Add `amount` to a row's pattern where a comparison of one feature holds.

    Parameters
    ----------
    kind
        One of `ABOVE`, `NOT_UP_TO`, `ABSENT`, `IS_ZERO`, `CODED`.
    feature
        The column.
    threshold
        What the first two kinds compare with.
    amount
        What is added.
    by_code
        For `CODED`: what is added for the codes 0, 1, … (anything else adds nothing).
    """

    kind: int
    feature: int
    threshold: float = 0.0
    amount: int = 0
    by_code: tuple[int, ...] = ()

    def times(self, factor: int) -> Step:
        """The step that adds so many times as much."""
        by_code = tuple(factor * amount for amount in self.by_code)
        return replace(self, amount=factor * self.amount, by_code=by_code)


@dataclass(frozen=True, slots=True, eq=False)
class Digit:
    """The classes of one feature's values, and how a row finds its own.

    Parameters
    ----------
    feature
        The column.
    size
        How many classes there are.
    start
        The class before any step.
    steps
        What leads from there to the row's class.
    """

    feature: int
    size: int
    start: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Some leaves of one tree, and how a row finds its pattern among theirs.

    Parameters
    ----------
    paths
        The leaves.
    values
        Their values.
    digits
        The features on any of their paths, rising: the pattern's digits, least first.
    truth
        For each path, for each of its features: its digit's place, and whether it holds, by class.
    """

    paths: tuple[Path, ...]
    values: tuple[float, ...]
    digits: tuple[Digit, ...]
    truth: tuple[tuple[tuple[int, tuple[bool, ...]], ...], ...]

    @property
    def patterns(self) -> int:
        """How many patterns there are."""
        return prod(digit.size for digit in self.digits)

    @property
    def start(self) -> int:
        """The pattern before any step."""
        return sum(s * digit.start for s, digit in zip(self._strides, self.digits, strict=True))

    @property
    def steps(self) -> tuple[Step, ...]:
        """What leads from there to a row's pattern."""
        pairs = zip(self._strides, self.digits, strict=True)
        return tuple(step.times(stride) for stride, digit in pairs for step in digit.steps)

    @property
    def _strides(self) -> tuple[int, ...]:
        # a pattern counts in rows of the group's table, one column a digit
        sizes = (digit.size for digit in self.digits[:-1])
        return tuple(accumulate(sizes, mul, initial=len(self.digits)))


def groups_of(
    tree: TreeTable, atoms: Mapping[int, Atoms], paths: Sequence[Path], *, most: int
) -> list[Group]:
    """The runs of the tree's leaves, each with at most `most` patterns or of a single leaf.

    Parameters
    ----------
    tree
        Its leaf values are read.
    atoms, paths
        Of the tree.
    most
        The bound on a run's patterns.
    """
    groups: list[Group] = []
    run: list[Path] = []
    classes: dict[int, list[int]] = {}
    for path in paths:
        wider = _refined(classes, path, atoms)
        if run and _size(wider) > most:
            groups.append(_group(tree, atoms, run, classes))
            run, wider = [], _refined({}, path, atoms)
        run.append(path)
        classes = wider
    groups.append(_group(tree, atoms, run, classes))
    return groups


def _refined(
    classes: Mapping[int, list[int]], path: Path, atoms: Mapping[int, Atoms]
) -> dict[int, list[int]]:
    """The classes of every feature's atoms once this path's conditions are told apart as well."""
    found = dict(classes)
    for feature, holds in zip(path.features, path.holds, strict=True):
        before = found.get(feature) or [0] * len(atoms[feature].values)
        known: dict[tuple[int, int], int] = {}
        found[feature] = [
            known.setdefault((one, holds >> atom & 1), len(known))
            for atom, one in enumerate(before)
        ]
    return found


def _size(classes: Mapping[int, list[int]]) -> int:
    size = 1
    for one in classes.values():
        size *= max(one) + 1
    return size


def _group(
    tree: TreeTable,
    atoms: Mapping[int, Atoms],
    paths: Sequence[Path],
    classes: Mapping[int, list[int]],
) -> Group:
    features = sorted(classes)
    places = {feature: place for place, feature in enumerate(features)}
    members = {f: [ones.index(c) for c in range(max(ones) + 1)] for f, ones in classes.items()}
    return Group(
        paths=tuple(paths),
        values=tuple(float(tree.value[path.leaf]) for path in paths),
        digits=tuple(_digit(atoms[feature], classes[feature]) for feature in features),
        truth=tuple(_truth(path, places, members) for path in paths),
    )


def _truth(
    path: Path, places: Mapping[int, int], members: Mapping[int, Sequence[int]]
) -> tuple[tuple[int, tuple[bool, ...]], ...]:
    """For each feature of the path its digit's place and, by class, whether the path holds.

    One atom of each class tells, since a path holds on all atoms of a class or on none.
    """
    return tuple(
        (places[feature], tuple(bool(holds >> atom & 1) for atom in members[feature]))
        for feature, holds in zip(path.features, path.holds, strict=True)
    )


def _digit(atoms: Atoms, classes: Sequence[int]) -> Digit:
    size = max(classes) + 1
    if atoms.codes is not None:
        others = classes[-1]
        by_code = [0] * (max(atoms.codes, default=-1) + 1)
        for code, one in zip(atoms.codes, classes, strict=False):
            by_code[code] = one - others
        return Digit(
            atoms.feature, size, others, (Step(CODED, atoms.feature, by_code=tuple(by_code)),)
        )
    return Digit(atoms.feature, size, classes[0], tuple(_steps(atoms, classes)))


def _steps(atoms: Atoms, classes: Sequence[int]) -> Iterator[Step]:
    """The steps from the class of the lowest stretch to a number's own."""
    stretches = len(atoms.thresholds) + 1
    lowest, highest, absent = classes[0], classes[stretches - 1], classes[stretches]
    # a comparison with a missing value fails: it stays where it began, or goes all the way
    kind = NOT_UP_TO if absent == highest != lowest else ABOVE
    for place, threshold in enumerate(atoms.thresholds):
        if amount := classes[place + 1] - classes[place]:
            yield Step(kind, atoms.feature, float(threshold), amount)
    if absent not in (lowest, highest):
        yield Step(ABSENT, atoms.feature, amount=absent - lowest)
    if atoms.has_zero:
        around = classes[int(np.searchsorted(atoms.thresholds, np.float32(0)))]
        if amount := classes[-1] - around:
            yield Step(IS_ZERO, atoms.feature, amount=amount)


def all_groups(tables: Iterable[TreeTable], *, most: int) -> list[Group]:
    """The groups of every tree, in order; a tree of one leaf has none."""
    found = []
    for tree in tables:
        if len(tree.feature):
            atoms = atoms_of(tree)
            found += groups_of(tree, atoms, paths_of(tree, atoms), most=most)
    return found
