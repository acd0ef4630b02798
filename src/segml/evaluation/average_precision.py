"""Average precision: how pure the top of the list of risks is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score


def average_precision(lost: npt.NDArray[np.float64], risk: npt.NDArray[np.float64]) -> float:
    """The mean precision over the lost clients, each at its own place in the list of risks.

    Range 0 to 1, the share of lost clients is chance; higher is better. NaN where only one class is
    present.

    Parameters
    ----------
    lost
        0/1 labels of shape (n,).
    risk
        Scores of shape (n,), higher for more risk, in any unit.

    References
    ----------
    scikit-learn, `sklearn.metrics.average_precision_score`.

    Examples
    --------
    >>> average_precision(np.array([0.0, 1.0]), np.array([0.1, 0.4]))
    1.0
    """
    if len(np.unique(lost)) < 2:
        return float("nan")
    return float(average_precision_score(lost, risk))
