"""EMPB: the profit of a retention campaign aimed by a risk, whose size is chosen best."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

Values = npt.NDArray[np.float64]

ACCEPTS = (6.0, 14.0)
"""Of the Beta law of the share of leavers whom an offer keeps: 0.3 on average."""
OFFER = 0.05
"""The cost of an offer, as a share of the client's value; paid by who takes it."""
CONTACT = 0.005
"""The cost of a contact, as a share of the mean value of all; paid for everyone contacted."""
_PARTS = 20
_GAMMAS = beta.ppf((np.arange(_PARTS) + 0.5) / _PARTS, *ACCEPTS)


def empb(lost: Values, risk: Values, worth: Values) -> float:
    """The expected maximum profit of contacting the riskiest clients, in money a listed client.

    A leaver takes the offer with probability γ and stays: its value less the offer is won. Who
    would have stayed takes the offer anyway. The number contacted is the best for each γ; over γ
    the mean is taken, in twenty equally likely parts.

    Range 0 to infinity, in money; higher is better, 0 is to contact nobody. NaN where there are no
    rows.

    Parameters
    ----------
    lost
        0/1 labels of shape (n,).
    risk
        Scores of shape (n,), higher for more risk, in any unit. Clients of one risk are contacted
        all or none.
    worth
        The value of each client, none below zero, shape (n,).

    References
    ----------
    Verbraken, Verbeke, Baesens (2013), A novel profit maximizing metric for measuring
    classification performance of customer churn prediction models, IEEE TKDE 25(5): the measure, γ
    ~ Beta(6, 14), an offer of 10 and a contact of 1 at a value of 200. Janssens, Bogaert, Bagué,
    Van den Poel (2022), B2Boost: instance-dependent profit-driven modelling of B2B churn, Annals
    of Operations Research: a value for each client, the offer a share of it.

    Examples
    --------
    >>> lost, worth = np.array([1.0, 0.0]), np.array([100.0, 100.0])
    >>> round(empb(lost, np.array([0.9, 0.1]), worth), 1)
    14.0
    """
    if len(lost) == 0:
        return float("nan")
    order = np.argsort(-risk, kind="stable")
    won = lost[order] * worth[order] * (1 - OFFER)
    spent = (1 - lost[order]) * worth[order] * OFFER + CONTACT * worth.mean()
    ends = np.flatnonzero(np.diff(risk[order], append=-np.inf))
    won, spent = np.cumsum(won)[ends], np.cumsum(spent)[ends]
    best = [max(0.0, float((gamma * won - spent).max())) for gamma in _GAMMAS]
    return float(np.mean(best)) / len(lost)
