"""The level of a score, and how far the next season's level may lie from it.

The share of clients that are lost changes with the season. What is learnt from past seasons is
their mean level; the season to come has its own. How far the two lie apart is seen at validated
cut-offs, whose levels were foretold from earlier labels alone, and never from their clients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import t as student

from segml.outcomes.stacking import Loss

Values = npt.NDArray[np.float64]
PRIOR_SCALE = 0.3
"""The level error assumed before any is seen, in log-odds: a rate of 50 % that becomes 57 %."""
PRIOR_SEASONS = 2.0
"""How many seasons the assumption is worth."""
CERTAIN = 1e-6
"""Probabilities nearer to 0 or 1 than this are read as this."""


def level_of(plain: Values, y: Values, weight: Values, loss: Loss) -> float:
    """What must be added to scores for their mean to be the labels'.

    Parameters
    ----------
    plain, y, weight
        Scores, labels and weights, each of shape (n,); without rows the level is 0.
    loss
        `logistic`: the mean of the probabilities is meant; `squared`: of the scores themselves.
    """
    if len(plain) == 0:
        return 0.0
    if loss == "squared":
        return float(np.average(y - plain, weights=weight))
    # half a client of each kind keeps the level finite
    rate = float((weight @ y + 0.5) / (weight.sum() + 1.0))
    reach = float(np.abs(plain).max()) + 40.0

    def excess(level: float) -> float:
        return float(np.average(expit(plain + level), weights=weight) - rate)

    return float(brentq(excess, -reach, reach, xtol=1e-10))


@dataclass(frozen=True, kw_only=True)
class LevelError:
    """How far the level of a season to come lies from the foretold one: Student's t, in log-odds.

    Parameters
    ----------
    scale
        Of the distribution, positive.
    freedom
        Its degrees of freedom, positive: few seasons seen make heavy tails.
    seen
        The errors at validated cut-offs (days since 1970-01-01): observed less foretold level.
    """

    scale: float
    freedom: float
    seen: Mapping[int, float]

    def draws(self, count: int, *, seed: int) -> Values:
        """Evenly spread draws in a random order, shape (count,).

        Parameters
        ----------
        count
            How many; the middles of as many equally likely parts.
        seed
            Of the order.
        """
        middles = (np.arange(count) + 0.5) / count
        even = np.asarray(student.ppf(middles, self.freedom), dtype=np.float64)
        return self.scale * np.random.default_rng(seed).permutation(even)

    def to_json(self) -> dict[str, Any]:
        """The level error as plain values."""
        seen = {str(day): error for day, error in self.seen.items()}
        return {"scale": self.scale, "freedom": self.freedom, "seen": seen}


def fit_level_error(
    p: Values, y: Values, cutoff: npt.NDArray[np.int64], *, label_days: int
) -> LevelError:
    """The level error of probabilities that were foretold for several cut-offs.

    Parameters
    ----------
    p, y, cutoff
        Probabilities made without any label that ends after their own cut-off, 0/1 labels, and
        days, each of shape (n,); n may be zero: the prior is then the answer.
    label_days
        Gap and horizon together. Cut-offs nearer than this share days, so they count for fewer
        seasons than they are: as many as their span holds horizons, and one.

    Notes
    -----
    A normal random intercept a season with mean zero; the variance has a scaled inverse chi-square
    prior, so the next season's error has Student's t. What chance alone moves a level of so many
    clients is taken off the squared errors.

    References
    ----------
    Gelman and others (2013), Bayesian Data Analysis, 3rd ed., section 2.6.
    """
    days = np.unique(cutoff)
    odds = logit(np.clip(p, CERTAIN, 1 - CERTAIN))
    seen: dict[int, float] = {}
    squares = []
    for day in days.tolist():
        at = cutoff == day
        error = level_of(odds[at], y[at], np.ones(int(at.sum())), "logistic")
        chance = expit(odds[at] + error)
        seen[day] = error
        squares.append(error**2 - 1.0 / float((chance * (1 - chance)).sum()))
    span = float(days[-1] - days[0]) if len(days) else 0.0
    seasons = min(float(len(days)), 1.0 + span / label_days)
    found = max(float(np.mean(squares)), 0.0) if squares else 0.0
    freedom = PRIOR_SEASONS + seasons
    scale = np.sqrt((PRIOR_SEASONS * PRIOR_SCALE**2 + seasons * found) / freedom)
    return LevelError(scale=float(scale), freedom=freedom, seen=seen)
