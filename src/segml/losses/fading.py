"""Who has faded: clients still buying, whose value a day is likely below what counts as shrunk.

The value since an onset (`transitions`) averages over the fall itself, and so is late to tell. Here
it is asked where the fall has come to: by every course that a decline may take from every week on
(`decline_evidence`), the orders, their size and their margin left at the later date multiply, and
the chances of those whose product is below the line add up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import expit, logsumexp

from segml.losses.courses import FALLS, ORDER_COURSES, WEEK
from segml.losses.decline_evidence import MARGIN_FALLS, VOLUME_FALLS, Evidence
from segml.losses.declines import Weights, log_chance, mixture
from segml.losses.history import Numbers
from segml.losses.transitions import WINDOW_DAYS


def chance_of_fading(
    evidence: Evidence, weights: Weights, *, weeks: int, below: float, share: float
) -> Numbers:
    """(c,) the chance that a client declined a window or longer ago, and to less than a share.

    Parameters
    ----------
    evidence
        In the clients' weeks.
    weights
        How common each course is.
    weeks
        How many weeks there are: the last one ends on the later date.
    below
        The share of the value a day below which a client has faded.
    share
        Of comparable clients that declined: the chance of a decline beforehand, in (0, 1).
    """
    whole = log_chance(evidence, weights)
    total = logsumexp(whole, axis=1)
    parts = {
        name: np.exp(
            ratios
            + np.log(weights[name])[:, None, None]
            - mixture(ratios, weights[name])[None, :, :]
        )
        for name, ratios in (
            ("orders", evidence.orders),
            ("volume", evidence.volume),
            ("margin", evidence.margin),
        )
    }
    found = np.zeros(len(total))
    for place, onset in enumerate(evidence.onsets):
        since = weeks - 1 - int(onset)
        if (since + 1) * WEEK < WINDOW_DAYS:
            continue
        orders, volume, margin = _left(since)
        pair = np.multiply.outer(orders, volume)
        below_line = np.zeros(len(total))
        for number, level in enumerate(margin):
            is_below = (pair * level < below).astype(np.float64)
            both = np.einsum(
                "ac,ab,bc->c", parts["orders"][:, :, place], is_below, parts["volume"][:, :, place]
            )
            below_line += parts["margin"][number, :, place] * both
        found += np.exp(whole[:, place] - total) * below_line
    odds = total - np.log(whole.shape[1]) + np.log(share) - np.log1p(-share)
    return np.asarray(found * expit(odds), dtype=np.float64)


def _left(since: int) -> tuple[Numbers, Numbers, Numbers]:
    """What each course leaves of orders, their size and their margin so many weeks on."""
    week = np.array([since], dtype=np.int64)
    gone = [1.0 - float(course.left_since(week)[0]) for course in FALLS]
    return (
        _beside_all([float(course.left_since(week)[0]) for course in ORDER_COURSES]),
        _beside_all([float(np.exp(-size * each)) for each in gone for size in VOLUME_FALLS]),
        _beside_all([1.0 - size * each for each in gone for size in MARGIN_FALLS]),
    )


def _beside_all(left: Sequence[float]) -> Numbers:
    return np.array([1.0, *left])
