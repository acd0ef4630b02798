"""Calibration error: whether 30 % happens in 30 of 100 cases."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def calibration_error(lost: npt.NDArray[np.float64], probability: npt.NDArray[np.float64]) -> float:
    """The mean gap, over ten groups of equal size by probability, between it and the share lost.

    Range 0 to 1; lower is better. NaN where there are no rows.

    Parameters
    ----------
    lost
        0/1 labels of shape (n,).
    probability
        Probabilities of shape (n,).

    References
    ----------
    Naeini, Cooper, Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian
    binning, AAAI; here with groups of equal size.

    Examples
    --------
    >>> calibration_error(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    0.0
    """
    if len(lost) == 0:
        return float("nan")
    order = np.argsort(probability, kind="stable")
    groups = np.array_split(order, min(10, len(order)))
    gaps = [abs(float(probability[g].mean() - lost[g].mean())) * len(g) for g in groups]
    return sum(gaps) / len(lost)
