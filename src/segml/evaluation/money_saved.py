"""Money saved: what contacting the riskiest tenth would leave, after its cost."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from segml.evaluation.budget import in_budget
from segml.evaluation.empb import ACCEPTS, CONTACT, OFFER

Values = npt.NDArray[np.float64]


def money_saved(lost: Values, risk: Values, worth: Values) -> float:
    """The expected profit of contacting the riskiest tenth, in money a listed client.

    The rules are those of `empb`, but the budget decides who is contacted: one client in ten.

    Range any number, in money; higher is better, below zero the offers cost more than they keep.
    NaN where there are no rows.

    Parameters
    ----------
    lost
        0/1 labels of shape (n,).
    risk
        Scores of shape (n,), higher for more risk, in any unit; ties at the edge are shared evenly.
    worth
        The value of each client, none below zero, shape (n,).

    References
    ----------
    Neslin, Gupta, Kamakura, Lu, Mason (2006), Defection detection, Journal of Marketing Research
    43(2): the profit of a campaign of a given size.

    Examples
    --------
    >>> lost, worth = np.array([1.0, 0.0]), np.array([100.0, 100.0])
    >>> money_saved(lost, np.array([0.9, 0.1]), worth) > 0 > money_saved(lost, 1 - lost, worth)
    True
    """
    if len(lost) == 0:
        return float("nan")
    accepts = ACCEPTS[0] / sum(ACCEPTS)
    kept = accepts * (1 - OFFER) * lost * worth - OFFER * (1 - lost) * worth
    return float((in_budget(risk) * (kept - CONTACT * worth.mean())).sum()) / len(lost)
