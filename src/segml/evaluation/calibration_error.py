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
    groups = _groups(probability)
    gaps = [abs(float(probability[g].mean() - lost[g].mean())) * len(g) for g in groups]
    return sum(gaps) / len(lost)


def calibration_chance(probability: npt.NDArray[np.float64]) -> float:
    """The calibration error to be expected of probabilities that are right, by chance alone.

    In each group the share lost strays around its probability by a normal law of the binomial
    variance, whose mean distance is sqrt(2 / pi) of its deviation.

    Parameters
    ----------
    probability
        Probabilities of shape (n,).

    Examples
    --------
    >>> round(calibration_chance(np.full(1000, 0.5)), 3)
    0.04
    """
    if len(probability) == 0:
        return float("nan")
    strays = [np.sqrt((probability[g] * (1 - probability[g])).sum()) for g in _groups(probability)]
    return float(np.sqrt(2 / np.pi) * sum(strays) / len(probability))


def calibration_beyond(
    lost: npt.NDArray[np.float64], probability: npt.NDArray[np.float64]
) -> float:
    """The calibration error less what chance alone is expected to show; it can be below zero.

    Parameters
    ----------
    lost, probability
        As for `calibration_error`.
    """
    return calibration_error(lost, probability) - calibration_chance(probability)


def _groups(probability: npt.NDArray[np.float64]) -> list[npt.NDArray[np.int64]]:
    order = np.argsort(probability, kind="stable")
    return np.array_split(order, min(10, len(order)))
