"""Mean absolute error: money missed by the expectation, a client."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def mae(actual: npt.NDArray[np.float64], expected: npt.NDArray[np.float64]) -> float:
    """The mean distance between what was expected and what came.

    Range 0 to infinity, in money; lower is better. NaN where there are no rows.

    Parameters
    ----------
    actual, expected
        Money of shape (n,).

    References
    ----------
    Willmott, Matsuura (2005), Advantages of the mean absolute error, Climate Research 30.

    Examples
    --------
    >>> mae(np.array([1.0, 3.0]), np.array([2.0, 2.0]))
    1.0
    """
    return float(np.abs(actual - expected).mean()) if len(actual) else float("nan")
