"""How many of the declines that begin in a month are known by the end.

A decline is known some time after it began: when the silence has lasted too long, or a window has
earned too little. Of the last months few are known yet, so that a month at risk there is worth less
than one long past. How long it takes is learnt from the declines that are known; those that take
long are missing among the late ones, which is truncation from the right.

References
----------
Lagakos, Barraj and De Gruttola (1988), Nonparametric analysis of truncated survival data, with
application to AIDS, Biometrika 75: the product-limit estimate in reverse time. Kalbfleisch and
Lawless (1989), Inference based on retrospective ascertainment, JASA 84: delays of reports.
"""

from __future__ import annotations

import numpy as np

from segml.losses.courses import WEEK
from segml.losses.history import Days, Numbers

LEAST_SEEN = 30.0
"""Of fewer declines that were watched for so long it is not told who takes so long."""


def known_by(onset: Days, chance: Numbers, told_on: Days, *, end: int) -> Numbers:
    """The share of declines that is known so many weeks after they began, (weeks,).

    Parameters
    ----------
    onset
        (t,) the days on which declines may have begun, ascending.
    chance
        (c, t) the probability of each day for each of c declines.
    told_on
        (c,) the days on which each was known; a day before its onset counts as the onset.
    end
        The day up to which declines are looked for.

    Returns
    -------
    numpy.ndarray
        Rising to one at the longest time that could be seen; ones where nothing is known.

    Examples
    --------
    Of a hundred declines of the first week half were known at once and half after two weeks. As
    many of the third week are not known yet:

    >>> chance = np.repeat([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], 50, axis=0)
    >>> known_by(np.array([0, 14]), chance, np.repeat([0, 14, 14], 50), end=21).tolist()
    [0.5, 0.5, 1.0, 1.0]
    """
    longest = (end - int(onset[0])) // WEEK if len(onset) else 0
    told = np.zeros((longest + 1, longest + 1))
    wait = np.clip((told_on[:, None] - onset[None, :]) // WEEK, 0, None)
    seen = np.clip((end - onset) // WEEK, 0, longest)[None, :]
    np.add.at(told, (np.minimum(wait, seen), np.broadcast_to(seen, wait.shape)), chance)
    # in reverse time: of those known within w weeks that were watched for w, who took all w
    took = np.array([told[weeks, weeks:].sum() for weeks in range(longest + 1)])
    within = np.array([told[: weeks + 1, weeks:].sum() for weeks in range(longest + 1)])
    staying = 1.0 - np.divide(took, within, out=np.zeros_like(took), where=within >= LEAST_SEEN)
    later = np.append(staying[1:], 1.0)
    return np.asarray(np.cumprod(later[::-1])[::-1])
