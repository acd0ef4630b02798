"""Rows whose features stand in bins once, for many fits of some of them.

Sorting values into bins took a quarter of the time of a training while every fold did it anew.
Bins are drawn at quantiles of the features of all rows given, and no label is looked at: as in
LightGBM's own `cv`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from segml.boosting.matrix import Matrix, checked, checked_categories

if TYPE_CHECKING:
    import lightgbm as lgb

Places = npt.NDArray[np.int64]

SAMPLED = {"bin_construct_sample_cnt": 20_000}
"""Rows, drawn by LightGBM's own seed, that bins are chosen by: their quantiles stand where those of
ten times as many do, and sorting those took longer than sixty rounds of growth."""
BINNING = {**SAMPLED, "feature_pre_filter": False}
"""How rows are sorted that several fits learn from: else columns would be left out by how many rows
a leaf of one fit holds."""


@dataclass(frozen=True, eq=False)
class Binned:
    """Some rows of a matrix that was sorted into bins.

    Parameters
    ----------
    X
        float32 of shape (n, p), NaN for missing: these rows.
    columns, categorical
        The p names, and the indices of those that hold codes.
    max_bin
        The most bins of a feature.
    at
        int64 of shape (n,): where each row stands among all rows, rising.
    """

    X: Matrix
    columns: tuple[str, ...]
    categorical: tuple[int, ...]
    max_bin: int
    at: Places
    _whole: lgb.Dataset

    @classmethod
    def of(
        cls, X: Matrix, *, columns: Sequence[str], categorical: Sequence[int], max_bin: int
    ) -> Binned:
        """All rows of a matrix.

        Raises
        ------
        TypeError, ValueError, DataRefused
            As `segml.boosting.matrix` says.
        """
        import lightgbm as lgb  # a second to import

        X = checked(X, columns)
        checked_categories(X, columns, categorical)
        whole = lgb.Dataset(
            X,
            np.zeros(len(X)),
            params={**BINNING, "max_bin": max_bin, "num_threads": 1, "verbosity": -1},
            feature_name=list(columns),
            categorical_feature=list(categorical),
        ).construct()
        at = np.arange(len(X))
        return cls(X, tuple(columns), tuple(categorical), max_bin, at, whole)

    def take(self, chosen: Places) -> Binned | None:
        """The rows at the indices `chosen`; None where these do not rise."""
        if len(chosen) == 0 or (np.diff(chosen) <= 0).any():
            return None
        at = self.at[chosen]
        return Binned(self.X[chosen], self.columns, self.categorical, self.max_bin, at, self._whole)

    def dataset(
        self, y: npt.NDArray[np.float64], weight: npt.NDArray[np.float64] | None
    ) -> lgb.Dataset:
        """The rows as LightGBM learns from them, with labels and weights of shape (n,)."""
        some = self._whole.subset(self.at.tolist()).construct()
        some.set_label(y)
        if weight is not None:
            some.set_weight(weight)
        return some
