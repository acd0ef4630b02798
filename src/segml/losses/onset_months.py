"""The months in which a decline may have begun, each with its probability.

An onset is known to some weeks or months alone. The hazard of a decline that began in one of
several months is the mean of their hazards, each as likely as the onset makes it; and since hazards
add up, so is every column's value the mean of its values in these months. Nothing is lost by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from segml.losses.declines import Dated
from segml.losses.exposed_risk import month_of
from segml.losses.exposures import Risk
from segml.losses.history import Numbers

LEAST_CHANCE = 0.01
"""Of the likeliest month's: less likely months are left out, there are very many of them."""
MIDWEEK = 3
"""A week counts for the month of its fourth day, in which most of its days lie."""


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

    @property
    def by_month(self) -> Numbers:
        """(m,) how many declines are likely to have begun in each month of the risk."""
        count = len(self.risk.starts)
        return np.bincount(self.risk.month, self.weight, count).astype(np.float64)

    def mean(self, met: Numbers) -> Numbers:
        """(n, p) the means of p columns over each client's months, of their values (k, p)."""
        weighed = met * self.weight[:, None]
        return np.asarray(np.add.reduceat(weighed, self.first, axis=0), dtype=np.float64)


def onset_months(risk: Risk, dated: Dated) -> OnsetMonths:
    """The months of the onsets of a risk.

    Parameters
    ----------
    risk
        Of which each client is at risk up to the last month in which its decline may have begun.
        In months that no week looked at lies in, no onset can be found, and nobody is at risk.
    dated
        The weeks of declines. One that is not told there, or in no month at risk, is left out.
    """
    risk = _looked_at(risk, dated)
    place = {client_id: row for row, client_id in enumerate(dated.clients)}
    month = month_of(risk.starts, dated.days + MIDWEEK)
    rows, months, weights = [], [], []
    for row in risk.lost:
        at = place.get(risk.clients[row])
        if at is None:
            continue
        inside = month >= 0
        mass = np.bincount(month[inside], dated.chance[at, inside], len(risk.starts))
        mass = np.where(risk.at_risk[row], mass, 0.0)
        mine = np.flatnonzero(mass > LEAST_CHANCE * mass.max())
        if len(mine):
            rows.append(row)
            months.append(mine)
            weights.append(mass[mine] / mass[mine].sum())
    count = np.array([len(mine) for mine in months], dtype=np.intp)
    return OnsetMonths(
        risk=replace(
            risk,
            lost=np.repeat(np.array(rows, dtype=np.intp), count),
            month=np.concatenate([*months, np.empty(0, np.intp)]),
        ),
        first=np.cumsum(count) - count,
        weight=np.concatenate([*weights, np.empty(0)]),
    )


def _looked_at(risk: Risk, dated: Dated) -> Risk:
    """The risk, in the months in which onsets are looked for: from a decline's first week on."""
    possible = (dated.chance > 0.0).any(axis=0)
    month = month_of(risk.starts, dated.days[possible] + MIDWEEK)
    looked_at = np.isin(np.arange(len(risk.starts)), month)
    return replace(risk, at_risk=risk.at_risk & looked_at)


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
