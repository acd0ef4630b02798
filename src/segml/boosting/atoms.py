"""What a tree can tell apart: each feature's values fall into atoms, and a path holds on some.

Between two neighbouring thresholds a tree treats all values of a feature alike. Such a stretch is
an atom; missing is one, zero is one where some split sends it its default way, and so is every
category that a split names, beside one for all others. Whether *all* splits of a path on one
feature go the path's way is then a set of atoms, kept as the bits of an integer. Nothing else of a
row matters for the Shapley values of the path's leaf.

Thresholds are rounded down to float32: for a float32 value x, x <= t is x <= floor32(t).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segml.boosting.trees import ZERO, TreeTable

Singles = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Atoms:
    """The values of one feature that one tree tells apart.

    Parameters
    ----------
    feature
        The column.
    values
        float32, one member of each atom. Numeric: the stretches between thresholds, rising, then
        missing, then zero where it matters. Categorical: the codes, then all others.
    thresholds
        float32, rising: one fewer than the stretches; none for a categorical feature.
    codes
        The categories named by a split, rising; None for a numeric feature.
    has_zero
        Whether zero is an atom of its own.
    """

    feature: int
    values: Singles
    thresholds: Singles
    codes: tuple[int, ...] | None
    has_zero: bool

    @property
    def all(self) -> int:
        """The set of every atom."""
        return (1 << len(self.values)) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """A leaf as a product of conditions, one a feature.

    Parameters
    ----------
    leaf
        Its place among the tree's leaves.
    features
        The distinct features on the path.
    holds
        For each the set of atoms on which the path's splits on it all go the path's way.
    fractions
        For each the share of training rows that go on along the path at those splits.
    """

    leaf: int
    features: tuple[int, ...]
    holds: tuple[int, ...]
    fractions: tuple[float, ...]


def floor32(values: npt.NDArray[np.float64]) -> Singles:
    """The greatest float32 that is not above each value.

    Examples
    --------
    >>> float(floor32(np.array([0.1]))[0]) <= 0.1 < float(np.float32(0.1))
    True
    """
    with np.errstate(over="ignore"):
        near = values.astype(np.float32)
    lower = np.nextafter(near, np.float32(-np.inf))
    return np.where(near.astype(np.float64) > values, lower, near)


def atoms_of(tree: TreeTable) -> dict[int, Atoms]:
    """The atoms of every feature that the tree splits on, by feature."""
    return {int(f): _atoms(tree, int(f)) for f in np.unique(tree.feature)}


def _atoms(tree: TreeTable, feature: int) -> Atoms:
    splits = np.flatnonzero(tree.feature == feature)
    if tree.categorical[splits[0]]:
        named = {int(code) for split in splits for code in tree.categories[int(split)]}
        codes = tuple(sorted(named))
        values = np.array([*codes, np.nan], dtype=np.float32)
        return Atoms(feature, values, np.zeros(0, np.float32), codes, has_zero=False)
    thresholds = np.unique(floor32(tree.threshold[splits]))
    has_zero = bool(tree.zero_by_default[splits].any())
    tail = [np.nan, 0.0] if has_zero else [np.nan]
    values = np.concatenate([_members(thresholds), tail], dtype=np.float32)
    return Atoms(feature, values, thresholds, None, has_zero=has_zero)


def _members(thresholds: Singles) -> Singles:
    """One value of each stretch; not one that reads as zero, unless the stretch has no other."""
    lows = np.concatenate([[np.float32(-np.inf)], np.nextafter(thresholds, np.float32(np.inf))])
    highs = np.concatenate([thresholds, [np.float32(np.inf)]])
    lows[-1] = np.inf
    return np.where(np.abs(highs) > ZERO, highs, lows)


def paths_of(tree: TreeTable, atoms: Mapping[int, Atoms]) -> list[Path]:
    """Every leaf of the tree, depth first, as conditions on atoms."""
    left = _goes_left(tree, atoms)
    shares = tree.shares()
    found = []
    for leaf, path in tree.paths():
        holds: dict[int, int] = {}
        fraction: dict[int, float] = {}
        for split, goes_left in path:
            feature = int(tree.feature[split])
            every = atoms[feature].all
            side = left[split] if goes_left else every & ~left[split]
            holds[feature] = holds.get(feature, every) & side
            fraction[feature] = fraction.get(feature, 1.0) * shares[split, 0 if goes_left else 1]
        found.append(Path(leaf, tuple(holds), tuple(holds.values()), tuple(fraction.values())))
    return found


def _goes_left(tree: TreeTable, atoms: Mapping[int, Atoms]) -> dict[int, int]:
    """For every split the set of atoms of its feature that go left."""
    sides = tree.goes_left_by(np.concatenate([atom.values for atom in atoms.values()]))
    found, start = {}, 0
    for feature, atom in atoms.items():
        own = sides[start : start + len(atom.values)]
        start += len(atom.values)
        for split in np.flatnonzero(tree.feature == feature).tolist():
            bits = np.packbits(own[:, split], bitorder="little")
            found[split] = int.from_bytes(bits.tobytes(), "little")
    return found
