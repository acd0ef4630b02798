"""Brier score: the squared error of a probability."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.metrics import brier_score_loss


def brier(lost: npt.NDArray[np.float64], probability: npt.NDArray[np.float64]) -> float:
    """The mean squared distance of the probability from what happened.

    Range 0 to 1; lower is better. NaN where there are no rows.

    Parameters
    ----------
    lost
        0/1 labels of shape (n,).
    probability
        Probabilities of shape (n,).

    References
    ----------
    Brier (1950), Verification of forecasts expressed in terms of probability, Monthly Weather
    Review 78(1).

    Examples
    --------
    >>> brier(np.array([0.0, 1.0]), np.array([0.5, 0.5]))
    0.25
    """
    if len(lost) == 0:
        return float("nan")
    return float(brier_score_loss(lost, probability, pos_label=1))
