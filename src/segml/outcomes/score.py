"""The raw score: b + w f(x) + sum of h_j(x_j), and its exact explanations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from segml.boosting import BULK_ROWS, Forest, Leading, largest, parse_forest
from segml.outcomes.curve import Curve

Matrix = npt.NDArray[np.float32]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class AdditiveScore:
    """A forest's raw score, weighted, plus weighted functions of one feature each.

    Parameters
    ----------
    columns
        The p feature names, in the order of a matrix's columns.
    intercept
        b, in the score's unit.
    forest_weight
        w, not negative.
    forest
        f; None where the labels held nothing a forest could learn.
    curves
        The h_j with their weights.
    """

    columns: tuple[str, ...]
    intercept: float
    forest_weight: float
    forest: Forest | None
    curves: tuple[Curve, ...]

    def __post_init__(self) -> None:
        if self.forest_weight < 0:
            raise ValueError("a negative forest weight would turn the monotone signs around")
        if self.forest is None and self.forest_weight > 0:
            raise ValueError("a forest weight without a forest")

    def raw(self, X: Matrix) -> Values:
        """The raw score of every row.

        Parameters
        ----------
        X
            float32 of shape (n, p), NaN for missing.

        Returns
        -------
        ndarray
            float64 of shape (n,); log-odds for `churn` and `buys`, asinh of money over a scale
            for `spends`.
        """
        total = np.full(len(X), self.intercept)
        for curve in self.curves:
            total += curve.weight * curve.values(X[:, self._place(curve)])
        if self.forest is not None:
            total += self.forest_weight * self.forest.raw(X)
        return total

    def contributions(self, X: Matrix) -> tuple[Values, float]:
        """The SHAP values of the raw score and their base.

        Parameters
        ----------
        X
            float32 of shape (n, p), NaN for missing.

        Returns
        -------
        values, base
            float64 of shape (n, p): w TreeSHAP(f) + h_j(x_j) - mean h_j; the base is the mean
            score of the training rows. Rows sum with the base to `raw(X)` within 1e-6.
        """
        values, base = np.zeros(X.shape), self.intercept
        if self.forest is not None:
            told, mean = self.forest.contributions(X)
            values += self.forest_weight * told
            base += self.forest_weight * mean
        for curve in self.curves:
            j = self._place(curve)
            values[:, j] += curve.weight * (curve.values(X[:, j]) - curve.mean)
            base += curve.weight * curve.mean
        return values, float(base)

    def leading(self, X: Matrix, *, top: int, rows: int | None = None) -> tuple[Leading, float]:
        """The largest SHAP values of every row and their base, without the whole matrix of them.

        Parameters
        ----------
        X
            float32 of shape (n, p), NaN for missing.
        top
            How many of a row are told, at least one.
        rows
            How many rows are told in all where X is a part of them, so that every part is told in
            the same way; None: X is all.

        Returns
        -------
        leading, base
            As `contributions`, the `top` largest; ``base + leading.told`` is `raw(X)` within 1e-6.
        """
        if self.forest is None or (rows or len(X)) < BULK_ROWS:
            values, base = self.contributions(X)
            return largest(values, top=top), base
        extra = []
        for curve in self.curves:
            j = self._place(curve)
            extra.append((j, curve.weight * (curve.values(X[:, j]) - curve.mean)))
        weight = self.forest_weight
        told, mean = self.forest.leading(X, top=top, weight=weight, extra=extra, rows=rows)
        base = self.intercept + weight * mean
        for curve in self.curves:
            base += curve.weight * curve.mean
        return told, float(base)

    def between(self, X0: Matrix, X1: Matrix) -> Values:
        """The exact share of every feature in the change of the raw score from X0 to X1.

        Parameters
        ----------
        X0, X1
            float32 of shape (m, p); row i of both is the same client at two dates.

        Returns
        -------
        ndarray
            float64 of shape (m, p): Shapley values whose background is the one row X0[i]. Rows
            sum to ``raw(X1) - raw(X0)``; a feature that did not change has exactly 0.0.
        """
        values = np.zeros(X1.shape)
        if self.forest is not None:
            values += self.forest_weight * self.forest.between(X0, X1)
        for curve in self.curves:
            j = self._place(curve)
            values[:, j] += curve.weight * (curve.values(X1[:, j]) - curve.values(X0[:, j]))
        return values

    def _place(self, curve: Curve) -> int:
        return self.columns.index(curve.feature)

    def to_json(self) -> dict[str, Any]:
        """The score without its forest, as plain values."""
        return {
            "columns": list(self.columns),
            "intercept": self.intercept,
            "forest_weight": self.forest_weight,
            "curves": [curve.to_json() for curve in self.curves],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any], forest: str | None) -> AdditiveScore:
        """The score read back from `to_json` and the forest's text (None where it had none)."""
        columns = tuple(value["columns"])
        return cls(
            columns=columns,
            intercept=value["intercept"],
            forest_weight=value["forest_weight"],
            forest=None if forest is None else parse_forest(forest, columns),
            curves=tuple(Curve.from_json(curve) for curve in value["curves"]),
        )
