"""A risk in any unit as a probability: how many clients with such a risk were lost before."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import isotonic_regression

Values = npt.NDArray[np.float64]


def as_chance(risk: Values, past_risk: Values, lost: Values) -> Values:
    """The probability of each risk, by isotonic regression on past cut-offs.

    Parameters
    ----------
    risk
        Shape (n,), higher for more risk.
    past_risk, lost
        The same risk of past rows and their 0/1 labels, both (m,), at least one.

    Returns
    -------
    array
        Shape (n,), never falling with the risk, and never quite 0 or 1: half a client is added to
        the rarer end.

    References
    ----------
    Zadrozny, Elkan (2002), Transforming classifier scores into accurate multiclass probability
    estimates, KDD-02.

    Examples
    --------
    >>> past, lost = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.0, 1.0, 0.0, 1.0])
    >>> as_chance(np.array([0.0, 2.5, 9.0]), past, lost).tolist()
    [0.125, 0.5, 0.875]
    """
    at, where, times = np.unique(past_risk, return_inverse=True, return_counts=True)
    shares = np.bincount(where, weights=lost, minlength=len(at)) / times
    level = isotonic_regression(shares, weights=times.astype(np.float64)).x
    edge = 0.5 / len(lost)
    return np.asarray(np.clip(np.interp(risk, at, level), edge, 1 - edge), dtype=np.float64)
