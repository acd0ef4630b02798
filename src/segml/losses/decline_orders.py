"""How well the course of a decline explains a client's orders from each week on, beside none.

Orders are a Poisson count, the less exact the more they come in clumps, and the more exact the more
they come as if by a clock: of dispersion a half where the gaps are a clock's, else of that which
the client's own quarters show. Their rate is known as well as the weeks before the onset tell it (a
gamma, forgotten over a year), times what the course leaves.

A decline that leaves a share l of the orders skips them by chance, so that what is left of regular
ones comes by chance as well: counts of dispersion d have 1 - l + l d then. So has a binomial of
chance 1 - d that is thinned, and as one they are told: an order left counts with its odds, and no
order in a while with the chance that all that were due are skipped. Believed to be as regular as
before, a fading would pass for a stop at its end.

References
----------
West and Harrison (1997), Bayesian Forecasting and Dynamic Models, chapter 6: discounting. Fearnhead
(2006), Exact and efficient Bayesian inference for multiple changepoint problems, Statistics and
Computing 16: the marginal likelihood of each segment. Cox and Isham (1980), Point Processes:
thinning. von Neumann (1941), Distribution of the ratio of the mean square successive difference to
the variance, Annals of Mathematical Statistics 12.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, logsumexp

from segml.losses.courses import Course, laid
from segml.losses.courses import Weeks as WeekNumbers
from segml.losses.history import Numbers
from segml.losses.rhythm import SHAPES, Rhythm
from segml.losses.weeks import WeeklyOrders

MEMORY_WEEKS = 52.0
"""The rate of orders before an onset is known from about the year before it: seasons cancel."""
REGULAR = 3.0
"""Gaps of this shape are believed as Poisson's are: rates wander, which their regularity hides."""
MOST_CHANCE = 0.5
"""Of the binomial that the counts of a regular client are told as: its dispersion is a half. More
is not believed of anybody: a pace that changes would be taken for a decline."""
CHANCE_STEP = 0.05
"""Chances are told in steps, and those of a step in one go."""
STEPS_TO_BEST = 2
"""To the likeliest rate of a thinned binomial: a third moves no logarithm by a thirtieth."""
MOST_SHARE = 1.5
"""Of what was due, that is told apart: nearly 1 / p, which is all that could have been."""
QUARTER = 13
"""Weeks whose counts are held against the next ones: longer than most clumps of orders."""
LEAST_QUARTERS = 4
CLUMPED_QUARTERS, REGULAR_QUARTERS = 4.0, 12.0
"""Differences of Poisson's counts beside a client's own: that it clumps is soon believed, that it
is regular only as far as years tell, for whoever is taken for it is soon taken for declining."""
_LEAST = 1e-3
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class OrderEvidence:
    """Orders by week, and what was known of their rate before each onset.

    `since` (w, t) is one from the onset on, and `bought` the orders in those weeks. `shape` and
    `rate` are the gamma's, `undisturbed` is the log likelihood of the weeks since the onset without
    a decline: each foretold by all before it, so a rate may drift without one.
    """

    count: Numbers
    ticks: Numbers
    is_regular: npt.NDArray[np.bool_]
    onsets: WeekNumbers
    since: Numbers
    bought: Numbers
    shape: Numbers
    rate: Numbers
    undisturbed: Numbers
    regular: _Regular

    @classmethod
    def of(cls, weeks: WeeklyOrders, rhythm: Rhythm, onsets: WeekNumbers) -> OrderEvidence:
        """Of some clients' weeks, for declines that begin in the weeks `onsets`."""
        wide = _clumping(weeks, beside=CLUMPED_QUARTERS)
        even = 1.0 - _clumping(weeks, beside=REGULAR_QUARTERS)
        even[(wide <= 1.0) & _like_a_clock(weeks, rhythm)] = MOST_CHANCE
        steps = np.floor(np.clip(even, 0.0, MOST_CHANCE) / CHANCE_STEP)
        is_regular, chance = steps > 0.0, CHANCE_STEP * steps[steps > 0.0][:, None]
        weight = 1.0 / np.maximum(wide, 1.0)[:, None]
        weight[is_regular] = _weight(chance)
        count, ticks = weight * weeks.count, weight * weeks.ticks
        kept = float(np.exp(-1.0 / MEMORY_WEEKS))
        shape = np.empty((count.shape[0], count.shape[1] + 1))
        rate = np.empty_like(shape)
        shape[:, 0], rate[:, 0] = rhythm.a, rhythm.b
        for week in range(count.shape[1]):
            shape[:, week + 1] = np.maximum(kept * shape[:, week], _LEAST) + count[:, week]
            rate[:, week + 1] = kept * rate[:, week] + ticks[:, week]
        foretold = _foretold(shape[:, :-1], rate[:, :-1], count, ticks)
        undisturbed = np.cumsum(foretold[:, ::-1], axis=1)[:, ::-1]
        since = laid(lambda weeks: (weeks >= 0).astype(np.float64), count.shape[1], onsets)
        shape, rate = shape[:, onsets], rate[:, onsets]
        of_regular = (each[is_regular] for each in (weeks.count, weeks.ticks, shape, rate))
        return cls(
            *(count, ticks, is_regular, onsets, since, count @ since),
            *(shape, rate, undisturbed[:, onsets], _Regular.of(since, *of_regular, chance=chance)),
        )

    def laid(self, course: Course) -> Numbers:
        """(w, t) what a course leaves in each week, of an onset each."""
        return laid(course.left_since, self.count.shape[1], self.onsets)

    def ratio(self, left: Numbers) -> Numbers:
        """(c, t) log likelihood ratio of what is left (w, t).

        None where nothing is left in a week with an order.
        """
        impossible = self.count @ ((left <= _NOTHING) * self.since) > 0.0
        some = np.maximum(left, _NOTHING)
        ratio, by_chance = np.empty_like(self.undisturbed), ~self.is_regular
        ratio[by_chance] = self.count[by_chance] @ (np.log(some) * self.since) + _foretold(
            self.shape[by_chance],
            self.rate[by_chance],
            self.bought[by_chance],
            self.ticks[by_chance] @ (some * self.since),
        )
        ratio[self.is_regular] = self.regular.thinned(some)
        return np.where(impossible, -np.inf, ratio - self.undisturbed)


@dataclass(frozen=True, slots=True, eq=False)
class _Regular:
    """The weeks of regular clients, as `OrderEvidence` has them, but for the weight of an order.

    `chance` (c, 1) is p of each client's binomial, `usual` are the orders a tick since each onset,
    `told` what they tell whatever is left.

    At the rate known before the onset an order of a share l left has the odds p l / (1 - p l),
    beside p / (1 - p) of all. That the rate was another all along (n = rate / p orders could have
    been, of which k were) counts by how log C(n, k) grows with it: as `_weight` says where as many
    were as the rate says, the less the fewer were. Grown as much throughout, any regular client
    would pass for a thinned one that had been faster.
    """

    chance: Numbers
    count: Numbers
    ticks: Numbers
    shape: Numbers
    rate: Numbers
    since: Numbers
    bought: Numbers
    usual: Numbers
    told: Numbers

    @classmethod
    def of(
        cls,
        since: Numbers,
        count: Numbers,
        ticks: Numbers,
        shape: Numbers,
        rate: Numbers,
        *,
        chance: Numbers,
    ) -> _Regular:
        """Of their counts and weeks, and the gamma of each before each onset."""
        bought, known = count @ since, shape / rate
        usual = np.maximum(bought, _NOTHING) / np.maximum(ticks @ since, _NOTHING)
        told = bought * (_weight(chance) * np.log(known) + _grown(_share(usual / known), chance))
        return cls(chance, count, ticks, shape, rate, since, bought, usual, told)

    def thinned(self, left: Numbers) -> Numbers:
        """(c, t) log likelihood of what is left (w, t)."""
        odds, due = np.empty_like(self.bought), np.empty_like(self.bought)
        for chance in np.unique(self.chance):
            some, none = self.chance[:, 0] == chance, np.log1p(-chance * left)
            odds[some] = self.count[some] @ ((np.log(left) + np.log1p(-chance) - none) * self.since)
            due[some] = self.ticks[some] @ (-none / chance * self.since)
        grows = np.broadcast_to(_weight(self.chance), self.bought.shape)
        for _ in range(STEPS_TO_BEST):
            best = (self.shape + grows * self.bought) / (self.rate + due)
            share = _share(self.usual / best)
            grows = _weight(self.chance * share)
        fewer = self.bought * (_grown(share, self.chance) + grows * np.log(best))
        foretold = _foretold(self.shape, self.rate, grows * self.bought, due)
        return np.asarray(odds + self.told - fewer + foretold)


def _share(of: Numbers) -> Numbers:
    """A share of what was due, as far as it is told apart."""
    return np.clip(of, _NOTHING, MOST_SHARE)


def _grown(share: Numbers, chance: Numbers) -> Numbers:
    """What log C(n, k) / k, k being a share of what was due, falls by as the share rises."""
    rest = np.log1p(-chance * share)
    return np.asarray(rest / (chance * share) + np.log(share) - rest)


def _weight(chance: Numbers) -> Numbers:
    """How many times as much as Poisson's the counts of a binomial tell of their rate.

    The logarithm of the chance of no order at all, over Poisson's. By p l in the place of p, l the
    share of what was due: how log C(n, k) / k grows with log n.
    """
    return np.asarray(-np.log1p(-chance) / chance)


def _like_a_clock(weeks: WeeklyOrders, rhythm: Rhythm) -> npt.NDArray[np.bool_]:
    """(c,) whether a client's counts are rather twice as exact as Poisson's than as exact.

    Counts of gaps with a gamma's shape k vary k times less (Cox 1962, Renewal Theory, 4.2).
    """
    joint = np.log(rhythm.weight) + rhythm.log_evidence(*weeks.gaps)
    shape = np.exp(joint - logsumexp(joint, axis=1, keepdims=True)) @ SHAPES
    return np.asarray(shape / REGULAR > (1.0 - MOST_CHANCE) ** -0.5)


def _clumping(weeks: WeeklyOrders, *, beside: float) -> Numbers:
    """(c,) how many times as wide as Poisson's the counts of quarters are, positive.

    By the squared differences of quarters that follow one another, since the first with an order
    (von Neumann 1941): a drift is hardly in them, and a fall once. So many of Poisson's are
    imagined `beside`, for a few quarters tell little.
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
    imagined = beside * pairs.sum(axis=1) / np.maximum((pairs > 0.0).sum(axis=1), 1)
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
