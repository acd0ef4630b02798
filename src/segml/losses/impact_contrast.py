"""What changed for exposed clients against comparable ones: the improved doubly robust estimator.

Comparison clients are weighed by exp(x γ), with γ such that their weighed covariates x have exactly
the mean of the exposed (inverse probability tilting); the change is regressed on x under the same
weights; the effect is the mean of what the exposed changed beyond that regression,

    effect = mean over exposed of (change − x β),   Σ w x = mean x of the exposed,
    β by least squares weighed with w

It is right where either the odds of exposure are exp(x γ) or the change that would have come anyway
is x β. Neither estimate moves it in first order, so each client's part of it is

    u = (change − x β − effect) / n₁ for an exposed one,   −w (change − x β) for another,

and the variance of the effect is Σ u². Parts of several contrasts add up by client: that is how a
client that stands in two of them is counted once (clustering).

References
----------
Sant'Anna and Zhao (2020), Doubly Robust Difference-in-Differences Estimators, Journal of
Econometrics 219, section 3.1 (the improved estimator for panel data); Graham, Pinto and Egel
(2012), Inverse Probability Tilting, Review of Economic Studies 79; Kish (1965), Survey Sampling,
11.7 (the effective number); Donald and Lang (2007), Inference with Difference-in-Differences and
Other Panel Data, Review of Economics and Statistics 89.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segml.losses.history import Numbers

Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.intp]

LEAST_COMPARED = 30.0
"""Effective number of comparison clients: what equally weighed ones would be worth the same."""
BALANCED = 1e-6
"""Standard deviations that a covariate's means may still lie apart after weighing."""
LEAST_GROUPS = 3
_STEPS = 60
_FLAT = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contrast:
    """An estimated effect on the exposed, with what its error is made of.

    Parameters
    ----------
    effect
        Mean change of the exposed beyond what comparable clients changed.
    expected
        What the exposed would have changed, by the comparison.
    parts
        (n,) each client's part of the error; zero for who is neither exposed nor compared.
    exposed, compared
        How many of each.
    effective
        What the weighed comparison clients are worth, as a number of equally weighed ones.
    shock
        Variance that whole groups of clients add, beyond that of their clients.
    groups
        How many groups of comparison clients it was learnt from; 0 for none.
    """

    effect: float
    expected: float
    parts: Numbers
    exposed: int
    compared: int
    effective: float
    shock: float = 0.0
    groups: int = 0


def contrast(
    change: Numbers, covariates: Numbers, exposed: Flags, groups: Codes | None = None
) -> Contrast | None:
    """The effect on the exposed; None where no weights make the others comparable.

    Parameters
    ----------
    change
        (n,) what each client changed, or whether it was lost.
    covariates
        (n, k) known before; a column of ones is added.
    exposed
        (n,) the others are compared with.
    groups
        (n,) the group each belongs to, where a whole group was exposed: what befalls groups as
        wholes is then learnt from those that were not, and counted as error.

    Examples
    --------
    Without covariates it is a difference of means:

    >>> found = contrast(np.r_[np.arange(40.0), np.full(40, 2.0)], np.zeros((80, 0)),
    ...                  np.arange(80) < 40)
    >>> round(found.effect, 6), found.exposed, round(found.effective)
    (17.5, 40, 40)
    """
    n1, n0 = int(exposed.sum()), int((~exposed).sum())
    if n1 < 2 or n0 < LEAST_COMPARED:
        return None
    design = _design(covariates)
    weights = tilted(design[~exposed], design[exposed].mean(axis=0))
    if weights is None:
        return None
    effective = float(weights.sum() ** 2 / (weights**2).sum())
    if effective < LEAST_COMPARED:
        return None
    weighed = weights[:, None] * design[~exposed]
    curve, slope = weighed.T @ design[~exposed], weighed.T @ change[~exposed]
    beta = np.linalg.lstsq(curve, slope, rcond=_FLAT)[0]
    rest = change - design @ beta
    effect = float(rest[exposed].mean())
    # the regression fits its own rows too closely, by as many as it has coefficients
    kept = max(effective - design.shape[1], 0.5 * effective)
    parts = np.empty(len(change))
    parts[exposed] = (rest[exposed] - effect) / n1
    parts[~exposed] = -weights * rest[~exposed] * np.sqrt(effective / kept)
    shock, number = 0.0, 0
    if groups is not None:
        shock, number = _shock(weights, rest[~exposed], groups[~exposed])
    return Contrast(
        effect=effect,
        expected=float(change[exposed].mean()) - effect,
        parts=parts,
        exposed=n1,
        compared=n0,
        effective=effective,
        shock=shock,
        groups=number,
    )


def _shock(weights: Numbers, rest: Numbers, groups: Codes) -> tuple[float, int]:
    """What shocks to whole groups add to the variance, and from how many groups it is known.

    The mean rest of a group scatters by its clients and by what befell the group: the second is
    what is left after the first (method of moments). The exposed group had one such shock, the
    comparison the weighed mean of its groups' (Donald and Lang 2007).
    """
    mass = np.bincount(groups, weights)
    found = mass > 0
    share = mass[found] / mass.sum()
    mean = np.bincount(groups, weights * rest)[found] / mass[found]
    chance = np.bincount(groups, (weights * rest) ** 2)[found] / mass[found] ** 2
    if len(share) < LEAST_GROUPS:
        return 0.0, 0
    seen = float((share * mean**2).sum())
    # the rests have no mean left, so they scatter by the less of one of them
    by_chance = float((share * chance).sum() - (share**2 * chance).sum())
    alone = float((share**2).sum())
    between = max(seen - by_chance, 0.0) / (1.0 - alone)
    return between * (1.0 + alone), len(share)


def tilted(design: Numbers, target: Numbers) -> Numbers | None:
    """(n,) weights exp(x γ) that sum to one and give the rows a mean; None where there are none.

    Parameters
    ----------
    design
        (n, k) with a first column of ones, the others of standard deviation about one.
    target
        (k,) the mean to reach.
    """
    gamma = np.zeros(design.shape[1])
    gamma[0] = -np.log(len(design))
    log_weights = design @ gamma
    value = _cost(log_weights, gamma, target)
    for _ in range(_STEPS):
        weights = np.exp(log_weights)
        off = weights @ design - target
        if np.abs(off).max() < BALANCED:
            return np.asarray(weights / weights.sum(), dtype=np.float64)
        curve = design.T @ (weights[:, None] * design)
        # directions in which nobody differs are left alone
        step = np.linalg.lstsq(curve, off, rcond=_FLAT)[0]
        length = 1.0
        while length > 1e-4:
            tried = gamma - length * step
            moved = design @ tried
            cost = _cost(moved, tried, target)
            if cost <= value - 1e-4 * length * float(step @ off):
                break
            length *= 0.5
        else:
            return None
        gamma, log_weights, value = tried, moved, cost
    return None


def _cost(log_weights: Numbers, gamma: Numbers, target: Numbers) -> float:
    """The convex function whose minimum balances: Σ exp(x γ) − target γ."""
    if log_weights.max() > 50.0:
        return np.inf
    return float(np.exp(log_weights).sum() - target @ gamma)


def _design(covariates: Numbers) -> Numbers:
    """The covariates in standard deviations from their mean, constants left out, after ones."""
    spread = covariates.std(axis=0)
    varies = spread > 1e-12
    scaled = (covariates[:, varies] - covariates[:, varies].mean(axis=0)) / spread[varies]
    return np.column_stack([np.ones(len(covariates)), scaled])
