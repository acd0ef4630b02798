"""Width: how wide the intervals are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


def width(actual: Values, low: Values, high: Values) -> float:
    """The mean distance between the two ends of the intervals.

    Range 0 to infinity, in money; lower is better among intervals that cover alike. NaN where there
    are no rows.

    Parameters
    ----------
    actual
        Not looked at; its shape is (n,).
    low, high
        Money of shape (n,).

    References
    ----------
    Khosravi, Nahavandi, Creighton, Atiya (2011), Comprehensive review of neural network-based
    prediction intervals and new advances, IEEE Transactions on Neural Networks 22(9).

    Examples
    --------
    >>> width(np.zeros(2), np.array([0.0, 1.0]), np.array([2.0, 5.0]))
    3.0
    """
    return float((high - low).mean()) if len(actual) else float("nan")
