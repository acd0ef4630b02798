"""From a raw score of money to an expected amount, and an interval around an expectation.

The raw score of an amount lives on the asinh scale, where heavy tails are tame and losses stay
losses. The mean of the amounts is larger than the amount of the mean score, so one smearing factor,
found on unseen rows, brings the total back. Scores are learnt from many small clients that scatter,
and are drawn to one another as these are; large clients are steadier and keep more of their size.
So the score has a calibration slope too: found on unseen rows, where the money is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

Values = npt.NDArray[np.float64]
STEEPEST = 30.0
"""Beyond this the hyperbolic sine is no amount of money any more."""
SLOPES = (0.5, 2.0)
"""No slope is sought beyond these."""
SLOPE_PRIOR = 0.25
"""Deviation of the slope beforehand: most lie within a half and one and a half."""
MANY = 400
"""From so many distances on the narrowest pair of ends is sought: of fewer some pair is narrow by
luck and holds too few of the next; of so many it misses what is meant by 1.5 points at most."""


@dataclass(frozen=True, kw_only=True)
class Amount:
    """Money as a strictly increasing function of a raw score: ``smear scale sinh(slope raw)``.

    Parameters
    ----------
    scale
        The money at which the asinh scale turns from linear to logarithmic, positive.
    smear
        What makes the expected total equal the real one on unseen rows, positive.
    slope
        What makes it the real one among large and small amounts alike, positive.

    References
    ----------
    Duan (1983), Smearing estimate: a nonparametric retransformation method, JASA 78. Cox (1958),
    Two further applications of a model for binary regression, Biometrika 45: the slope.
    """

    scale: float
    smear: float
    slope: float = 1.0

    def __post_init__(self) -> None:
        if min(self.scale, self.smear, self.slope) <= 0:
            raise ValueError("scale, smear and slope are positive")

    def expected(self, raw: Values) -> Values:
        """The expected money at raw scores of shape (n,)."""
        steep = np.clip(self.slope * raw, -STEEPEST, STEEPEST)
        return np.asarray(self.smear * self.scale * np.sinh(steep), dtype=np.float64)

    def to_json(self) -> dict[str, float]:
        """The amount as plain values."""
        return {"scale": self.scale, "smear": self.smear, "slope": self.slope}


def scale_of(amount: Values) -> float:
    """The median size of the amounts that are not zero; 1 where there are none."""
    sizes = np.abs(amount[amount != 0])
    return float(np.median(sizes)) if len(sizes) else 1.0


def fit_amount(
    raw: Values, came: Values, *, weight: Values, client: npt.NDArray[Any], scale: float
) -> Amount:
    """The amount whose weighted total over unseen rows is the real one, of large and small alike.

    Parameters
    ----------
    raw
        Scores made without seeing the amounts, shape (n,).
    came
        Shape (n,): what the weighted amounts came to, in money.
    weight
        Shape (n,): how much of each row's amount counts, its probability for one.
    client
        Shape (n,): of each row; rows of one client are one another's echo.
    scale
        The money of the asinh scale.

    Notes
    -----
    The slope solves the score equation of a Poisson quasi-likelihood (McCullagh and Nelder 1989,
    chapter 9): total, and total weighed by the size of the score, are those that came. It is drawn
    to one by its variance over clients. The factor is kept within a tenth and ten: a total that is
    no profit, or nearly none, says nothing about how amounts smear.
    """
    steep = _Steepness(raw=raw, came=came, weight=weight)
    slope = steep.slope(client)
    told, total = float(steep.told(slope).sum()) * scale, float(came.sum())
    ratio = total / told if told > 0 and total > 0 else 1.0
    return Amount(scale=scale, smear=float(np.clip(ratio, 0.1, 10.0)), slope=slope)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Steepness:
    """Rows from which the slope of an amount is found; as for `fit_amount`."""

    raw: Values
    came: Values
    weight: Values

    def told(self, slope: float) -> Values:
        """(n,) what is expected at a slope, unsmeared, in units of the scale."""
        return self.weight * Amount(scale=1.0, smear=1.0, slope=slope).expected(self.raw)

    def slope(self, client: npt.NDArray[Any]) -> float:
        """The slope, drawn to one by how little the clients tell of it."""
        low, high = SLOPES
        if self.came.sum() <= 0 or min(self.told(each).sum() for each in (low, 1.0, high)) <= 0:
            return 1.0
        if self._short(low) <= 0:
            found = low
        elif self._short(high) >= 0:
            found = high
        else:
            found = float(brentq(self._short, low, high, xtol=1e-6))
        expected = self._expected(found)
        size = np.abs(self.raw)
        size = size - float(expected @ size) / float(expected.sum())
        of_client = np.unique(client, return_inverse=True)[1]
        apart = np.bincount(of_client, weights=(self.came - expected) * size)
        spread = float(expected @ size**2)
        if spread <= 0:  # scores of one size know no slope
            return 1.0
        variance = float(np.square(apart / spread).sum())
        return 1.0 + (found - 1.0) * SLOPE_PRIOR**2 / (SLOPE_PRIOR**2 + variance)

    def _expected(self, slope: float) -> Values:
        told = self.told(slope)
        return np.asarray(told * (self.came.sum() / told.sum()), dtype=np.float64)

    def _short(self, slope: float) -> float:
        """How much more money came, weighed by the size of its score, than a slope expects."""
        return float((self.came - self._expected(slope)) @ np.abs(self.raw))


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How far amounts lie from their expectation, by size of the expectation.

    Parameters
    ----------
    unit
        Money added to the size of an expectation, so that small ones have a spread too.
    edges
        g - 1 rising sizes that part the g groups.
    low, median, high
        g distances from the expectation, in units of its size; low <= median <= high.

    References
    ----------
    Vovk, Lindsay, Nouretdinov, Gammerman (2003), Mondrian confidence machine: one quantile a group.
    Lei, Robins, Wasserman (2013), Distribution-free prediction sets, JASA 108: the narrowest.
    """

    unit: float
    edges: tuple[float, ...]
    low: tuple[float, ...]
    median: tuple[float, ...]
    high: tuple[float, ...]

    def interval(self, expected: Values) -> tuple[Values, Values, Values]:
        """Low, median and high around expectations of shape (n,), each (n,); all in money.

        The expectation itself always lies within low and high.
        """
        size = np.abs(expected) + self.unit
        group = np.searchsorted(np.asarray(self.edges), size, side="right")
        low, median, high = (
            expected + np.asarray(part)[group] * size for part in (self.low, self.median, self.high)
        )
        return np.minimum(low, expected), median, np.maximum(high, expected)

    def raised(self, ratio: float) -> Spread:
        """The spread of money that is so many times as large."""
        return replace(self, unit=ratio * self.unit, edges=tuple(ratio * e for e in self.edges))

    def to_json(self) -> dict[str, Any]:
        """The spread as plain values."""
        return {
            "unit": self.unit,
            "edges": list(self.edges),
            "low": list(self.low),
            "median": list(self.median),
            "high": list(self.high),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Spread:
        """The spread read back, equal to the one written."""
        parts = {name: tuple(value[name]) for name in ("edges", "low", "median", "high")}
        return cls(unit=value["unit"], **parts)


def fit_spread(
    expected: Values, actual: Values, *, unit: float, coverage: float = 0.8, groups: int = 8
) -> Spread:
    """The spread of amounts around expectations that were made without seeing them.

    Parameters
    ----------
    expected, actual
        Money, both of shape (n,); n may be zero.
    unit
        Money added to the size of an expectation, positive.
    coverage
        The share of amounts an interval is to hold.
    groups
        The most groups of about equal numbers; each holds at least 50 rows.
    """
    size = np.abs(expected) + unit
    count = int(np.clip(len(size) // 50, 1, groups))
    edges = np.unique(np.quantile(size, np.arange(1, count) / count)) if count > 1 else np.zeros(0)
    group = np.searchsorted(edges, size, side="right")
    distance = (actual - expected) / size
    rows = [_between(distance[group == g], coverage) for g in range(len(edges) + 1)]
    low, median, high = zip(*rows, strict=True)
    return Spread(unit=unit, edges=tuple(map(float, edges)), low=low, median=median, high=high)


def _between(distance: Values, coverage: float) -> tuple[float, float, float]:
    """Low, median and high of the distances: the outer two hold the share, by conformal ranks.

    Of many distances they are the narrowest pair that leaves half of its even part beyond either
    end; of few, of which some pair is narrow by luck, both ends leave out as many.
    """
    if len(distance) == 0:
        return -1.0, 0.0, 1.0
    ordered, n = np.sort(distance), len(distance)
    tail = (1 - coverage) / 2
    below = max(int(np.floor(tail * (n + 1))), 1) - 1
    above = min(int(np.ceil((1 - tail) * (n + 1))), n) - 1
    if n >= MANY:
        apart, spared = above - below, int(tail / 2 * n)
        starts = np.arange(spared, n - spared - apart)
        below = int(starts[np.argmin(ordered[starts + apart] - ordered[starts])])
        above = below + apart
    return float(ordered[below]), float(np.median(ordered)), float(ordered[above])
