"""The months in which a decline may have begun, each with its probability.

An onset is known to some weeks or months alone. The hazard of a decline that began in one of
several months is the mean of their hazards, each as likely as the onset makes it; and since hazards
add up, so is every column's value the mean of its values in these months. Nothing is lost by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from segml.losses.exposures import Risk
from segml.losses.history import Numbers
from segml.losses.onset import Onset

WIDTH = float(norm.ppf(0.95) - norm.ppf(0.05))
"""Standard deviations between the two ends of an onset's interval, were it normal."""
LEAST_DAYS = 3.0
"""Standard deviation, at least: no onset is known to the day."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OnsetMonths:
    """Client-months in which the declines of n clients may have begun.

    Parameters
    ----------
    risk
        Who was at risk; its `lost` and `month` are the k client-months.
    first
        (n,) where each client's months begin among the k; ascending.
    weight
        (k,) the probability of each; a client's sum to one.
    """

    risk: Risk
    first: npt.NDArray[np.intp]
    weight: Numbers

    @property
    def clients(self) -> tuple[str, ...]:
        """The n clients."""
        return tuple(self.risk.clients[row] for row in self.risk.lost[self.first])

    def mean(self, met: Numbers) -> Numbers:
        """(n, p) the means of p columns over each client's months, of their values (k, p)."""
        weighed = met * self.weight[:, None]
        return np.asarray(np.add.reduceat(weighed, self.first, axis=0), dtype=np.float64)


def onset_months(risk: Risk, onsets: Mapping[str, Onset]) -> OnsetMonths:
    """The months of every onset of a risk, from its interval.

    Parameters
    ----------
    risk
        Of which each client is at risk up to the month of its onset's `high` end.
    onsets
        Onset by client; of the lost clients of `risk` all.
    """
    months, weights = [], []
    ends = np.append(risk.starts[1:], risk.starts[-1] + 31)
    for row in risk.lost:
        onset = onsets[risk.clients[row]]
        possible = (risk.starts <= onset.high) & (ends > onset.low) & risk.at_risk[row]
        mine = np.flatnonzero(possible)
        spread = max((onset.high - onset.low) / WIDTH, LEAST_DAYS)
        edges = (np.stack([risk.starts[mine], ends[mine]]) - onset.day) / spread
        mass = norm.cdf(edges[1]) - norm.cdf(edges[0])
        whole = float(mass.sum())
        months.append(mine)
        weights.append(mass / whole if whole > 0.0 else np.full(len(mine), 1.0 / len(mine)))
    count = np.array([len(mine) for mine in months], dtype=np.intp)
    return OnsetMonths(
        risk=replace(
            risk,
            lost=np.repeat(risk.lost, count),
            month=np.concatenate([*months, np.empty(0, np.intp)]),
        ),
        first=np.cumsum(count) - count,
        weight=np.concatenate([*weights, np.empty(0)]),
    )


def by_chance(began: OnsetMonths, draws: np.random.Generator) -> OnsetMonths:
    """The same onsets, each laid on a client drawn from all at risk in the same months.

    What a hazard gains on these it owes to the dates, which are as they were, and to chance: who
    declined has nothing to do with what it was exposed to.
    """
    at_risk, month = began.risk.at_risk, began.risk.month
    ends = np.append(began.first[1:], len(month))
    drawn = began.risk.lost.copy()
    for first, end in zip(began.first, ends, strict=True):
        possible = np.flatnonzero(at_risk[:, month[first:end]].all(axis=1))
        drawn[first:end] = draws.choice(possible)
    return replace(began, risk=replace(began.risk, lost=drawn))


def beside(began: Sequence[OnsetMonths]) -> Risk:
    """One risk with the client-months of several sets of onsets, one set after the other."""
    return replace(
        began[0].risk,
        lost=np.concatenate([each.risk.lost for each in began]),
        month=np.concatenate([each.risk.month for each in began]),
    )
