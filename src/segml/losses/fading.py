"""Who has faded: clients still buying, whose value a day is likely below what counts as shrunk.

The value since an onset (`transitions`) averages over the fall itself, and so is late to tell. Here
it is asked where the fall has come to: by every course that a decline may take from every week on
(`decline_evidence`), the orders, their size and their margin left at the later date multiply, and
the chances of those whose product is below the line add up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logsumexp

from segml.losses.courses import FALLS, ORDER_COURSES, STOPS_AFTER, WEEK, Course
from segml.losses.decline_evidence import (
    LATER_STOPS,
    LEAKS,
    MARGIN_FALLS,
    VOLUME_LEFT,
    Evidence,
)
from segml.losses.decline_kinds import KIND_OF_WAY, KINDS, Weights, log_kinds, ways_of
from segml.losses.history import Numbers
from segml.losses.transitions import WINDOW_DAYS
from segml.losses.weeks import MOST_WEEKS

AT_ONCE = 16
"""Onsets whose courses are weighed at once."""
_Line = tuple[npt.NDArray[np.intp], Numbers]
"""Places of m courses of the margin, and (m, a b) 0 or 1: which pairs of a ways and b sizes go
below with each. With other margins none does."""
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
    since = weeks - 1 - evidence.onsets
    count = int(((since + 1) * WEEK >= WINDOW_DAYS).sum())  # the first ones: onsets rise
    for first in range(0, count, AT_ONCE):
        some = slice(first, min(first + AT_ONCE, count))
        likely = [_courses(evidence, weights, kind, some) for kind in range(len(KINDS))]
        for place in range(some.stop - first):
            lines = _below(int(since[first + place]), below)
            for kind, (told, line) in enumerate(zip(likely, lines, strict=True)):
                chance = told.chance(place, line)
                found += np.exp(kinds[kind, :, first + place] - total) * chance
    return np.asarray(found * expit(total + np.log(odds)), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Courses:
    """(t, k, c) how likely each way of the orders and course of their size and margin is."""

    ways: Numbers
    volume: Numbers
    margin: Numbers

    def chance(self, place: int, line: _Line) -> Numbers:
        """(c,) of what is below the line, from one of the onsets on."""
        places, is_below = line
        pairs = self.ways[place][:, None] * self.volume[place][None]
        below = is_below @ pairs.reshape(is_below.shape[1], -1)
        return np.asarray((self.margin[place][places] * below).sum(axis=0))


def _courses(evidence: Evidence, weights: Weights, kind: int, onsets: slice) -> _Courses:
    """How likely each course is in a decline of a kind, from each of some onsets on."""
    taken = kind == KIND_OF_WAY
    return _Courses(
        _likely(ways_of(evidence, onsets)[taken], weights.ways[taken]),
        *(
            _likely(getattr(evidence, name)[:, :, onsets], weights.worth[name][kind])
            for name in ("volume", "margin")
        ),
    )


def _likely(ratios: Numbers, weights: Numbers) -> Numbers:
    """(t, k, c) how likely each course is of (k, c, t) log likelihood ratios and weights (k,).

    Of a client to whom none is possible, nothing.
    """
    with np.errstate(divide="ignore"):  # a course that a kind never takes
        joint = ratios + np.log(weights)[:, None, None]
    whole = np.maximum(logsumexp(joint, axis=0), _NEVER)
    return np.ascontiguousarray(np.moveaxis(np.exp(joint - whole), 2, 0))


@lru_cache(maxsize=MOST_WEEKS)
def _below(since: int, below: float) -> tuple[_Line, ...]:
    """What is below a share so many weeks on, by kind of decline."""
    ways, volume, margin = _left_after(since)
    found = []
    for kind in range(len(KINDS)):
        pairs = np.multiply.outer(ways[kind == KIND_OF_WAY], volume).ravel()
        is_below = np.multiply.outer(margin, pairs) < below
        places = np.flatnonzero(is_below.any(axis=1))
        found.append((places, is_below[places].astype(np.float64)))
    return tuple(found)


def _left_after(since: int) -> tuple[Numbers, Numbers, Numbers]:
    """What each way of the orders, and each course of their size and margin, leaves."""
    week = np.array([since], dtype=np.int64)

    def left(course: Course) -> float:
        return float(course.left_since(week)[0])

    gone = [1.0 - left(course) for course in FALLS]
    leaked = [
        float(np.mean([left(Course(days, 0.0, gone_after)) for days in LATER_STOPS]))
        for gone_after in LEAKS
    ]
    orders = [1.0, *(left(course) for course in (*ORDER_COURSES, *STOPS_AFTER)), *leaked]
    volume = [1.0 - (1.0 - least) * each for each in gone for least in VOLUME_LEFT]
    margin = [1.0 - size * each for each in gone for size in MARGIN_FALLS]
    return np.array(orders), np.array([1.0, *volume]), np.array([1.0, *margin])
