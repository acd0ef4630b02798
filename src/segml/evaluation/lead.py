"""How far one ranking is ahead of another on the same clients, with an interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, rankdata

Values = npt.NDArray[np.float64]
COVERAGE = 0.9
"""Of the interval; a bound of it is wrong on its side in one case of twenty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """One ranking's figure, another's on the same rows, and an interval of the difference.

    Parameters
    ----------
    own, other
        Both rankings' figures (AUC: 0 to 1); NaN where they have none.
    low, high
        The ends of the 90 % interval of `own - other`; NaN where it has none.
    """

    own: float
    other: float
    low: float
    high: float

    @property
    def mean(self) -> float:
        """The difference, positive where the first ranking is ahead."""
        return self.own - self.other

    @property
    def is_known(self) -> bool:
        """Whether there are enough rows to say anything."""
        return bool(np.isfinite([self.low, self.high]).all())

    def figures(self, name: str) -> dict[str, float | str | None]:
        """The difference and its interval under a name, `_low` and `_high`; None where undefined.

        Examples
        --------
        >>> Lead(own=0.75, other=0.5, low=0.125, high=float("nan")).figures("lead")
        {'lead': 0.25, 'lead_low': 0.125, 'lead_high': None}
        """
        ends = {"": self.mean, "_low": self.low, "_high": self.high}
        return {f"{name}{end}": known(value) for end, value in ends.items()}


def known(value: float) -> float | None:
    """A figure as JSON knows it: None for NaN."""
    return None if np.isnan(value) else float(value)


def auc_lead(lost: Values, risk: Values, other: Values) -> Lead:
    """The lead of one ranking over another in AUC, by DeLong's covariance of the two.

    Parameters
    ----------
    lost
        0/1 labels of shape (n,), each client once.
    risk, other
        Scores of shape (n,), higher for more risk, each in a unit of its own. A constant is
        chance itself.

    Returns
    -------
    Lead
        NaN where a class has no client; without an interval where it has one alone.

    References
    ----------
    DeLong, DeLong, Clarke-Pearson (1988), Comparing the areas under two or more correlated receiver
    operating characteristic curves, Biometrics 44(3); Sun, Xu (2014), Fast implementation of
    DeLong's algorithm, IEEE Signal Processing Letters 21(11).

    Examples
    --------
    >>> lost = np.array([0.0, 0.0, 1.0, 1.0])
    >>> lead = auc_lead(lost, np.array([0.1, 0.3, 0.2, 0.9]), np.zeros(4))
    >>> lead.own, lead.other
    (0.75, 0.5)
    """
    gone = lost == 1
    m, n = int(gone.sum()), int((~gone).sum())
    if min(m, n) == 0:
        return Lead(own=np.nan, other=np.nan, low=np.nan, high=np.nan)
    parts = [_placements(scores, gone, m, n) for scores in (risk, other)]
    first, second = (float(of_lost.mean()) for of_lost, _ in parts)
    if min(m, n) == 1:
        return Lead(own=first, other=second, low=np.nan, high=np.nan)
    of_lost = parts[0][0] - parts[1][0]
    of_stayed = parts[0][1] - parts[1][1]
    error = np.sqrt(of_lost.var(ddof=1) / m + of_stayed.var(ddof=1) / n)
    reach = float(norm.ppf((1 + COVERAGE) / 2) * error)
    lead = first - second
    return Lead(own=first, other=second, low=lead - reach, high=lead + reach)


def _placements(
    scores: Values, gone: npt.NDArray[np.bool_], m: int, n: int
) -> tuple[Values, Values]:
    """The share of stayers below each lost client, (m,), and of lost ones above each stayer."""
    ranks = rankdata(scores)
    below = (ranks[gone] - rankdata(scores[gone])) / n
    above = 1.0 - (ranks[~gone] - rankdata(scores[~gone])) / m
    return below, above
