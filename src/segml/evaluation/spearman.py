"""Spearman correlation: whether clients are in the right order of money."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr


def spearman(actual: npt.NDArray[np.float64], expected: npt.NDArray[np.float64]) -> float:
    """The correlation between the ranks of what was expected and of what came.

    Range -1 to 1; higher is better. NaN where one side is constant.

    Parameters
    ----------
    actual, expected
        Money of shape (n,).

    References
    ----------
    Spearman (1904), The proof and measurement of association between two things.

    Examples
    --------
    >>> spearman(np.array([1.0, 2.0, 9.0]), np.array([1.0, 2.0, 3.0]))
    1.0
    """
    if len(np.unique(actual)) < 2 or len(np.unique(expected)) < 2:
        return float("nan")
    return round(float(spearmanr(actual, expected).statistic), 12)
