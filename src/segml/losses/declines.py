"""When declines began: the probability of every week, by what courses of many declines look like.

A decline has one onset. From it on, each channel (orders, volume, margin, favourite category) takes
a course of its own, or none; or the favourite category goes first and the orders stop months later.
How common each course is, is learnt from the declines themselves by EM, so that a portfolio whose
clients stop at once dates a stop, and one whose clients fade dates a fading.

References
----------
Dempster, Laird and Rubin (1977), Maximum likelihood from incomplete data via the EM algorithm, JRSS
B 39; Barry and Hartigan (1993), A Bayesian analysis for change point problems, JASA 88.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from segml.losses.courses import WEEK
from segml.losses.decline_evidence import Evidence
from segml.losses.history import Days, Numbers
from segml.losses.onset import INTERVAL, Onset

STEPS = 30
"""Of EM: the weights hardly move any more."""
TAUGHT_BY = 1000
"""Clients, at most, of whom the courses are learnt, those with the most orders: a few weights need
no more, and of few orders any course is told as well as any other."""
IMAGINED = 10.0
"""Declines that the weights of beforehand are worth."""
UNMOVED = 0.95
"""How often a channel beside the orders takes no course, beforehand."""
_CHANNELS = ("orders", "favourite", "volume", "margin")
Weights = Mapping[str, Numbers]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dated:
    """The onsets of c declines.

    Parameters
    ----------
    clients
        Their ids.
    days
        (t,) first days of the weeks in which they may have begun.
    chance
        (c, t) the probability of each; rows sum to one.
    """

    clients: tuple[str, ...]
    days: Days
    chance: Numbers

    def onsets(self) -> dict[str, Onset]:
        """The onset of each: the middle of the week of the median, and the 5 % and 95 % points."""
        passed = np.cumsum(self.chance, axis=1)
        low, middle, high = (
            self.days[np.minimum((passed < level).sum(axis=1), len(self.days) - 1)]
            for level in (INTERVAL[0], 0.5, INTERVAL[1])
        )
        return {
            each: Onset(int(day) + WEEK // 2, int(first), int(last) + WEEK - 1, 0.0)
            for each, day, first, last in zip(self.clients, middle, low, high, strict=True)
        }


def even_weights(evidence: Evidence) -> dict[str, Numbers]:
    """What is thought before: orders took any course, what an order is worth rather none.

    Of a channel that fell in half of all declines, an order after the onset that shows no fall
    would speak against that onset, and so every onset would move behind the last order.
    """
    return {
        name: np.full(len(ratios), 1.0 / len(ratios))
        if name == "orders"
        else np.r_[UNMOVED, np.full(len(ratios) - 1, (1.0 - UNMOVED) / (len(ratios) - 1))]
        for name, ratios in _mixed(evidence).items()
    }


def learn_weights(evidence: Evidence, orders: Numbers) -> dict[str, Numbers]:
    """How common each course is, by channel, of the declines that show it best.

    Parameters
    ----------
    evidence
        Of c declines.
    orders
        (c,) how many orders each client had: of many, a course shows.
    """
    some = _some(evidence, np.sort(np.argsort(-orders, kind="stable")[:TAUGHT_BY]))
    weights = even_weights(some)
    for _ in range(STEPS):
        weights = _improved(some, weights)
    return weights


def log_chance(evidence: Evidence, weights: Weights) -> Numbers:
    """(c, t) log likelihood ratio of a decline from each week on against none."""
    return _mixtures(evidence, weights).whole


@dataclass(frozen=True, slots=True, eq=False)
class _Mixtures:
    """(c, t) log mixtures over the courses of each channel, with and without the leak."""

    channels: Mapping[str, Numbers]
    apart: Numbers
    either: Numbers
    whole: Numbers


def _mixed(evidence: Evidence) -> dict[str, Numbers]:
    leak = evidence.leak
    return {
        **{name: getattr(evidence, name) for name in _CHANNELS},
        "leak": np.concatenate([np.zeros_like(leak[:1]), leak]),
    }


def _mixtures(evidence: Evidence, weights: Weights) -> _Mixtures:
    channels = {
        name: logsumexp(getattr(evidence, name) + np.log(weights[name])[:, None, None], axis=0)
        for name in _CHANNELS
    }
    apart = channels["orders"] + channels["favourite"] + np.log(weights["leak"][0])
    leaking = logsumexp(evidence.leak + np.log(weights["leak"][1:])[:, None, None], axis=0)
    either = np.logaddexp(apart, leaking)
    return _Mixtures(channels, apart, either, either + channels["volume"] + channels["margin"])


def _improved(evidence: Evidence, weights: Weights) -> dict[str, Numbers]:
    """The weights after one EM step."""
    mixtures = _mixtures(evidence, weights)
    onset = mixtures.whole - logsumexp(mixtures.whole, axis=1, keepdims=True)
    is_apart = mixtures.apart - mixtures.either
    found = {}
    for name in _CHANNELS:
        beside = onset - mixtures.channels[name]
        if name in ("orders", "favourite"):
            beside = beside + is_apart
        log_weight = np.log(weights[name])
        found[name] = np.array(
            [
                np.exp(ratio + log + beside).sum()
                for ratio, log in zip(getattr(evidence, name), log_weight, strict=True)
            ]
        )
    beside = onset - mixtures.either
    found["leak"] = np.array(
        [
            np.exp(is_apart + onset).sum(),
            *(
                np.exp(ratio + log + beside).sum()
                for ratio, log in zip(evidence.leak, np.log(weights["leak"][1:]), strict=True)
            ),
        ]
    )
    before = even_weights(evidence)
    return {
        name: (each + IMAGINED * before[name]) / (each.sum() + IMAGINED)
        for name, each in found.items()
    }


def _some(evidence: Evidence, taken: Days) -> Evidence:
    """The evidence of some of the clients."""
    return Evidence(
        onsets=evidence.onsets,
        orders=evidence.orders[:, taken],
        volume=evidence.volume[:, taken],
        margin=evidence.margin[:, taken],
        favourite=evidence.favourite[:, taken],
        leak=evidence.leak[:, taken],
    )
