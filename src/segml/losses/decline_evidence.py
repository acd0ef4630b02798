"""How well each course of a decline from each week on explains a client's weeks, beside none.

Orders are a Poisson count whose rate is known as well as the weeks before the onset tell it (a
gamma, forgotten over a year), times what the course leaves. What an order is worth is Gaussian
about a mean that nothing is assumed of, less what the course takes. Everything is a product of a
clients x weeks matrix with a weeks x onsets one, so all clients are looked at in one go.

References
----------
West and Harrison (1997), Bayesian Forecasting and Dynamic Models, chapter 6: discounting. Fearnhead
(2006), Exact and efficient Bayesian inference for multiple changepoint problems, Statistics and
Computing 16: the marginal likelihood of each segment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from segml.losses.courses import FALLS, LATER_STOPS, ORDER_COURSES, Course
from segml.losses.courses import Weeks as WeekNumbers
from segml.losses.history import Numbers
from segml.losses.rhythm import Rhythm
from segml.losses.weeks import Channel, WeeklyOrders

ONSET_WEEKS = 104
"""How far back from the later date an onset is looked for."""
MEMORY_WEEKS = 52.0
"""The rate of orders before an onset is known from about the year before it: seasons cancel."""
YEAR_WEEKS = 52
"""What an order was worth before an onset is told by the year before it."""
VOLUME_FALLS = (0.5, 1.0, 1.6)
"""Of the logarithm: to six, four and two tenths."""
MARGIN_FALLS = (0.5, 1.0, 1.5)
"""Of the usual margin: half of it, all of it, and half as much again."""
FAVOURITE_FALLS = (0.5, 1.0)
"""Of the usual share: half of it, and all of it."""
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """Log likelihood ratios against no decline, of c clients and t onsets.

    Parameters
    ----------
    onsets
        (t,) the week each onset begins, as a place among the weeks.
    orders, volume, margin, favourite
        (k, c, t) of each course of the channel; the first is no change at all.
    leak
        (2, c, t) of the favourite category gone within a month and a half, and over a quarter, when
        the orders stop some months later.
    """

    onsets: WeekNumbers
    orders: Numbers
    volume: Numbers
    margin: Numbers
    favourite: Numbers
    leak: Numbers


def evidence_of(weeks: WeeklyOrders, rhythm: Rhythm) -> Evidence:
    """The evidence in some clients' weeks.

    Parameters
    ----------
    weeks
        What they bought.
    rhythm
        Of the portfolio: how often comparable clients buy.
    """
    length = len(weeks.starts)
    onsets = np.arange(max(1, length - ONSET_WEEKS), length, dtype=np.int64)
    orders = _Orders.of(weeks, rhythm, onsets)
    volume, margin, favourite = (
        _fallen(weeks.count, channel, onsets, sizes)
        for channel, sizes in (
            (weeks.volume, VOLUME_FALLS),
            (weeks.margin, MARGIN_FALLS),
            (weeks.favourite, FAVOURITE_FALLS),
        )
    )
    later = logsumexp([orders.ratio(course) for course in LATER_STOPS], axis=0)
    gone = favourite[len(FAVOURITE_FALLS) - 1 :: len(FAVOURITE_FALLS)]
    return Evidence(
        onsets=onsets,
        orders=_beside_none([orders.ratio(course) for course in ORDER_COURSES]),
        volume=_beside_none(volume),
        margin=_beside_none(margin),
        favourite=_beside_none(favourite),
        leak=np.stack([gone[1], gone[2]]) + (later - np.log(len(LATER_STOPS))),
    )


def _beside_none(ratios: Sequence[Numbers]) -> Numbers:
    return np.stack([np.zeros_like(ratios[0]), *ratios])


def _laid(of_since: Callable[[WeekNumbers], Numbers], length: int, onsets: WeekNumbers) -> Numbers:
    """(w, t) a function of the weeks since the onset, for every week and onset."""
    return of_since(np.arange(length, dtype=np.int64)[:, None] - onsets[None, :])


@dataclass(frozen=True, slots=True, eq=False)
class _Orders:
    """Orders by week, and the gamma (shape, rate) that tells their rate before each onset."""

    count: Numbers
    ticks: Numbers
    onsets: WeekNumbers
    shape: Numbers
    rate: Numbers

    @classmethod
    def of(cls, weeks: WeeklyOrders, rhythm: Rhythm, onsets: WeekNumbers) -> _Orders:
        kept = float(np.exp(-1.0 / MEMORY_WEEKS))
        shape = np.empty((len(weeks.count), len(weeks.ticks) + 1))
        rate = np.empty(len(weeks.ticks) + 1)
        shape[:, 0], rate[0] = rhythm.a, rhythm.b
        for week, ticks in enumerate(weeks.ticks):
            shape[:, week + 1] = kept * shape[:, week] + weeks.count[:, week]
            rate[week + 1] = kept * rate[week] + ticks
        return cls(weeks.count, weeks.ticks, onsets, shape[:, onsets], rate[onsets])

    def ratio(self, course: Course) -> Numbers:
        """(c, t) log likelihood ratio of a course; none where it leaves no order that there was."""
        length = len(self.ticks)
        left = _laid(course.left_since, length, self.onsets)
        since = _laid(lambda weeks: (weeks >= 0).astype(np.float64), length, self.onsets)
        counted = self.count @ (np.log(np.maximum(left, _NOTHING)) * since)
        shape = self.shape + self.count @ since
        lived, exposed = (self.rate + self.ticks @ (part * since) for part in (since, left))
        impossible = self.count @ ((left <= _NOTHING) * since)
        return np.where(
            impossible > 0.0, -np.inf, counted + shape * (np.log(lived) - np.log(exposed))
        )


def _fallen(
    count: Numbers, channel: Channel, onsets: WeekNumbers, sizes: Sequence[float]
) -> list[Numbers]:
    """(c, t) log likelihood ratios of falls: each size after the other, course by course."""
    length = count.shape[1]
    seen = _laid(lambda weeks: (weeks >= -YEAR_WEEKS).astype(np.float64), length, onsets)
    orders, total = np.maximum(count @ seen, _NOTHING), channel.sums @ seen
    found = []
    for course in FALLS:
        gone = (1.0 - _laid(course.left_since, length, onsets)) * seen
        fallen = count @ gone
        spread = np.maximum(count @ gone**2 - fallen**2 / orders, 0.0)
        along = fallen * total / orders - channel.sums @ gone
        found += [
            (size * along - 0.5 * size**2 * spread) / channel.variance[:, None] for size in sizes
        ]
    return found
