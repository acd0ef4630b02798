"""What a rule scheme is written in: criteria, how their heights are learnt, and what a rule asks.

A criterion turns one feature into a height in [0, 1] by straight lines between anchors. More of the
feature never lowers the height (of care: never raises it). Its anchors say in the feature's own
unit what a rule asks for: five years, no profit, a request too many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Scale = Literal["value", "quantile", "profit", "balance", "care", "spend"]
_VIP_PROFIT = 0.5
_WORST = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCriterion:
    """One line of a rule: which feature it reads, with what weight, and where its anchors stand.

    Parameters
    ----------
    features
        The features that can stand for it; the first usable one does.
    weight
        Its share of the score before absent criteria are left out; 0 for what decides apart.
    scale
        What `at` means. `value`: the feature's unit. `quantile`: shares of the clients (0.25 is
        the value that a quarter of them stay below). `profit`: learnt, see `profit_anchors`.
        `balance`: the same, where a loss weighs as a gain of its size. `care`: learnt, see
        `care_anchors`. `spend`: yearly spend bands, learnt or configured.
    at, heights
        The anchors; heights rise.
    fill
        What a missing value stands for, in the feature's unit; None: the training median.
    falling
        Whether less is better (care).
    """

    features: tuple[str, ...]
    weight: float
    scale: Scale = "value"
    at: tuple[float, ...] = ()
    heights: tuple[float, ...] = ()
    fill: float | None = 0.0
    falling: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Criterion:
    """A learnt criterion: anchors in the feature's unit and their heights.

    Parameters
    ----------
    at
        Shape (k,), strictly rising, at least two of them; of a falling criterion the negated
        feature.
    heights
        Shape (k,), never falling, in [0, 1].
    falling
        Whether less of the feature is better.
    """

    at: Array
    heights: Array
    falling: bool = False

    def __post_init__(self) -> None:
        if len(self.at) < 2 or len(self.at) != len(self.heights) or (np.diff(self.at) <= 0).any():
            raise ValueError("a criterion needs two anchors or more that rise")
        if (np.diff(self.heights) < 0).any() or not 0 <= self.heights[0] <= self.heights[-1] <= 1:
            raise ValueError("the heights of a criterion rise within [0, 1]")

    def height(self, x: Array) -> Array:
        """The height of each value, shape (n,), in [0, 1].

        It never falls as the value gets better, in floats too: each step below is a monotone
        function that is rounded correctly, and no stretch ends above its anchor.
        """
        better = -x if self.falling else x
        clipped = np.clip(better, self.at[0], self.at[-1])
        place = np.clip(np.searchsorted(self.at, clipped, side="right") - 1, 0, len(self.at) - 2)
        low, high = self.at[place], self.at[place + 1]
        with np.errstate(under="ignore"):
            share = (clipped / 2 - low / 2) / (high / 2 - low / 2)  # halves: no overflow
        under, over = self.heights[place], self.heights[place + 1]
        return np.asarray(np.minimum(under + share * (over - under), over), dtype=np.float64)

    def value_at(self, height: Array) -> Array:
        """The nearest end of the values with a height, in the feature's unit; NaN if none has it.

        Where a stretch is level the value that first reaches the height is told.
        """
        place = np.clip(
            np.searchsorted(self.heights, height, side="left"), 1, len(self.heights) - 1
        )
        under, over = self.heights[place - 1], self.heights[place]
        rise = np.where(over > under, over - under, 1.0)
        share = np.clip((height - under) / rise, 0.0, 1.0)
        value = self.at[place - 1] + share * (self.at[place] - self.at[place - 1])
        reached = (height >= self.heights[0]) & (height <= self.heights[-1])
        return np.asarray(np.where(reached, -value if self.falling else value, np.nan))


def learn_criterion(
    rule: RuleCriterion, column: Array, *, bands: tuple[float, ...] | None = None
) -> Criterion | None:
    """The criterion with its anchors in the feature's unit; None where the clients do not differ.

    Parameters
    ----------
    rule
        What is asked.
    column
        Shape (n,), the training values, finite.
    bands
        Yearly spend of the rule's bands, lowest first, for the scale `spend`.
    """
    if np.ptp(column) == 0:
        return None
    heights = np.array(rule.heights)
    match rule.scale:
        case "value":
            at = np.array(rule.at)
        case "quantile":
            at = np.quantile(column, rule.at, method="lower")
        case "spend":
            if bands is None:
                return None
            at = np.maximum(np.array([0.0, *bands, 2.0 * bands[-1]]), 0.0)
        case "profit":
            at, heights = profit_anchors(column)
        case "balance":
            at, heights = profit_anchors(column)
            at[0] = -at[-2]
        case "care":
            at, heights = care_anchors(column)
    if rule.falling:
        at, heights = -at[::-1], heights[::-1]
    return anchored(at, heights, falling=rule.falling)


def anchored(at: Array, heights: Array, *, falling: bool = False) -> Criterion | None:
    """The criterion of some anchors; of several at one value the lowest height counts.

    So a value that most clients share (no order, no profit) stays the foot it is for the best of
    them. A falling criterion takes the highest, so that no care is no fault. None where fewer than
    two values are left.
    """
    keep = at[1:] > at[:-1]
    kept = np.append(keep, True) if falling else np.append(True, keep)
    if kept.sum() < 2:
        return None
    return Criterion(at[kept], heights[kept], falling)


def profit_anchors(profit: Array) -> tuple[Array, Array]:
    """Where profit stands: a heavy loss 0, nothing 1/3, half of a vip's 1/2, a vip's 2/3.

    A vip's profit is that of the least of the clients who, largest first, make half of all profit
    there is; the height is 1 from three times that on. A heavy loss is that of the worst twentieth
    of the clients, as heavy care is (`care_anchors`), and at least a tenth of a vip's profit: a
    foot nearer to nothing would carry clients up and down by the chance of single orders.
    """
    gains = np.sort(profit[profit > 0])[::-1]
    if not len(gains):
        least = float(profit.min())
        return np.array([least, 0.0]), np.array([0.0, 1 / 3])
    shares = np.cumsum(gains / gains[0])
    vip = float(gains[np.searchsorted(shares, _VIP_PROFIT * shares[-1])])
    worst = float(np.quantile(profit, 1 - _WORST, method="lower"))
    at = np.array([min(worst, -0.1 * vip), 0.0, 0.5 * vip, vip, 3.0 * vip])
    return at, np.array([0.0, 1 / 3, 1 / 2, 2 / 3, 1.0])


def care_anchors(care: Array) -> tuple[Array, Array]:
    """Where care stands: none 1, the median of the clients 1/2, that of the worst twentieth 0."""
    middle, worst = np.maximum(np.quantile(care, (0.5, _WORST), method="lower"), 0.0)
    if worst == 0:  # fewer than a twentieth ask for any
        worst = max(float(care.max()), 0.0)
    return np.array([0.0, middle, worst]), np.array([1.0, 1 / 2, 0.0])
