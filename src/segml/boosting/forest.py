"""The frozen value of a fitted booster: its text, what it says, and why.

A forest is its LightGBM text. The text can be compared by digest, read by people and parsed by
`trees`, and it carries no code. Compare the digest before `parse_forest` sees a stored text: of 150
mutated texts 113 killed the process inside LightGBM's own parser.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from segml.boosting.between import between_rows
from segml.boosting.leaves import LeafTables, leaf_tables, raw_scores
from segml.boosting.matrix import Matrix, checked
from segml.boosting.pairs import PairTables, between_pairs, pair_tables
from segml.boosting.tables import ShapTables, shap_tables
from segml.boosting.trees import Trees, parse_trees
from segml.boosting.treeshap import Extra, Leading, contributions, largest, leading

if TYPE_CHECKING:
    import lightgbm as lgb

Values = npt.NDArray[np.float64]

BULK_ROWS, BULK_PAIRS, BULK_SCORES = 1000, 1024, 8192
"""From so many rows on the compiled kernels are worth their start (half a second): for reasons, for
pairs of rows, and for raw scores."""


@dataclass(frozen=True)
class Forest:
    """A sum of regression trees over named float32 features.

    Parameters
    ----------
    text
        The LightGBM text model (version 4).
    columns
        The feature names, in the order of the matrix's columns.
    rounds
        How many boosting rounds the text holds (after early stopping: the best).
    further
        The text of all rounds that were grown, where unseen rows chose the best of them and every
        round has its tree; no part of the value.

    Notes
    -----
    The booster and the tree tables are built from the text when first asked for, and kept.
    """

    text: str
    columns: tuple[str, ...]
    rounds: int
    further: str | None = field(default=None, repr=False, compare=False)

    def first(self, rounds: int) -> Forest | None:
        """The forest of so many rounds, to the byte what `fit_forest` grows of the same rows.

        Parameters
        ----------
        rounds
            At least one; where fewer were grown, all of them are given. Without `further` there is
            none to give.
        """
        if self.further is None:
            return None
        import lightgbm as lgb

        booster = lgb.Booster(model_str=self.further)
        held = min(rounds, booster.current_iteration())
        return Forest(text=text_of(booster, held), columns=self.columns, rounds=held)

    @cached_property
    def _booster(self) -> lgb.Booster:
        import lightgbm as lgb  # a second to import: who reads what was published needs none of it

        return lgb.Booster(model_str=self.text)

    @cached_property
    def trees(self) -> Trees:
        """The parsed tables of every tree, with LightGBM's exact decisions."""
        return parse_trees(self.text)

    @cached_property
    def _leaf_tables(self) -> LeafTables | None:
        return leaf_tables(self.trees)

    @cached_property
    def _shap_tables(self) -> ShapTables:
        return shap_tables(self.trees)

    @cached_property
    def _pair_tables(self) -> PairTables | None:
        return pair_tables(self.trees)

    def raw(self, X: Matrix) -> Values:
        """The raw score of every row: the sum of its leaves, before any link function.

        Few rows take LightGBM's own way, which needs no compilation; both say the same.

        Parameters
        ----------
        X
            float32 of shape (n, p), columns as `columns`, NaN missing.

        Returns
        -------
        ndarray
            float64 of shape (n,); for `binary` in log-odds, for `poisson` a logarithm, for
            regression in the label's unit.

        Raises
        ------
        TypeError, ValueError, DataRefused
            As `segml.boosting.matrix.checked` says.
        """
        X = checked(X, self.columns)
        if len(X) == 0:
            return np.zeros(0)
        if len(X) >= BULK_SCORES and (tables := self._leaf_tables):
            return raw_scores(tables, X)
        return np.asarray(self._booster.predict(X, raw_score=True), dtype=np.float64)

    def contributions(self, X: Matrix) -> tuple[Values, float]:
        """The path-dependent TreeSHAP value of every feature for every row, and their base.

        Few rows take LightGBM's own way, which needs no compilation; both are exact.

        Parameters
        ----------
        X
            float32 of shape (n, p).

        Returns
        -------
        values, base
            float64 of shape (n, p) and the expected raw score of the training rows;
            ``base + values.sum(axis=1)`` is `raw(X)` within 1e-6 of its scale.

        References
        ----------
        Lundberg, Erion, Lee (2018), Consistent individualized feature attribution for tree
        ensembles, arXiv:1802.03888, algorithm 2.
        """
        X = checked(X, self.columns)
        if len(X) >= BULK_ROWS:
            return contributions(self._shap_tables, X), self._shap_tables.base
        asked = X if len(X) else np.full((1, len(self.columns)), np.nan, dtype=np.float32)
        told = np.asarray(self._booster.predict(asked, pred_contrib=True), dtype=np.float64)
        return told[: len(X), :-1], float(told[0, -1])

    def leading(
        self,
        X: Matrix,
        *,
        top: int,
        weight: float = 1.0,
        extra: Extra = (),
        rows: int | None = None,
    ) -> tuple[Leading, float]:
        """The largest contributions of every row, and the base of the forest's.

        The whole matrix of contributions never exists, however many rows there are.

        Parameters
        ----------
        X
            float32 of shape (n, p).
        top
            How many contributions of a row are told, at least one.
        weight
            What the forest's contributions are multiplied by.
        extra
            Columns with float64 of shape (n,) that is added to their contributions, in turn.
        rows
            How many rows are told in all where X is a part of them, so that every part is told in
            the same way; None: X is all.

        Returns
        -------
        leading, base
            The contributions, and the forest's own base (not weighted).
        """
        X = checked(X, self.columns)
        if top < 1:
            raise ValueError(f"at least one contribution of a row is told, not {top}")
        if (rows or len(X)) >= BULK_ROWS:
            tables = self._shap_tables
            return leading(tables, X, top=top, weight=weight, extra=extra), tables.base
        values, base = self.contributions(X)
        values = weight * values
        for column, more in extra:
            values[:, column] += more
        return largest(values, top=top), base

    def between(self, X0: Matrix, X1: Matrix) -> Values:
        """The exact share of every feature in the change of the raw score from X0 to X1.

        Each row is explained by Shapley values whose background is the one row X0[i].

        Parameters
        ----------
        X0, X1
            float32 of shape (m, p), row i of both being the same client at two dates.

        Returns
        -------
        ndarray
            float64 of shape (m, p); rows sum to ``raw(X1) - raw(X0)``; a feature that is the same
            in both rows (both missing counts as the same) gets exactly 0.0.

        Raises
        ------
        ValueError
            If the two matrices differ in their number of rows.
        """
        X0, X1 = checked(X0, self.columns), checked(X1, self.columns)
        if len(X0) != len(X1):
            raise ValueError(f"{len(X0)} rows before and {len(X1)} after are no pairs")
        if len(X0) >= BULK_PAIRS and (tables := self._pair_tables):
            return between_pairs(tables, X0, X1)
        return between_rows(self.trees, X0, X1)

    def gain(self) -> Values:
        """The total gain of every feature's splits in training, float64 of shape (p,)."""
        return np.asarray(self._booster.feature_importance("gain"), dtype=np.float64)


def text_of(booster: lgb.Booster, rounds: int) -> str:
    """The text of a booster's first rounds, the same on every machine and however many it grew.

    Parameters
    ----------
    booster
        LightGBM's.
    rounds
        At least one, at most as many as it holds.
    """
    text = booster.model_to_string(num_iteration=rounds)
    # The only trace of the machine in the text; LightGBM promises equal trees for any number.
    text = re.sub(r"^\[num_threads: \d+\]$", "[num_threads: 0]", text, flags=re.MULTILINE)
    return re.sub(
        r"^\[num_iterations: \d+\]$", f"[num_iterations: {rounds}]", text, flags=re.MULTILINE
    )


def parse_forest(text: str, columns: Sequence[str]) -> Forest:
    """The forest of a LightGBM text whose digest the caller has already compared.

    Parameters
    ----------
    text
        What a forest's `text` was.
    columns
        The names the caller will order its matrices by; they must be the text's own.

    Raises
    ------
    BundleRefused
        If the text is no supported model or was fitted on other columns or another order.
    """
    trees = parse_trees(text)
    trees.require_columns(columns)
    return Forest(text=text, columns=tuple(columns), rounds=len(trees.tables))
