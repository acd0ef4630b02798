"""Profit caught: how much of what will be lost a budget of contacts could reach."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from segml.evaluation.budget import in_budget

Values = npt.NDArray[np.float64]


def profit_caught(lost: Values, risk: Values, worth: Values) -> float:
    """The share of the lost clients' profit that stands among the riskiest tenth.

    Range 0 to 1, 0.1 is chance; higher is better. NaN where nobody worth anything was lost.

    Parameters
    ----------
    lost
        0/1 labels of shape (n,).
    risk
        Scores of shape (n,), higher for more risk, in any unit; ties at the edge are shared evenly.
    worth
        The profit of each client's last year, none below zero, shape (n,).

    References
    ----------
    Lemmens, Gupta (2020), Managing churn to maximize profits, Marketing Science 39(5): who is
    targeted is to be judged by the money at stake, not by the number of churners.

    Examples
    --------
    >>> lost = np.array([1.0, 1.0, 0.0])
    >>> profit_caught(lost, np.array([0.9, 0.5, 0.1]), np.array([30.0, 70.0, 50.0]))
    0.3
    """
    at_stake = float((lost * worth).sum())
    if not at_stake > 0:
        return float("nan")
    return float((in_budget(risk) * lost * worth).sum()) / at_stake
