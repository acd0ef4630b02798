"""The trees of a LightGBM text as numpy tables, with LightGBM's decisions to the last bit.

What a node does with a value (LightGBM `include/LightGBM/tree.h`, and its dense reader in
`src/c_api.cpp`, which hands over |value| <= 1e-35 as 0):

- numeric, missing type *none*: NaN is 0; left if value <= threshold;
- numeric, missing type *zero*: NaN and 0 go to the default side, the rest compares;
- numeric, missing type *nan*: NaN goes to the default side, the rest compares;
- categorical: NaN, negative and unseen codes go right; a fraction is cut towards 0; left if the
  code's bit is set.

What the tables cannot say (several classes, averaged forests, linear leaves) is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from segml.boosting.matrix import Matrix
from segml.words.errors import BundleRefused

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

ZERO = float(np.float32(1e-35))
"""LightGBM reads a value of no greater magnitude as 0."""

_CATEGORICAL, _DEFAULT_LEFT = 1, 2
_MISSING_ZERO, _MISSING_NAN = 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class TreeTable:
    """One tree: arrays over its s splits and its s + 1 leaves; a negative child ~i is leaf i.

    Parameters
    ----------
    feature, left, right
        int64 of shape (s,): column split on, child where the decision is yes, child where no.
    threshold
        float64 of shape (s,); unused at categorical splits.
    categorical, default_left
        bool of shape (s,).
    missing
        int64 of shape (s,): 0 none, 1 zero, 2 nan.
    categories
        For every categorical split the sorted codes that go left.
    value
        float64 of shape (s + 1,): leaf values, shrinkage applied.
    split_count, leaf_count
        int64 of shapes (s,) and (s + 1,): the training rows that came there.
    """

    feature: Ints
    left: Ints
    right: Ints
    threshold: Floats
    categorical: Flags
    default_left: Flags
    missing: Ints
    categories: Mapping[int, Ints]
    value: Floats
    split_count: Ints
    leaf_count: Ints

    def goes_left(self, X: Matrix) -> Flags:
        """The decision of every split on every row: bool of shape (n, s), whether reached or not.

        Parameters
        ----------
        X
            float32 of shape (n, p).
        """
        return self._sides(X[:, self.feature])

    def goes_left_by(self, values: npt.NDArray[np.float32]) -> Flags:
        """What every split would do with some values of its feature: bool of shape (n, s).

        Parameters
        ----------
        values
            float32 of shape (n,).
        """
        return self._sides(np.repeat(values[:, None], len(self.feature), axis=1))

    def _sides(self, asked: npt.NDArray[np.float32]) -> Flags:
        seen = asked.astype(np.float64)
        seen[np.abs(seen) <= ZERO] = 0.0
        absent = np.isnan(seen)
        seen[absent & (self.missing != _MISSING_NAN)] = 0.0
        by_default = (absent & (self.missing == _MISSING_NAN)) | (
            (seen == 0.0) & (self.missing == _MISSING_ZERO)
        )
        left = np.where(by_default, self.default_left, seen <= self.threshold)
        for split, codes in self.categories.items():
            left[:, split] = np.isin(np.trunc(asked[:, split].astype(np.float64)), codes)
        return left

    @property
    def zero_by_default(self) -> Flags:
        """Whether a split sends zero its default way, whatever its threshold: bool (s,)."""
        zero: Flags = self.missing == _MISSING_ZERO
        return zero

    def absent_goes_left(self) -> Flags:
        """Where a missing value goes: bool (s,), False at categorical splits."""
        sides: Flags = self.goes_left_by(np.array([np.nan], dtype=np.float32))[0]
        return sides

    def shares(self) -> Floats:
        """The share of a split's training rows that went left and right: float64 (s, 2)."""
        counts = np.concatenate([self.split_count, self.leaf_count[::-1]])  # ~i counts from the end
        went = np.column_stack([counts[self.left], counts[self.right]]).astype(np.float64)
        came = np.maximum(self.split_count, 1)[:, None]
        return went / came

    def paths(self) -> list[tuple[int, list[tuple[int, bool]]]]:
        """Every leaf with its path: (leaf, [(split, whether the path goes left), …])."""
        if len(self.feature) == 0:
            return [(0, [])]
        found: list[tuple[int, list[tuple[int, bool]]]] = []
        open_paths: list[tuple[int, list[tuple[int, bool]]]] = [(0, [])]
        while open_paths:
            node, path = open_paths.pop()
            if node < 0:
                found.append((~node, path))
                continue
            open_paths.append((int(self.right[node]), [*path, (node, False)]))
            open_paths.append((int(self.left[node]), [*path, (node, True)]))
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """All trees of a model and the names of the columns they split on."""

    columns: tuple[str, ...]
    tables: tuple[TreeTable, ...]

    @property
    def depth(self) -> int:
        """The most splits on a path of any tree."""
        return max((len(path) for tree in self.tables for _, path in tree.paths()), default=0)

    def raw(self, X: Matrix) -> Floats:
        """The raw score of every row by the tables alone: float64 of shape (n,).

        It equals LightGBM's own prediction and is there to prove that the tables are right.
        """
        score = np.zeros(len(X))
        rows = np.arange(len(X))
        for table in self.tables:
            left = table.goes_left(X)
            node = np.full(len(X), 0 if len(table.feature) else -1)
            while (inner := node >= 0).any():
                at = node[inner]
                yes = left[rows[inner], at]
                node[inner] = np.where(yes, table.left[at], table.right[at])
            score += table.value[~node]
        return score

    def require_columns(self, columns: Sequence[str]) -> None:
        """Nothing, if the model was fitted on exactly these columns in this order.

        Raises
        ------
        BundleRefused
            Otherwise, with the first difference.
        """
        if tuple(columns) == self.columns:
            return
        differing = [
            f"{j}: `{theirs}` for `{ours}`"
            for j, (ours, theirs) in enumerate(zip(self.columns, columns, strict=False))
            if ours != theirs
        ]
        what = differing[0] if differing else f"{len(columns)} columns for {len(self.columns)}"
        raise BundleRefused(
            f"columns differ from the model's own ({what})",
            allowed="the columns of the fit, in its order",
            next_step="take the model and its encoder from one bundle",
        )


def parse_trees(text: str) -> Trees:
    """The trees of a LightGBM text model of version 4.

    Parameters
    ----------
    text
        As `Booster.model_to_string` writes it; its digest is the caller's to compare.

    Raises
    ------
    BundleRefused
        If it is no such text, or holds what the tables cannot say.
    """
    header_text, *blocks = re.split(r"^Tree=\d+\n", text.partition("\nend of trees")[0], flags=re.M)
    header = _fields(header_text)
    _require(text.startswith("tree\n"), "this is no LightGBM text model")
    _require(header.get("version") == "v4", f"text version {header.get('version')}")
    _require(header.get("num_class") == "1", f"num_class={header.get('num_class')}")
    _require(header.get("num_tree_per_iteration") == "1", "several trees an iteration")
    _require("average_output" not in header_text, "an averaged forest (boosting=rf)")
    try:
        tables = tuple(_table(_fields(block)) for block in blocks)
    except (KeyError, ValueError, IndexError) as broken:
        _require(False, f"a tree block that cannot be read ({broken!r})")  # noqa: FBT003 - never holds
        raise
    return Trees(columns=tuple(header.get("feature_names", "").split(" ")), tables=tables)


def _require(condition: bool, otherwise: str) -> None:  # noqa: FBT001 - a predicate
    if not condition:
        raise BundleRefused(
            otherwise,
            allowed="one-output boosted trees with constant leaves, text version v4",
            next_step="train again with segml, or restore the file from the registry's version",
        )


def _fields(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.splitlines() if "=" in line)


def _table(fields: Mapping[str, str]) -> TreeTable:
    _require(fields.get("is_linear", "0") == "0", "linear leaves (linear_tree)")
    splits = int(fields["num_leaves"]) - 1
    kind = _ints(fields, "decision_type", splits)
    threshold = _floats(fields, "threshold", splits)
    categorical = (kind & _CATEGORICAL) > 0
    return TreeTable(
        feature=_ints(fields, "split_feature", splits),
        left=_ints(fields, "left_child", splits),
        right=_ints(fields, "right_child", splits),
        threshold=threshold,
        categorical=categorical,
        default_left=(kind & _DEFAULT_LEFT) > 0,
        missing=np.where(categorical, _MISSING_NAN, (kind >> 2) & 3),
        categories=_categories(fields, threshold, categorical),
        value=_floats(fields, "leaf_value", splits + 1),
        split_count=_ints(fields, "internal_count", splits),
        leaf_count=_ints(fields, "leaf_count", splits + 1) if splits else np.ones(1, np.int64),
    )


def _floats(fields: Mapping[str, str], name: str, length: int) -> Floats:
    found = np.array([float(part) for part in fields.get(name, "").split()], dtype=np.float64)
    if len(found) != length:
        raise ValueError(f"{name} has {len(found)} values for {length}")
    return found


def _ints(fields: Mapping[str, str], name: str, length: int) -> Ints:
    return _floats(fields, name, length).astype(np.int64)


def _categories(
    fields: Mapping[str, str], threshold: Floats, categorical: Flags
) -> dict[int, Ints]:
    if not categorical.any():
        return {}
    bounds = list(pairwise(int(part) for part in fields["cat_boundaries"].split()))
    words = [int(part) for part in fields["cat_threshold"].split()]
    codes = {}
    for split in np.flatnonzero(categorical):
        start, end = bounds[int(threshold[split])]
        codes[int(split)] = np.array(
            [
                32 * place + bit
                for place, word in enumerate(words[start:end])
                for bit in range(32)
                if word >> bit & 1
            ],
            dtype=np.int64,
        )
    return codes
