"""Coverage: how often what came lies within its interval."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def coverage(
    actual: npt.NDArray[np.float64],
    low: npt.NDArray[np.float64],
    high: npt.NDArray[np.float64],
) -> float:
    """The share of rows whose amount lies within low and high, both ends included.

    Range 0 to 1; best at the interval's nominal share. NaN where there are no rows.

    Parameters
    ----------
    actual, low, high
        Money of shape (n,).

    References
    ----------
    Vovk, Gammerman, Shafer (2005), Algorithmic Learning in a Random World.

    Examples
    --------
    >>> coverage(np.array([1.0, 3.0]), np.array([0.0, 0.0]), np.array([2.0, 2.0]))
    0.5
    """
    return float(((low <= actual) & (actual <= high)).mean()) if len(actual) else float("nan")
