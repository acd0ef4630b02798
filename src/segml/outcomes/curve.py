"""A declared function of one feature: the part of a raw score that is no forest.

Curves never fall with their argument; the weight's sign carries the direction. A curve is
monotone and of one feature, so its Shapley value is the value itself less its mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Shape = Literal["log", "log1p", "sqrt", "asinh"]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A function of one feature, strictly increasing on its range, and the weight it has.

    Parameters
    ----------
    feature
        The column it reads.
    shape
        `log` of x / scale, cut at `floor`; `log1p` and `sqrt` of x / scale, cut at 0; `asinh` of
        x / scale.
    sign
        +1 or -1: the sign the weight is held to.
    prior
        The size of the weight (not negative, the sign apart) when there is nothing to learn from.
    scale
        The unit of x, positive.
    floor
        The smallest x / scale a logarithm sees.
    weight
        The learnt size of the weight, not negative, the sign apart.
    missing
        The curve's value for a missing x: its mean over the rows it was fitted on.
    mean
        The curve's mean over the rows it was fitted on; what a contribution is measured from.
    """

    feature: str
    shape: Shape
    sign: Literal[-1, 1]
    prior: float = 0.0
    scale: float = 1.0
    floor: float = 1e-4
    weight: float = 0.0
    missing: float = 0.0
    mean: float = 0.0

    def __post_init__(self) -> None:
        if self.sign not in {-1, 1} or min(self.weight, self.prior) < 0 or self.scale <= 0:
            raise ValueError(f"{self.feature}: a sign of ±1, a weight >= 0 and a scale > 0")

    @property
    def name(self) -> str:
        """What tells it from other curves of its feature.

        Examples
        --------
        >>> Curve(feature="alive", shape="sqrt", sign=-1).name
        'sqrt(alive)'
        >>> Curve(feature="profit_365", shape="asinh", sign=1, scale=250.0).name
        'asinh(profit_365 / 250)'
        """
        unit = "" if self.scale == 1.0 else f" / {self.scale:.6g}"
        return f"{self.shape}({self.feature}{unit})"

    def values(self, x: npt.ArrayLike) -> Values:
        """The signed curve without its weight.

        Parameters
        ----------
        x
            Shape (n,), the feature's values, NaN for missing.

        Examples
        --------
        >>> Curve(feature="expected_orders", shape="log", sign=-1).values([1.0, np.e]).tolist()
        [-0.0, -1.0]
        """
        scaled = np.asarray(x, dtype=np.float64) / self.scale
        known = ~np.isnan(scaled)
        bent = np.full(scaled.shape, self.sign * self.missing)
        bent[known] = self._bend(scaled[known])
        return self.sign * bent

    def _bend(self, scaled: Values) -> Values:
        if self.shape == "log":
            return np.log(np.maximum(scaled, self.floor))
        if self.shape == "log1p":
            return np.log1p(np.maximum(scaled, 0.0))
        if self.shape == "sqrt":
            return np.sqrt(np.maximum(scaled, 0.0))
        return np.arcsinh(scaled)

    def fitted(self, x: npt.ArrayLike, weight: npt.ArrayLike) -> Curve:
        """The curve that knows its mean over rows x, of shape (n,), weighted by `weight`."""
        values, shares = np.asarray(x, dtype=np.float64), np.asarray(weight, dtype=np.float64)
        known = ~np.isnan(values)
        if not known.any():
            return replace(self, missing=0.0, mean=0.0)
        mean = float(np.average(self.values(values[known]), weights=shares[known]))
        return replace(self, missing=mean, mean=mean)

    def to_json(self) -> dict[str, Any]:
        """The curve as plain values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Curve:
        """The curve read back, equal to the one written."""
        return cls(**value)
