"""A ridge regression for few rows: its penalty from leaving out one row at a time, in closed form.

Every weight is pulled to zero, so with little past the answer is the mean, and with much it is
the evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
PENALTIES = tuple(10.0**power for power in np.linspace(-2.0, 2.0, 17))
"""What the rows' number is multiplied by, to be the penalty."""


@dataclass(frozen=True, kw_only=True)
class Ridge:
    """``intercept + Z @ weights`` over columns whose mean is zero in training.

    Parameters
    ----------
    intercept
        The mean label.
    weights
        p weights.
    penalty
        The chosen one of `PENALTIES`.
    """

    intercept: float
    weights: tuple[float, ...]
    penalty: float

    def raw(self, Z: Values) -> Values:
        """The raw score of rows of shape (n, p), shape (n,)."""
        return np.asarray(self.intercept + Z @ np.asarray(self.weights), dtype=np.float64)

    def contributions(self, Z: Values) -> Values:
        """The Shapley values against the training mean, (n, p): exact, as the score is a sum."""
        return np.asarray(Z * np.asarray(self.weights), dtype=np.float64)

    def to_json(self) -> dict[str, Any]:
        """The regression as plain values."""
        return {
            "intercept": self.intercept,
            "weights": list(self.weights),
            "penalty": self.penalty,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Ridge:
        """The regression read back, equal to the one written."""
        return cls(**{**value, "weights": tuple(value["weights"])})


def fit_ridge(Z: Values, y: Values) -> tuple[Ridge, Values]:
    """The ridge of these rows, and what it would say of each had it not seen that row.

    Parameters
    ----------
    Z
        float64 of shape (n, p), finite, n at least 2; columns with mean zero.
    y
        float64 of shape (n,).

    Returns
    -------
    ridge, held_out
        The regression, and float64 of shape (n,).

    References
    ----------
    Allen (1974), The relationship between variable selection and data augmentation and a method
    for prediction, Technometrics 16: the residual of a row left out is e / (1 - h).

    Examples
    --------
    >>> Z = np.linspace(-1, 1, 9)[:, None]
    >>> ridge, held_out = fit_ridge(Z, 3.0 + 2.0 * Z[:, 0])
    >>> ridge.intercept, round(float(held_out[4]), 6)
    (3.0, 3.0)
    """
    mean = float(y.mean())
    left, sizes, right = np.linalg.svd(Z, full_matrices=False)
    turned = left.T @ (y - mean)
    best: tuple[float, float, Values, Values] | None = None
    for penalty in PENALTIES:
        kept = sizes**2 / (sizes**2 + penalty * len(y))
        leverage = 1 / len(y) + (left**2) @ kept
        missed = (y - mean - left @ (kept * turned)) / np.maximum(1 - leverage, 1e-9)
        error = float(missed @ missed)
        if best is None or error < best[0]:
            best = error, penalty, missed, kept
    assert best is not None
    _, penalty, missed, kept = best
    there = sizes > 1e-12 * max(float(sizes.max(initial=0.0)), 1.0)
    scaled = np.divide(kept * turned, sizes, out=np.zeros_like(sizes), where=there)
    weights = right.T @ scaled
    ridge = Ridge(intercept=mean, weights=tuple(map(float, weights)), penalty=float(penalty))
    return ridge, y - missed
