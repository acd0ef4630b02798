"""Pinball loss: how good the two ends of an interval are, each as the quantile it claims to be."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
SHARES = (0.1, 0.9)
"""The quantiles that the ends of an interval claim to be: 0.8 lies between them."""


def pinball(actual: Values, low: Values, high: Values) -> float:
    """The mean pinball loss of the interval's two ends.

    Range 0 to infinity, in money; lower is better. It asks for intervals that cover and are narrow
    at once. NaN where there are no rows.

    Parameters
    ----------
    actual, low, high
        Money of shape (n,).

    References
    ----------
    Koenker, Bassett (1978), Regression quantiles, Econometrica 46(1); Gneiting, Raftery (2007),
    Strictly proper scoring rules, prediction, and estimation, JASA 102, section 6.

    Examples
    --------
    >>> round(pinball(np.array([5.0]), np.array([0.0]), np.array([10.0])), 3)
    0.5
    """
    if len(actual) == 0:
        return float("nan")
    losses = [
        np.maximum(share * (actual - end), (share - 1) * (actual - end)).mean()
        for share, end in zip(SHARES, (low, high), strict=True)
    ]
    return float(np.mean(losses))
