"""How declines go: kinds of them, and how common each course is in each kind, learnt by EM.

A decline is of one kind: the orders go on and what they are worth falls, they become fewer, they
stop, or they stop months after they became smaller or lost the favourite category. In each kind
every channel (volume, margin, favourite category) has weights of its own: clients that buy half as
often buy smaller orders too, and those that stop do not. Weights shared by all kinds would let the
few orders after a stop be taken for small ones, and date it on the last order.

References
----------
Dempster, Laird and Rubin (1977), Maximum likelihood from incomplete data via the EM algorithm, JRSS
B 39.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from segml.losses.courses import ORDER_COURSES, STOPS_AFTER, Course
from segml.losses.decline_evidence import LEAKS, Evidence, evidence_of
from segml.losses.history import Days, Numbers
from segml.losses.rhythm import Rhythm
from segml.losses.weeks import WeeklyOrders

TAUGHT_BY = 1000
"""Clients, at most, of whom the courses are learnt, those with the most orders: a few weights need
no more, and of few orders any course is told as well as any other."""
STEPS = 30
"""Of EM: the weights hardly move any more."""
IMAGINED = 20.0
"""Declines that the weights of beforehand are worth."""
UNMOVED = 0.95
"""How often what an order is worth takes no course, and no favourite leaks, beforehand."""
CHANNELS = ("volume", "margin", "favourite")
KINDS = ("going_on", "fewer", "stopped", "shrinking", "leaking")
GOING_ON, FEWER, STOPPED, SHRINKING, LEAKING = range(len(KINDS))
KIND_OF_WAY: Days = np.array(
    [
        GOING_ON,
        *(STOPPED if course.left == 0.0 else FEWER for course in ORDER_COURSES),
        *(SHRINKING for _ in STOPS_AFTER),
        *(LEAKING for _ in LEAKS),
    ]
)
"""The kind of each way that orders may go: none, `ORDER_COURSES`, `STOPS_AFTER`, `LEAKS`."""
_LEAST = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weights:
    """How common the courses are.

    Parameters
    ----------
    ways
        (w,) of the ways of the orders, over all kinds; they sum to one.
    worth
        (5, k) of each channel's courses in each kind, no change first; rows sum to one.
    """

    ways: Numbers
    worth: Mapping[str, Numbers]


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """Likelihood ratios of k courses, (k, c, t) `part` times exp of (c, t) `top`."""

    top: Numbers
    part: Numbers

    @classmethod
    def of(cls, ratios: Numbers) -> Channel:
        """Of their logarithms; no change, whose ratio is one, is among them."""
        top = ratios.max(axis=0)
        return cls(top, np.exp(ratios - top))

    def mixed(self, weights: Numbers) -> Numbers:
        """(j, c, t) mixtures by j rows of weights, without `top`."""
        return np.maximum(np.tensordot(weights, self.part, axes=1), _LEAST)


def ways_of(evidence: Evidence, place: int | slice = slice(None)) -> Numbers:
    """(w, c, t) log likelihood ratios of the ways that orders may go; (w, c) at one onset."""
    return np.concatenate(
        [of[:, :, place] for of in (evidence.orders, evidence.after, evidence.leak)]
    )


def kinds_of(ways: Channel, weights: Numbers) -> Numbers:
    """(5, c, t) log likelihood ratios of the orders in each kind, its weight among them."""
    by_kind = np.where(np.arange(len(KINDS))[:, None] == KIND_OF_WAY, weights, 0.0)
    return np.asarray(np.log(ways.mixed(by_kind)) + ways.top)


def even_weights(evidence: Evidence) -> Weights:
    """What is thought before: orders took any course, what an order is worth rather none.

    Of a channel that fell in half of all declines, an order after the onset that shows no fall
    would speak against that onset, and so every onset would move behind the last order.
    """
    later = len(evidence.after) + len(evidence.leak)
    apart = np.ones(len(evidence.orders))
    # of few orders a stop looks like a fading over a month: as many stop at once as all that fade
    apart[1 + ORDER_COURSES.index(Course(0.0))] = len(ORDER_COURSES) - 1
    return Weights(
        ways=np.r_[UNMOVED * apart / apart.sum(), np.full(later, (1.0 - UNMOVED) / later)],
        worth={name: _beforehand(name, len(getattr(evidence, name))) for name in CHANNELS},
    )


def _beforehand(name: str, courses: int) -> Numbers:
    """(5, k) weights of a channel: rather no course, but for the size where orders shrink first."""
    rows = _rather_none(courses)
    if name == "volume":
        rows[SHRINKING] = np.r_[0.0, np.full(courses - 1, 1.0 / (courses - 1))]
    return rows


def _rather_none(courses: int) -> Numbers:
    row = np.r_[UNMOVED, np.full(courses - 1, (1.0 - UNMOVED) / (courses - 1))]
    return np.tile(row, (len(KINDS), 1))


def log_kinds(evidence: Evidence, weights: Weights) -> Numbers:
    """(5, c, t) log likelihood ratio of a decline of each kind from each week on against none."""
    found = kinds_of(Channel.of(ways_of(evidence)), weights.ways)
    for name in CHANNELS:
        channel = Channel.of(getattr(evidence, name))
        found = found + np.log(channel.mixed(_told(name, weights.worth[name]))) + channel.top
    return np.asarray(found)


def _told(name: str, weights: Numbers) -> Numbers:
    """The weights of a channel; that the favourite leaks, the orders of a leak tell already."""
    if name != "favourite":
        return weights
    told = weights.copy()
    told[LEAKING] = np.r_[1.0, np.zeros(weights.shape[1] - 1)]
    return told


def weights_of(weeks: WeeklyOrders, rhythm: Rhythm) -> Weights:
    """How common each course is in each kind, of some clients' declines, if any.

    Parameters
    ----------
    weeks
        Of the clients that declined.
    rhythm
        Of the portfolio.
    """
    most = np.argsort(-weeks.count.sum(axis=1), kind="stable")[:TAUGHT_BY]
    return learn_weights(evidence_of(weeks.of(np.sort(most)), rhythm))


def learn_weights(evidence: Evidence) -> Weights:
    """How common each course is in each kind, of the declines that `evidence` is of, if any."""
    before = weights = even_weights(evidence)
    ways = Channel.of(ways_of(evidence))
    if not ways.top.size:
        return before
    worth = {name: Channel.of(getattr(evidence, name)) for name in CHANNELS}
    for _ in range(STEPS):
        weights = _improved(ways, worth, weights, before)
    return weights


def _improved(
    ways: Channel, worth: Mapping[str, Channel], weights: Weights, before: Weights
) -> Weights:
    """The weights after one EM step."""
    mixed = {name: worth[name].mixed(_told(name, weights.worth[name])) for name in CHANNELS}
    beside = sum(np.log(mixed[name]) + worth[name].top for name in CHANNELS)
    kinds = kinds_of(ways, weights.ways) + beside
    whole = logsumexp(kinds, axis=(0, 2), keepdims=True)
    # how likely each way is, given its client: its ratio, its weight, and what is beside it
    factor = np.exp(ways.top + beside - whole)
    found = np.array(
        [
            weight * float(np.vdot(part, factor[kind]))
            for weight, part, kind in zip(weights.ways, ways.part, KIND_OF_WAY, strict=True)
        ]
    )
    likely = np.exp(kinds - whole)
    return Weights(
        ways=_with_imagined(found, before.ways),
        worth={
            name: _with_imagined(
                weights.worth[name]
                * np.tensordot(likely / mixed[name], worth[name].part, axes=((1, 2), (1, 2))),
                before.worth[name],
            )
            for name in CHANNELS
        },
    )


def _with_imagined(found: Numbers, before: Numbers) -> Numbers:
    total = found.sum(axis=-1, keepdims=True) + IMAGINED
    return np.asarray((found + IMAGINED * before) / total, dtype=np.float64)
