"""Who has faded: clients still buying, whose value a day is likely below what counts as shrunk.

The value since an onset (`transitions`) averages over the fall itself, and so is late to tell. Here
it is asked where the fall has come to: by every course that a decline may take from every week on
(`decline_evidence`), the orders, their size and their margin left at the later date multiply, and
the chances of those whose product is below the line add up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logsumexp

from segml.losses.courses import FALLS, ORDER_COURSES, WEEK, Course
from segml.losses.decline_evidence import (
    LATER_STOPS,
    LEAKS,
    MARGIN_FALLS,
    VOLUME_FALLS,
    Evidence,
)
from segml.losses.decline_kinds import KIND_OF_WAY, KINDS, Weights, log_kinds, ways_of
from segml.losses.history import Numbers
from segml.losses.transitions import WINDOW_DAYS

_NEVER = -1e6
"""Log likelihood of what is impossible, beside which it stays so."""


def chance_of_fading(
    evidence: Evidence, weights: Weights, *, weeks: int, below: float, odds: float
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
    odds
        Of a decline in any one week beforehand, against none at all.
    """
    kinds = log_kinds(evidence, weights)
    total = logsumexp(kinds, axis=(0, 2))
    found = np.zeros(len(total))
    for place, onset in enumerate(evidence.onsets):
        since = weeks - 1 - int(onset)
        if (since + 1) * WEEK < WINDOW_DAYS:
            continue
        left = _left_after(since)
        for kind in range(KINDS):
            taken = kind == KIND_OF_WAY
            ways = _likely(ways_of(evidence, place)[taken], weights.ways[taken])
            volume, margin = (
                _likely(getattr(evidence, name)[:, :, place], weights.worth[name][kind])
                for name in ("volume", "margin")
            )
            pair = np.multiply.outer(left.ways[taken], left.volume)
            below_line = np.zeros(len(total))
            for level, likely in zip(left.margin, margin, strict=True):
                is_below = (pair * level < below).astype(np.float64)
                below_line += likely * np.einsum("ac,ab,bc->c", ways, is_below, volume)
            found += np.exp(kinds[kind, :, place] - total) * below_line
    return np.asarray(found * expit(total + np.log(odds)), dtype=np.float64)


def _likely(ratios: Numbers, weights: Numbers) -> Numbers:
    """(k, c) how likely each course is of (k, c) log likelihood ratios and weights (k,).

    Of a client to whom none is possible, nothing.
    """
    joint = ratios + np.log(weights)[:, None]
    whole = np.maximum(logsumexp(joint, axis=0), _NEVER)
    return np.asarray(np.exp(joint - whole), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Left:
    """What each way of the orders leaves of them, and each course of their size and margin."""

    ways: Numbers
    volume: Numbers
    margin: Numbers


def _left_after(since: int) -> _Left:
    """What is left so many weeks on."""
    week = np.array([since], dtype=np.int64)

    def left(course: Course) -> float:
        return float(course.left_since(week)[0])

    gone = [1.0 - left(course) for course in FALLS]
    leaked = [
        float(np.mean([left(Course(days, 0.0, gone_after)) for days in LATER_STOPS]))
        for gone_after in LEAKS
    ]
    orders = [1.0, *(left(course) for course in ORDER_COURSES), *leaked]
    volume = [float(np.exp(-size * each)) for each in gone for size in VOLUME_FALLS]
    margin = [1.0 - size * each for each in gone for size in MARGIN_FALLS]
    return _Left(np.array(orders), np.array([1.0, *volume]), np.array([1.0, *margin]))
