"""Total ratio: whether the portfolio as a whole is as large as expected."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def total_ratio(actual: npt.NDArray[np.float64], expected: npt.NDArray[np.float64]) -> float:
    """The expected total over the total that came.

    Range any number; 1 is best. NaN where the total that came is not positive.

    Parameters
    ----------
    actual, expected
        Money of shape (n,).

    References
    ----------
    Fader, Hardie, Lee (2005), Counting your customers the easy way, Marketing Science 24(2): the
    tracking of cumulative totals.

    Examples
    --------
    >>> total_ratio(np.array([1.0, 3.0]), np.array([1.0, 1.0]))
    0.5
    """
    total = float(actual.sum())
    return float(expected.sum()) / total if total > 0 else float("nan")
