"""Calibration slope: whether high risks are as high, and low ones as low, as what happens."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_STEPS = 50
_CLIP = 1e-6


def calibration_slope(lost: npt.NDArray[np.float64], probability: npt.NDArray[np.float64]) -> float:
    """The slope of a logistic regression of what happened on the log-odds of the probability.

    Range any number; 1 is best, below it the probabilities are too far apart, above it too close
    together. NaN where only one class is present, all probabilities are equal, or they part the
    classes so well that no slope is large enough.

    Parameters
    ----------
    lost
        0/1 labels of shape (n,).
    probability
        Probabilities of shape (n,).

    References
    ----------
    Cox (1958), Two further applications of a model for binary regression, Biometrika 45(3/4).

    Examples
    --------
    >>> stated = np.repeat([0.2, 0.8], 10)
    >>> seen = np.repeat([1.0, 0.0, 1.0, 0.0], [2, 8, 8, 2])
    >>> round(calibration_slope(seen, stated), 3)
    1.0
    """
    if len(np.unique(lost)) < 2:
        return float("nan")
    p = np.clip(probability, _CLIP, 1 - _CLIP)
    x = np.log(p) - np.log1p(-p)
    if np.ptp(x) == 0:
        return float("nan")
    centre, scale = x.mean(), x.std()
    z = (x - centre) / scale
    level, slope = float(np.log(lost.mean() / (1 - lost.mean()))), 0.0
    for _ in range(_STEPS):  # Newton's steps on a concave likelihood
        fitted = 1 / (1 + np.exp(-np.clip(level + slope * z, -30, 30)))
        weight, rest = fitted * (1 - fitted), lost - fitted
        a, b, c = weight.sum(), (weight * z).sum(), (weight * z * z).sum()
        size = a * c - b * b
        if size <= _CLIP:
            return float("nan")
        up, along = rest.sum(), (rest * z).sum()
        steps = (c * up - b * along) / size, (a * along - b * up) / size
        level, slope = level + steps[0], slope + steps[1]
        if max(map(abs, steps)) < _CLIP:
            return float(slope / scale)
    return float("nan")
