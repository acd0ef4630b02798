"""The map from money, days and counts to value space: one increasing function a coordinate.

No rotation and no whitening: each coordinate of value space comes from one feature alone, so a
distance there, and with it the tier margin, splits into the features' own parts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_NORMAL_DECILES = 2.5631031310892007
"""The distance between the first and the last decile of a standard normal."""


@dataclass(frozen=True, slots=True, eq=False)
class MonotoneMap:
    """A strictly increasing function per coordinate, defined for every finite float.

    ``z = weight * (asinh(x / scale) - centre) / spread``. The inverse hyperbolic sine is linear
    near zero and a signed logarithm far from it, so that heavy tails on both sides of zero are
    tamed and a negative profit stays negative. Strictly increasing holds for real numbers; two
    neighbouring floats may share a value.

    Parameters
    ----------
    scale, centre, spread, weight
        Shape (d,); `scale` in the feature's unit, the others without unit; all but `centre`
        positive.
    """

    scale: Array
    centre: Array
    spread: Array
    weight: Array

    def apply(self, X: Array) -> Array:
        """The rows in value space, shape (n, d), without unit.

        Parameters
        ----------
        X
            Shape (n, d), finite, each column in its feature's unit.
        """
        return np.asarray(
            self.weight * ((_signed_log(X, self.scale) - self.centre) / self.spread),
            dtype=np.float64,
        )

    def invert(self, z: Array) -> Array:
        """The rows in their features' units, shape (n, d): what `apply` took, but for rounding.

        Parameters
        ----------
        z
            Shape (n, d), in value space.

        Examples
        --------
        >>> rows = np.array([[-10.0], [0.0], [250.0]])
        >>> learnt = learn_monotone_map(rows, np.ones(1))
        >>> bool(np.allclose(learnt.invert(learnt.apply(rows)), rows))
        True
        """
        logs = z / self.weight * self.spread + self.centre
        return np.asarray(self.scale * np.sinh(logs), dtype=np.float64)


def learn_monotone_map(X: Array, weight: Array) -> MonotoneMap:
    """The map learnt on training rows, by robust constants.

    `scale` is the median of the absolute values that are not zero, so that the unit of money
    does not matter; `centre` is the median and `spread` the distance between the deciles as a
    share of a standard normal's (the standard deviation where the deciles meet, 1 for a
    constant column).

    Parameters
    ----------
    X
        Shape (n, d), finite.
    weight
        Shape (d,), positive.

    Examples
    --------
    >>> rows = np.array([[-10.0], [0.0], [10.0], [20.0], [1000.0]])
    >>> z = learn_monotone_map(rows, np.ones(1)).apply(rows)
    >>> bool((np.diff(z[:, 0]) > 0).all())
    True
    """
    scale = np.array([_typical_size(column) for column in X.T])
    logs = _signed_log(X, scale)
    spread = np.array([_spread(column) for column in logs.T])
    return MonotoneMap(scale, np.median(logs, axis=0), spread, weight)


def _typical_size(column: Array) -> float:
    sizes = np.abs(column[column != 0])
    return float(np.median(sizes / 2) * 2) if sizes.size else 1.0


def _spread(logs: Array) -> float:
    first, last = np.quantile(logs, (0.1, 0.9))
    if last > first:
        return float(last - first) / _NORMAL_DECILES
    deviation = float(logs.std())
    return deviation if deviation > 0 else 1.0


def _signed_log(X: Array, scale: Array) -> Array:
    with np.errstate(over="ignore", under="ignore"):
        ratio = X / scale
    logs = np.asarray(np.arcsinh(ratio), dtype=np.float64)
    far = np.isinf(ratio)  # x / scale left the floats, its logarithm does not
    if far.any():
        sizes = np.broadcast_to(scale, X.shape)[far]
        logs[far] = np.sign(X[far]) * (np.log(np.abs(X[far])) - np.log(sizes) + np.log(2.0))
    return logs
