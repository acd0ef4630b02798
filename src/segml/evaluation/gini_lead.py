"""How far one order of clients is ahead of another in the money that came, with an interval."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, rankdata

from segml.evaluation.lead import COVERAGE, Lead

Values = npt.NDArray[np.float64]
_UNKNOWN = Lead(own=np.nan, other=np.nan, low=np.nan, high=np.nan)


def gini_lead(actual: Values, expected: Values, other: Values) -> Lead:
    """The lead of one order over another in normalised Gini, by the projection of both.

    Parameters
    ----------
    actual
        Money that came, of shape (n,), each client once.
    expected, other
        What orders them, of shape (n,), higher for more money, each in a unit of its own.

    Returns
    -------
    Lead
        Of Ginis from -1 to 1, equals ranked in the middle; NaN where all clients brought the same.

    References
    ----------
    Hoeffding (1948), A class of statistics with asymptotically normal distribution, Annals of
    Mathematical Statistics 19: a Gini is a ratio of two of them, and the delta method gives its
    error. Schechtman, Yitzhaki (1987), A measure of association based on Gini's mean difference,
    Communications in Statistics 16.

    Examples
    --------
    >>> came = np.array([0.0, 1.0, 5.0, 2.0])
    >>> lead = gini_lead(came, came, np.array([3.0, 1.0, 2.0, 4.0]))
    >>> lead.own, round(lead.other, 3)
    (1.0, -0.125)
    """
    if len(actual) < 2 or np.ptp(actual) == 0:
        return _UNKNOWN
    most = _pairs(actual, actual)
    told = [_pairs(actual, order) for order in (expected, other)]
    first, second = (float(each.mean() / most.mean()) for each in told)
    lead = first - second
    # either row of a pair moves the mean of all pairs: twice what one of them does
    off = 2.0 * (told[0] - told[1] - lead * most) / most.mean()
    reach = float(norm.ppf((1 + COVERAGE) / 2) * np.sqrt((off**2).mean() / len(actual)))
    return Lead(own=first, other=second, low=lead - reach, high=lead + reach)


def _pairs(actual: Values, order: Values) -> Values:
    """(n,) by how much a client pairs with the others in the right order of money, on average."""
    rank = rankdata(order)
    by_order = np.argsort(order, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(actual[by_order])])
    ordered = order[by_order]
    below = sums[np.searchsorted(ordered, order, side="left")]
    above = sums[-1] - sums[np.searchsorted(ordered, order, side="right")]
    n = len(actual)
    return np.asarray((actual * (2.0 * rank - n - 1.0) + above - below) / n)
