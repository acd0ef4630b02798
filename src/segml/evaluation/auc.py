"""AUC: whether a lost client ranks above one that stayed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata


def auc(lost: npt.NDArray[np.float64], risk: npt.NDArray[np.float64]) -> float:
    """The chance that a lost client has a higher risk than one that stayed; ties count half.

    Range 0 to 1, 0.5 is chance; higher is better. NaN where only one class is present.

    Parameters
    ----------
    lost
        0/1 labels of shape (n,).
    risk
        Scores of shape (n,), higher for more risk, in any unit.

    References
    ----------
    Hanley, McNeil (1982), The meaning and use of the area under a ROC curve, Radiology 143(1).

    Examples
    --------
    >>> auc(np.array([0.0, 0.0, 1.0]), np.array([0.1, 0.4, 0.3]))
    0.5
    """
    if len(np.unique(lost)) < 2:
        return float("nan")
    gone = lost == 1
    above = rankdata(risk)[gone].sum() - gone.sum() * (gone.sum() + 1) / 2
    return float(above / (gone.sum() * (~gone).sum()))
