"""From a raw score to a probability: strictly increasing, fitted on rows no model had seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from segml.outcomes.lines import quantile_of_lines
from segml.outcomes.rows import weights_of

Values = npt.NDArray[np.float64]
DRAWS = 200
LARGEST = 2_000_000
"""Numbers a block of draws holds at most: memory does not grow with the number of clients."""
LEAST_SLOPE = 0.05
"""Calibration may flatten a score, never turn it around or make it constant."""
PRIOR_ROWS = 10.0
"""How many rows the prior slope of 1 is worth, in units of the score's spread."""
STEPS, LONGEST, HALVINGS, STILL = 100, 5.0, 30, 1e-6
"""Of Newton's method: the most steps, the longest, how often one is halved, and which ends it:
what is left is of the size of its square."""
ROUNDING = 1e-12
ALIKE = 2048
"""Groups of rows next to each other by score, of which a draw counts weights and labels: within a
group all stand at its mean score. Of fewer rows each is a group of its own."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """A probability as a strictly increasing function of the raw score, with its uncertainty.

    Parameters
    ----------
    intercept, slope
        The probability is ``1 / (1 + exp(-(intercept + slope * raw)))``; the slope is positive.
    draws
        The same two numbers by bootstrap, at least one pair; every slope is positive.
    coverage
        The share of the draws an interval holds.

    Raises
    ------
    ValueError
        If a slope is not positive.

    References
    ----------
    Platt (1999), Probabilistic outputs for support vector machines.
    """

    intercept: float
    slope: float
    draws: tuple[tuple[float, float], ...]
    coverage: float = 0.8

    def __post_init__(self) -> None:
        if min([self.slope, *(slope for _, slope in self.draws)]) <= 0:
            raise ValueError("a calibration's slope is positive")

    def probability(self, raw: Values) -> Values:
        """The probability at raw scores of shape (n,), shape (n,)."""
        return np.asarray(expit(self.intercept + self.slope * raw), dtype=np.float64)

    def interval(self, raw: Values) -> tuple[Values, Values]:
        """The lower and upper end of the probability's interval, each of shape (n,).

        It holds the probability itself always, and the share of alike clients that will have the
        label as often as `coverage` says, if the draws hold all that may be otherwise.
        """
        intercepts, slopes = np.array(self.draws).T
        tail = (1 - self.coverage) / 2
        low, high = (
            expit(quantile_of_lines(intercepts, slopes, raw, share)) for share in (tail, 1 - tail)
        )
        middle = self.probability(raw)
        return np.minimum(low, middle), np.maximum(high, middle)

    def unsteady(self, shifts: Values) -> Calibration:
        """The calibration whose every draw stands at another level; the probability stays.

        Parameters
        ----------
        shifts
            Log-odds to add, one a draw.
        """
        moved = zip(self.draws, shifts.tolist(), strict=True)
        return replace(self, draws=tuple((a + shift, b) for (a, b), shift in moved))

    def to_json(self) -> dict[str, Any]:
        """The calibration as plain values."""
        return {
            "intercept": self.intercept,
            "slope": self.slope,
            "draws": [list(draw) for draw in self.draws],
            "coverage": self.coverage,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Calibration:
        """The calibration read back, equal to the one written."""
        draws = tuple((float(a), float(b)) for a, b in value["draws"])
        return cls(**{**value, "draws": draws})


def fit_calibration(
    raw: Values,
    y: Values,
    *,
    client: npt.NDArray[np.object_],
    cutoff: npt.NDArray[np.int64],
    seed: int,
    count: int = DRAWS,
) -> Calibration:
    """The calibration of raw scores that were made without seeing their labels.

    Parameters
    ----------
    raw, y
        Scores and 0/1 labels, both of shape (n,).
    client, cutoff
        Whose and of when each row is, shape (n,). The bootstrap draws clients and cut-offs both:
        rows of one client hang together, and so do rows of one season.
    seed
        Of the bootstrap.
    count
        Of its draws; with 0 the one draw is the calibration itself.

    Notes
    -----
    With one class among the labels (or none) nothing can be learnt of the slope: it is 1, and the
    intercept puts the mean probability at (k + 1/2) / (n + 1).

    References
    ----------
    Owen (2007), The pigeonhole bootstrap, Annals of Applied Statistics 1(2).
    """
    whose, clients = pd.factorize(client, sort=True)
    when, seasons = pd.factorize(cutoff, sort=True)
    share = weights_of(client)
    if len(raw) == 0:
        point = np.array([0.0, 1.0])
    else:
        centre, spread = float(raw.mean()), float(raw.std()) or 1.0
        everyone = _Scores(z=(raw - centre) / spread, weight=share[None], hits=(share * y)[None])
        point = _fit(everyone, None, centre=centre, spread=spread)[0]
    if len(raw) == 0 or count == 0:
        alone = (float(point[0]), float(point[1]))
        return Calibration(intercept=alone[0], slope=alone[1], draws=(alone,) * max(count, 1))
    order = np.argsort(raw, kind="stable")
    whose, when, share, y = whose[order], when[order], share[order], y[order]
    starts = np.arange(min(len(raw), ALIKE)) * len(raw) // min(len(raw), ALIKE)
    z = np.add.reduceat(share * (raw[order] - centre) / spread, starts)
    z /= np.add.reduceat(share, starts)
    rng = np.random.default_rng(seed)
    draws: list[Values] = []
    block = int(np.clip(LARGEST // len(raw), 1, count))
    while len(draws) < count:
        size = min(block, count - len(draws))
        of_client = rng.multinomial(len(clients), np.full(len(clients), 1 / len(clients)), size)
        of_season = rng.multinomial(len(seasons), np.full(len(seasons), 1 / len(seasons)), size)
        weight = share * of_client[:, whose] * of_season[:, when]
        drawn = _Scores(
            z=z,
            weight=np.add.reduceat(weight, starts, axis=1),
            hits=np.add.reduceat(weight * y, starts, axis=1),
        )
        draws.extend(_fit(drawn, point, centre=centre, spread=spread))
    return Calibration(
        intercept=float(point[0]),
        slope=float(point[1]),
        draws=tuple((float(a), float(b)) for a, b in draws),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Scores:
    """Scores in units of their spread, shape (n,), with d weightings and the weight of label 1."""

    z: Values
    weight: Values
    hits: Values


def _fit(told: _Scores, start: Values | None, *, centre: float, spread: float) -> Values:
    """Intercept and slope for each of d weightings of the same scores, shape (d, 2).

    The penalised likelihood is concave and every step raises it, so where it begins (at a fit of
    nearly the same rows, or at the rate of all) changes nothing but the time.
    """
    total, hits = told.weight.sum(axis=1), told.hits.sum(axis=1)
    level = (hits + 0.5) / (total + 1.0)
    single = np.minimum(hits, (told.weight - told.hits).sum(axis=1)) <= 1e-9 * total
    theta = np.column_stack([np.log(level / (1 - level)), np.full(len(total), spread)])
    if start is None:  # not from a steep slope: where nearly all rows are sure none tells the way
        theta[~single, 1] = min(spread, 1.0)
    else:
        theta[~single] = start[0] + start[1] * centre, start[1] * spread
    here = _likelihood(theta, told, spread)
    for _ in range(STEPS):
        moved, reached = _better(theta, here, told, spread)
        moved = np.where(single[:, None], theta, moved)
        is_still = bool((np.abs(moved - theta) <= STILL * (1.0 + np.abs(theta))).all())
        theta, here = moved, reached
        if is_still:
            break
    slope = theta[:, 1] / spread
    return np.column_stack([theta[:, 0] - slope * centre, slope])


def _better(theta: Values, here: Values, told: _Scores, spread: float) -> tuple[Values, Values]:
    """One Newton step, each weighting's halved until its likelihood does not fall, and that."""
    step, least = _step(theta, told, spread), np.array([-np.inf, LEAST_SLOPE * spread])
    part = np.ones(len(theta))
    for _ in range(HALVINGS):
        moved = np.maximum(theta + part[:, None] * step, least)
        reached = _likelihood(moved, told, spread)
        fell = reached < here - ROUNDING * np.abs(here)
        if not fell.any():
            break
        part[fell] /= 2.0
    return np.where(fell[:, None], theta, moved), np.where(fell, here, reached)


def _likelihood(theta: Values, told: _Scores, spread: float) -> Values:
    """The penalised log-likelihood.

    Half a row of each class keeps the intercept finite, ten rows pull the slope to 1.
    """
    at = theta[:, :1] + theta[:, 1:] * told.z
    seen = (told.hits * at - told.weight * np.logaddexp(0.0, at)).sum(axis=1)
    prior = 0.5 * theta[:, 0] - np.logaddexp(0.0, theta[:, 0])
    return np.asarray(seen + prior - PRIOR_ROWS / 8 * (theta[:, 1] - spread) ** 2)


def _step(theta: Values, told: _Scores, spread: float) -> Values:
    """The Newton step of each weighting, no longer than `LONGEST`."""
    z, weight = told.z, told.weight
    p = expit(theta[:, :1] + theta[:, 1:] * z)
    level = expit(theta[:, 0])
    rise = told.hits - weight * p
    curve = weight * p * (1 - p)
    g0 = rise.sum(axis=1) + 0.5 - level
    g1 = rise @ z - PRIOR_ROWS / 4 * (theta[:, 1] - spread)
    h00 = curve.sum(axis=1) + level * (1 - level) + ROUNDING  # where all are sure it is nothing
    h01, h11 = curve @ z, curve @ z**2 + PRIOR_ROWS / 4
    scale = h00 * h11 - h01**2
    step = np.column_stack([h11 * g0 - h01 * g1, h00 * g1 - h01 * g0]) / scale[:, None]
    flattest = (theta[:, 1] <= LEAST_SLOPE * spread) & (step[:, 1] <= 0)
    step[flattest] = np.column_stack([g0 / h00, np.zeros(len(g0))])[flattest]
    longest = np.abs(step).max(axis=1, keepdims=True)
    return np.asarray(step * (LONGEST / np.maximum(longest, LONGEST)))
