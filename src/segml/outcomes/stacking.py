"""Weights of a few score parts, learnt on rows they have not seen, never negative.

A ridge pulls the weights to a prior, so with little past the answer is the prior and with much it
is the evidence. Non-negative weights keep every part's direction, and with it the monotone signs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

Loss = Literal["logistic", "squared"]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Weights:
    """An intercept and k weights >= 0: the score is ``intercept + parts @ values``."""

    intercept: float
    values: tuple[float, ...]

    def score(self, parts: Values) -> Values:
        """The weighted sum of parts of shape (n, k), shape (n,)."""
        return np.asarray(self.intercept + parts @ np.asarray(self.values), dtype=np.float64)


def fit_weights(
    parts: Values,
    y: Values,
    weight: Values,
    *,
    loss: Loss,
    prior: Values,
    ridge: float,
    group: npt.NDArray[np.int64] | None = None,
) -> Weights:
    """The weights that fit y best, pulled to a prior.

    Parameters
    ----------
    parts
        float64 of shape (n, k), finite; part j raises the score.
    y
        Labels of shape (n,): 0 or 1 for `logistic`, any number for `squared`.
    weight
        Shape (n,), not negative; their sum is the number of independent rows.
    loss
        Logistic loss, or squared error in units of y's own variance.
    prior
        k weights >= 0 to be pulled to.
    ridge
        How many rows the prior is worth: the penalty is ridge/2 times the squared distance from
        the prior, each weight in units of its part's spread. Of a label that comes at rate p a row
        tells p (1 - p), its Fisher information, and so much is one of the prior's worth too.
    group
        Codes 0, 1, … of shape (n,): each group has a level of its own, so that only differences
        within a group teach; the intercept is then the mean level. Default: one group.

    Raises
    ------
    ValueError
        If a part is not finite.

    References
    ----------
    Breiman (1996), Stacked regressions, Machine Learning 24: non-negative weights.
    """
    if not np.isfinite(parts).all():
        raise ValueError("score parts are finite")
    share = weight / weight.sum()
    centre = share @ parts
    spread = np.sqrt(share @ (parts - centre) ** 2)
    usable = np.where(spread > 1e-12, spread, 1.0)
    z = (parts - centre) / usable
    variance = max(float(share @ (y - share @ y) ** 2), 1e-12)
    noise, worth = (variance, 1.0) if loss == "squared" else (1.0, variance)
    goal = prior * usable
    group = np.zeros(len(y), np.int64) if group is None else group
    levels = int(group.max()) + 1

    def cost(theta: Values) -> tuple[float, Values]:
        score = theta[group] + z @ theta[levels:]
        error, slope = _loss(score, y, loss)
        pull = theta[levels:] - goal
        value = weight @ error / noise + ridge * worth / 2 * pull @ pull
        rise = weight * slope / noise
        steps = np.bincount(group, weights=rise, minlength=levels)
        return float(value), np.concatenate([steps, z.T @ rise + ridge * worth * pull])

    start = np.concatenate([np.full(levels, _start(share @ y, loss)), goal])
    bounds = [*[(None, None)] * levels, *[(0.0, None)] * parts.shape[1]]
    theta = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    values = np.maximum(theta[levels:], 0.0) / usable
    level = share @ theta[group]
    return Weights(intercept=float(level - values @ centre), values=tuple(float(v) for v in values))


def _loss(score: Values, y: Values, loss: Loss) -> tuple[Values, Values]:
    if loss == "logistic":
        return np.logaddexp(0.0, score) - y * score, expit(score) - y
    return (score - y) ** 2 / 2, score - y


def _start(mean: float, loss: Loss) -> float:
    if loss == "squared":
        return float(mean)
    inside = min(max(mean, 1e-3), 1 - 1e-3)
    return float(np.log(inside / (1 - inside)))
