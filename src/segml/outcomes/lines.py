"""Quantiles over many rising lines at many places, without working out every line everywhere.

Where places lie close together, few of the lines can be those that a quantile lies between; most
stay below or above over the whole stretch. A line only rises, also as rounded: its two ends tell.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

STRETCH = 2048
"""Neighbouring places that are looked at together."""


def quantile_of_lines(intercepts: Values, slopes: Values, at: Values, share: float) -> Values:
    """What `numpy.quantile` says of the lines' heights at each place, to the last bit.

    Parameters
    ----------
    intercepts, slopes
        Shape (d,), at least one line; slopes are positive.
    at
        Shape (n,): the places, finite.
    share
        Of the lines' heights that lie below, from 0 to 1.

    Returns
    -------
    ndarray
        Shape (n,).

    Examples
    --------
    >>> quantile_of_lines(np.array([0.0, 1.0]), np.array([1.0, 3.0]), np.array([0.0, 2.0]), 0.5)
    array([0.5, 4.5])
    """
    place = (len(slopes) - 1) * share
    lower = int(place)
    upper = min(lower + 1, len(slopes) - 1)
    told, order = np.empty(len(at)), np.argsort(at)
    for start in range(0, len(at), STRETCH):
        here = order[start : start + STRETCH]
        lowest = intercepts + slopes * at[here[0]]
        highest = intercepts + slopes * at[here[-1]]
        below = highest < np.partition(lowest, lower)[lower]
        above = lowest > np.partition(highest, upper)[upper]
        near = ~(below | above)
        heights = intercepts[near] + slopes[near] * at[here, None]
        two = np.array([lower, upper]) - int(below.sum())
        between = np.partition(heights, two, axis=1)[:, two]
        told[here] = np.quantile(between, place - lower, axis=1)
    return told
