"""From a raw score on the asinh scale to expected money, its level and slope from unseen rows.

`amount.Amount` multiplies, which suits amounts that are mostly gains. A first year often costs more
than it brings, so here the money is a line over ``sinh(raw)``: whatever the sign of the total, the
mean of the expectations is the mean of what came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
SLOPES = (0.1, 10.0)
"""A line steeper or flatter than this says more of a few rows than of the score."""


@dataclass(frozen=True, kw_only=True)
class FirstAmount:
    """Money as an increasing function of a raw score: ``level + slope * scale * sinh(raw)``.

    Parameters
    ----------
    scale
        The money at which the asinh scale turns from linear to logarithmic, positive.
    level
        In money.
    slope
        Positive.
    lowest, highest
        The raw scores seen; beyond them the money of the last one holds.
    """

    scale: float
    level: float
    slope: float
    lowest: float
    highest: float

    def expected(self, raw: Values) -> Values:
        """The expected money at raw scores of shape (n,)."""
        inside = np.clip(raw, self.lowest, self.highest)
        return np.asarray(self.level + self.slope * self.scale * np.sinh(inside))

    def raised(self, ratio: float, cost: float) -> FirstAmount:
        """The function of money whose part before a cost is so many times as large."""
        level = ratio * self.level + (ratio - 1) * cost
        return replace(self, level=level, slope=ratio * self.slope)

    def to_json(self) -> dict[str, float]:
        """The function as plain values."""
        return {
            "scale": self.scale,
            "level": self.level,
            "slope": self.slope,
            "lowest": self.lowest,
            "highest": self.highest,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> FirstAmount:
        """The function read back, equal to the one written."""
        return cls(**value)


def fit_first_amount(raw: Values, amounts: Values, *, scale: float) -> FirstAmount:
    """The function whose mean over unseen rows is the mean of their amounts.

    Parameters
    ----------
    raw
        Scores made without seeing the amounts, float64 of shape (n,), at least one.
    amounts
        Money, shape (n,).
    scale
        The money of the asinh scale.

    Examples
    --------
    >>> raw = np.array([-1.0, 0.0, 1.0])
    >>> found = fit_first_amount(raw, 100 + 50 * np.sinh(raw), scale=25.0)
    >>> round(found.level, 6), round(found.slope, 6)
    (100.0, 2.0)
    """
    told = scale * np.sinh(raw)
    centred = told - told.mean()
    size = float(centred @ centred)
    slope = float(centred @ amounts) / size if size > 0 else 1.0
    slope = float(np.clip(slope, *SLOPES))
    return FirstAmount(
        scale=scale,
        level=float(amounts.mean() - slope * told.mean()),
        slope=slope,
        lowest=float(raw.min()),
        highest=float(raw.max()),
    )
