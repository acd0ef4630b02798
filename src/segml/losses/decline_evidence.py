"""How well each course of a decline from each week on explains a client's weeks, beside none.

Orders are a Poisson count, the more exact the more regular the client is, and the less the more
they come in clumps. Their rate is known as well as the weeks before the onset tell it (a gamma,
forgotten over a year), times what the course leaves. What an order is worth is Gaussian about a
mean that nothing is assumed of, less what the course takes. All weeks tell that mean, whatever the
onset: were it told by those near the onset alone, an earlier onset would explain more orders, and
gain by that. Everything is a product of a clients x weeks matrix with a weeks x onsets one, so all
clients are looked at in one go.

References
----------
West and Harrison (1997), Bayesian Forecasting and Dynamic Models, chapter 6: discounting. Fearnhead
(2006), Exact and efficient Bayesian inference for multiple changepoint problems, Statistics and
Computing 16: the marginal likelihood of each segment. von Neumann (1941), Distribution of the ratio
of the mean square successive difference to the variance, Annals of Mathematical Statistics 12.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, logsumexp

from segml.losses.courses import FALLS, ORDER_COURSES, Course
from segml.losses.courses import Weeks as WeekNumbers
from segml.losses.favourite import Favourite
from segml.losses.history import Numbers
from segml.losses.rhythm import SHAPES, Rhythm
from segml.losses.weeks import Channel, WeeklyOrders

FIRST_WEEK = 13
"""Onsets are looked for from here on: a decline needs a quarter to decline from. Whoever stopped
before the first week looked at would be dated there, and teach that all declines are stops."""
BLOCK = 1000
"""Clients whose weeks are weighed at once: the evidence of one takes a tenth of a megabyte."""
MEMORY_WEEKS = 52.0
"""The rate of orders before an onset is known from about the year before it: seasons cancel."""
REGULAR = 3.0
"""Gaps of this shape are believed as Poisson's are: rates wander, which their regularity hides."""
MOST_REGULAR = 2.0
"""The most that the counts of a client like a clock are believed beyond Poisson's. Where a decline
skips orders by chance and leaves a share l of them, counts of dispersion d have 1 - l + l d
(thinning: Cox and Isham 1980, Point Processes): of a perfect clock half of whose orders are left,
a half. Believed to be a clock's all the same, a fading would pass for a stop at its end."""
QUARTER = 13
"""Weeks whose counts are held against the next ones: longer than most clumps of orders."""
LEAST_QUARTERS = 4
IMAGINED_QUARTERS = 4.0
"""Differences of Poisson's counts beside a client's own."""
VOLUME_FALLS = (0.5, 1.0, 1.6, 2.3)
"""Of the logarithm: to six, four, two tenths and one."""
MARGIN_FALLS = (0.5, 1.0, 1.5)
"""Of the usual margin: half of it, all of it, and half as much again."""
FAVOURITE_FALLS = (0.5, 1.0)
"""Of the category: half of it, and all of it."""
LEAKS = (60.0, 120.0, 180.0)
"""Days over which a favourite category goes first."""
LATER_STOPS = (60.0, 120.0, 200.0)
"""Days over which the orders that are left stop after it."""
_LEAST = 1e-3
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
        (3, c, t) of the favourite category gone over each of `LEAKS`, and the orders after it.
    """

    onsets: WeekNumbers
    orders: Numbers
    volume: Numbers
    margin: Numbers
    favourite: Numbers
    leak: Numbers


def in_blocks(
    weeks: WeeklyOrders, rhythm: Rhythm, *, first: int = FIRST_WEEK
) -> Iterator[tuple[WeeklyOrders, Evidence]]:
    """The weeks of some clients and the evidence in them, a block of clients after the other."""
    count = len(weeks.clients)
    for start in range(0, count, BLOCK):
        some = weeks.of(np.arange(start, min(start + BLOCK, count)))
        yield some, evidence_of(some, rhythm, first=first)


def evidence_of(weeks: WeeklyOrders, rhythm: Rhythm, *, first: int = FIRST_WEEK) -> Evidence:
    """The evidence in some clients' weeks.

    Parameters
    ----------
    weeks
        What they bought.
    rhythm
        Of the portfolio: how often comparable clients buy.
    first
        The week, as a place among them, from which on onsets are looked for.
    """
    length = len(weeks.starts)
    onsets = np.arange(min(first, length - 1), length, dtype=np.int64)
    orders = _Orders.of(weeks, rhythm, onsets)
    volume, margin = (
        _fallen(weeks.count, channel, onsets, sizes)
        for channel, sizes in ((weeks.volume, VOLUME_FALLS), (weeks.margin, MARGIN_FALLS))
    )
    favourite = _favourite(weeks, onsets)
    unmoved = favourite.unmoved()
    return Evidence(
        onsets=onsets,
        orders=_beside_none([orders.ratio(orders.laid(course)) for course in ORDER_COURSES]),
        volume=_beside_none(volume),
        margin=_beside_none(margin),
        favourite=_beside_none(
            [
                logsumexp(favourite.by_coin(course, size), axis=0) - unmoved
                for course in FALLS
                for size in FAVOURITE_FALLS
            ]
        ),
        leak=np.stack([_leak(orders, favourite, Course(days)) - unmoved for days in LEAKS]),
    )


def _beside_none(ratios: Sequence[Numbers]) -> Numbers:
    return np.stack([np.zeros_like(ratios[0]), *ratios])


def _laid(of_since: Callable[[WeekNumbers], Numbers], length: int, onsets: WeekNumbers) -> Numbers:
    """(w, t) a function of the weeks since the onset, for every week and onset."""
    return of_since(np.arange(length, dtype=np.int64)[:, None] - onsets[None, :])


@dataclass(frozen=True, slots=True, eq=False)
class _Orders:
    """Orders by week, and what was known of their rate before each onset.

    `shape` and `rate` are the gamma's, `undisturbed` is the log likelihood of the weeks since the
    onset without a decline: each foretold by all before it, so a rate may drift without one.
    """

    count: Numbers
    ticks: Numbers
    onsets: WeekNumbers
    shape: Numbers
    rate: Numbers
    undisturbed: Numbers

    @classmethod
    def of(cls, weeks: WeeklyOrders, rhythm: Rhythm, onsets: WeekNumbers) -> _Orders:
        exact = _regularity(weeks, rhythm)[:, None]
        count, ticks = exact * weeks.count, exact * weeks.ticks
        kept = float(np.exp(-1.0 / MEMORY_WEEKS))
        shape = np.empty((count.shape[0], count.shape[1] + 1))
        rate = np.empty_like(shape)
        shape[:, 0], rate[:, 0] = rhythm.a, rhythm.b
        for week in range(count.shape[1]):
            shape[:, week + 1] = np.maximum(kept * shape[:, week], _LEAST) + count[:, week]
            rate[:, week + 1] = kept * rate[:, week] + ticks[:, week]
        foretold = _foretold(shape[:, :-1], rate[:, :-1], count, ticks)
        since = np.cumsum(foretold[:, ::-1], axis=1)[:, ::-1]
        return cls(count, ticks, onsets, shape[:, onsets], rate[:, onsets], since[:, onsets])

    def laid(self, course: Course) -> Numbers:
        """(w, t) what a course leaves in each week, of an onset each."""
        return _laid(course.left_since, self.count.shape[1], self.onsets)

    def ratio(self, left: Numbers) -> Numbers:
        """(c, t) log likelihood ratio of what is left (w, t).

        None where nothing is left in a week with an order.
        """
        length = self.count.shape[1]
        since = _laid(lambda weeks: (weeks >= 0).astype(np.float64), length, self.onsets)
        fallen = self.count @ (np.log(np.maximum(left, _NOTHING)) * since)
        after = _foretold(self.shape, self.rate, self.count @ since, self.ticks @ (left * since))
        impossible = self.count @ ((left <= _NOTHING) * since)
        return np.where(impossible > 0.0, -np.inf, fallen + after - self.undisturbed)


def _favourite(weeks: WeeklyOrders, onsets: WeekNumbers) -> Favourite:
    length = len(weeks.starts)
    return Favourite(
        held=weeks.held,
        others=weeks.count - weeks.held,
        alone=weeks.alone,
        left_laid=lambda course: _laid(course.left_since, length, onsets),
    )


def _leak(orders: _Orders, favourite: Favourite, gone: Course) -> Numbers:
    """(c, t) log likelihood of the favourite gone along a course and the orders stopping later."""
    left = favourite.left(gone)
    marks, at_first = favourite.by_coin(gone), favourite.orders_left(left)
    later = [orders.laid(Course(days, 0.0, gone.over_days)) for days in LATER_STOPS]
    found = [
        mark + logsumexp([orders.ratio(first * each) for each in later], axis=0)
        for mark, first in zip(marks, at_first, strict=True)
    ]
    return np.asarray(logsumexp(found, axis=0) - np.log(len(later)))


def _regularity(weeks: WeeklyOrders, rhythm: Rhythm) -> Numbers:
    """(c,) how many times as exact as Poisson's a client's counts are.

    Counts of gaps with a gamma's shape k vary k times less (Cox 1962, Renewal Theory, 4.2). Orders
    that come in clumps vary more than Poisson's, whatever their gaps say.
    """
    joint = np.log(rhythm.weight) + rhythm.log_evidence(*weeks.gaps)
    shape = np.exp(joint - logsumexp(joint, axis=1, keepdims=True)) @ SHAPES
    wide = _clumping(weeks)
    exact = np.where(wide > 1.0, 1.0 / wide, np.clip(shape / REGULAR, 1.0, MOST_REGULAR))
    return np.asarray(exact, dtype=np.float64)


def _clumping(weeks: WeeklyOrders) -> Numbers:
    """(c,) how many times as wide as Poisson's the counts of quarters are, positive.

    By the squared differences of quarters that follow one another, since the first with an order
    (von Neumann 1941): a drift is hardly in them, and a fall once. Some of Poisson's are imagined
    beside, for a few quarters tell little.
    """
    quarters = weeks.count.shape[1] // QUARTER
    if quarters < LEAST_QUARTERS:
        return np.ones(len(weeks.count))
    last = slice(-QUARTER * quarters, None)
    long = weeks.ticks[:, last].reshape(-1, quarters, QUARTER).sum(axis=2)
    bought = weeks.count[:, last].reshape(-1, quarters, QUARTER).sum(axis=2)
    count = bought * (long.mean(axis=1, keepdims=True) / np.maximum(long, _NOTHING))
    known = np.cumsum(bought, axis=1)[:, :-1] > 0.0
    apart = (np.diff(count, axis=1) ** 2 * known).sum(axis=1)
    pairs = (count[:, :-1] + count[:, 1:]) * known
    imagined = IMAGINED_QUARTERS * pairs.sum(axis=1) / np.maximum((pairs > 0.0).sum(axis=1), 1)
    whole = pairs.sum(axis=1) + imagined
    wide = np.divide(apart + imagined, whole, out=np.ones_like(whole), where=whole > 0.0)
    return np.asarray(wide, dtype=np.float64)


def _foretold(shape: Numbers, rate: Numbers, count: Numbers, ticks: Numbers) -> Numbers:
    """Log likelihood of counts whose rate is a gamma, but for terms of the counts alone."""
    return np.asarray(
        gammaln(shape + count)
        - gammaln(shape)
        + shape * np.log(rate)
        - (shape + count) * np.log(rate + ticks)
    )


def _fallen(
    count: Numbers, channel: Channel, onsets: WeekNumbers, sizes: Sequence[float]
) -> list[Numbers]:
    """(c, t) log likelihood ratios of falls: each size after the other, course by course."""
    length = count.shape[1]
    orders = np.maximum(count.sum(axis=1, keepdims=True), _NOTHING)
    total = channel.sums.sum(axis=1, keepdims=True)
    found = []
    for course in FALLS:
        gone = 1.0 - _laid(course.left_since, length, onsets)
        fallen = count @ gone
        spread = np.maximum(count @ gone**2 - fallen**2 / orders, 0.0)
        along = fallen * total / orders - channel.sums @ gone
        found += [
            (size * along - 0.5 * size**2 * spread) / channel.variance[:, None] for size in sizes
        ]
    return found
