"""Calibration error: whether 30 % happens in 30 of 100 cases."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from segml.outcomes.validation import calibration_error, equal_groups

__all__ = ["calibration_beyond", "calibration_chance", "calibration_error"]


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
    strays = [
        np.sqrt((probability[g] * (1 - probability[g])).sum()) for g in equal_groups(probability)
    ]
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
