"""Gini: how much of the money the top of the list holds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def gini(actual: npt.NDArray[np.float64], expected: npt.NDArray[np.float64]) -> float:
    """The area between money collected in the expected order and evenly, over the best possible.

    Range -1 to 1, 0 is chance; higher is better. NaN where
    the total is not positive or every client is equal.

    Parameters
    ----------
    actual, expected
        Money of shape (n,).

    References
    ----------
    Frees, Meyers, Cummings (2011), Summarizing insurance scores using a Gini index, JASA 106;
    normalised by the perfect order.

    Examples
    --------
    >>> gini(np.array([0.0, 1.0, 5.0]), np.array([0.1, 0.2, 0.3]))
    1.0
    """
    if len(actual) == 0 or actual.sum() <= 0 or len(np.unique(actual)) < 2:
        return float("nan")
    return _area(actual, expected) / _area(actual, actual)


def _area(actual: npt.NDArray[np.float64], key: npt.NDArray[np.float64]) -> float:
    collected = np.cumsum(actual[np.argsort(-key, kind="stable")]) / actual.sum()
    even = np.arange(1, len(actual) + 1) / len(actual)
    return float((collected - even).sum())
