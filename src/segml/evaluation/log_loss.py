"""Log loss: the surprise of a probability."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.metrics import log_loss as _log_loss


def log_loss(lost: npt.NDArray[np.float64], probability: npt.NDArray[np.float64]) -> float:
    """The mean negative log-likelihood of what happened.

    Range 0 to infinity; lower is better. NaN where there are no rows.

    Parameters
    ----------
    lost
        0/1 labels of shape (n,).
    probability
        Probabilities of shape (n,).

    References
    ----------
    Good (1952), Rational decisions, Journal of the Royal Statistical Society B 14(1).

    Examples
    --------
    >>> round(log_loss(np.array([0.0, 1.0]), np.array([0.5, 0.5])), 3)
    0.693
    """
    if len(lost) == 0:
        return float("nan")
    return float(_log_loss(lost, probability, labels=[0, 1]))
