"""The season of the level: how far the coming horizon's orders lie from those the past labels saw.

In a low season clients order less, so more of them are silent through a horizon. What was learnt
from past cut-offs holds for the seasons their horizons fell into; the season to come is that of the
same days a year ago, as far as seasons have come again so far. A season that multiplies all
clients' orders by s moves the log-odds of no order by as much as it moves those of a Poisson count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from segml.ledger import Past
from segml.outcomes.additive import Learnt
from segml.outcomes.curve import Curve
from segml.outcomes.rows import Rows, Values
from segml.outcomes.score import AdditiveScore
from segml.outcomes.trials import Trial

FEATURE = "portfolio_season"
"""The feature that tells the season of the horizon ahead; missing with less than a year known."""
YEAR, BLOCK = 365, 30
"""Days; seasons are compared in blocks of so many."""
PRIOR, PRIOR_SPREAD = 0.5, 0.29
"""How much of a season comes again, before it was seen: anything between nothing and all of it."""
STRAY, STRAY_WORTH = 0.15, 2.0
"""How far a block's log orders stray from the year before, assumed, and blocks it is worth."""
GROWTH_WORTH = 6.0
"""Blocks a growth of zero is worth."""


@dataclass(frozen=True, kw_only=True)
class Again:
    """How much of a season of a horizon's length comes again a year later.

    Parameters
    ----------
    share
        0 nothing, 1 all of it.
    spread
        Its standard deviation.
    growth
        The yearly growth of the portfolio's orders, in logarithms.
    blocks
        Blocks of 30 days that were seen in two years.
    """

    share: float
    spread: float
    growth: float
    blocks: int

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True, eq=False)
class Season:
    """The days on which the portfolio's clients ordered, and the label's days.

    Parameters
    ----------
    first_day
        Day 0 of `orders`, since 1970-01-01.
    until
        The day it was asked on; it sees only days before it.
    orders
        Shape (n,): clients with an order on each day.
    gap_days, horizon_days
        The label's days.
    """

    first_day: int
    until: int
    orders: Values
    gap_days: int
    horizon_days: int

    @classmethod
    def of(cls, past: Past, *, gap_days: int, horizon_days: int) -> Season:
        """The portfolio's days before a date.

        Parameters
        ----------
        past
            What was known before the date.
        gap_days, horizon_days
            The label's days.
        """
        seen = past.frame(
            "select l.day as day, count(distinct l.client) as clients from {lines} l "
            "where l.is_order group by 1 order by 1"
        )
        days = seen["day"].to_numpy(np.int64)
        first = int(days[0]) if len(days) else 0
        orders = np.zeros(int(days[-1]) - first + 1 if len(days) else 0)
        orders[days - first] = seen["clients"].to_numpy(np.float64)
        return cls(
            first_day=first,
            until=past.as_of,
            orders=orders,
            gap_days=gap_days,
            horizon_days=horizon_days,
        )

    def has_year(self, day: int) -> bool:
        """Whether a year is known before a day."""
        return day - YEAR >= self.first_day

    def log_rate(self, start: int, end: int) -> float:
        """The logarithm of the orders a day in [start, end); half an order keeps it finite."""
        low, high = (max(day - self.first_day, 0) for day in (start, end))
        return float(np.log((self.orders[low:high].sum() + 0.5) / (end - start)))

    def again(self, until: int) -> Again:
        """How much of a season has come again, by the blocks before a day and those a year before.

        A regression through the origin of each block's deviation on that of a year before, with a
        normal prior on the slope; what strays from it is learnt with it. What strays from a block
        to its neighbour averages out over a horizon, the season does not, so that more of a long
        one comes again: as the reliability of a mean of so many alike (Spearman and Brown).

        Parameters
        ----------
        until
            No later day is looked at.

        References
        ----------
        Gelman and others (2013), Bayesian Data Analysis, 3rd ed., section 14.8. Spearman (1910),
        Correlation calculated from faulty data, British Journal of Psychology 3; Brown (1910), Some
        experimental results in the correlation of mental abilities, the same volume.
        """
        ends = np.arange(until, self.first_day + YEAR + BLOCK - 1, -BLOCK)
        now, then = (
            np.array([self.log_rate(end - back - BLOCK, end - back) for end in ends.tolist()])
            for back in (0, YEAR)
        )
        count = len(ends)
        growth = float((now - then).sum()) / (count + GROWTH_WORTH)
        if count < 2:
            return self._of_horizon(PRIOR, PRIOR_SPREAD, growth, count)
        drift = growth * (ends - ends.mean()) / YEAR
        x, y = (values - values.mean() - drift for values in (then, now))
        share, worth = PRIOR, count - 1 + STRAY_WORTH
        for _ in range(20):  # the stray and the slope in turn
            stray = (STRAY_WORTH * STRAY**2 + float(((y - share * x) ** 2).sum())) / worth
            held = stray / PRIOR_SPREAD**2
            share = (held * PRIOR + float(x @ y)) / (held + float(x @ x))
        spread = float(np.sqrt(stray / (held + float(x @ x))))
        return self._of_horizon(float(np.clip(share, 0.0, 1.0)), spread, growth, count)

    def _of_horizon(self, share: float, spread: float, growth: float, blocks: int) -> Again:
        """Of a horizon what is told of a block."""
        length = self.horizon_days / BLOCK
        whole = 1.0 + (length - 1.0) * share
        return Again(
            share=length * share / whole,
            spread=length * spread / whole**2,
            growth=growth,
            blocks=blocks,
        )

    def usual(self, cutoff: npt.NDArray[np.int64], until: int, growth: float) -> float:
        """The mean log season of the horizons that labels saw, in the unit of the feature's log.

        Parameters
        ----------
        cutoff
            Shape (n,), the cut-offs of the rows; their labels end by `until`.
        until
            The day that is foretold from.
        growth
            Yearly, in logarithms; taken off, so that growth is no season.
        """
        days, counts = np.unique(cutoff, return_counts=True)
        starts = days + self.gap_days
        seen = np.array([self.log_rate(at, at + self.horizon_days) for at in starts.tolist()])
        # years between each horizon and the one a year before the coming one
        ahead = (starts - (until - YEAR)) / YEAR
        level = self.log_rate(until - YEAR, until)
        return float(np.average(seen - growth * ahead, weights=counts)) - level

    def year_ago(self, day: int) -> float:
        """The log season of the horizon after a day by the same days a year ago: the feature's."""
        start = day - YEAR
        return self.log_rate(start, start + self.horizon_days) - self.log_rate(start, day)


def elasticity(raw: Values) -> float:
    """How far the level falls, in log-odds, for a rise of the log of all clients' orders by one.

    A client whose orders are Poisson with mean m has none with probability p = exp(-m), and
    dp / d log m = p log p. The mean of these over that of p (1 - p) moves the level.

    Parameters
    ----------
    raw
        Log-odds of no order, shape (n,), at least one row.
    """
    p = np.clip(expit(raw), 1e-6, 1 - 1e-6)
    return float(-(p * np.log(p)).sum() / (p * (1 - p)).sum())


def with_season(
    learnt: Learnt, rows: Rows, season: Season | None, *, sign: Literal[-1, 1] = 1
) -> tuple[Learnt, Mapping[str, Any] | None]:
    """The score whose level follows the season, and trials that did the same; what it rests on.

    Parameters
    ----------
    learnt
        A score of log-odds that `portfolio_season` does not enter.
    rows
        The rows it was learnt on.
    season
        The portfolio's days; None, less than a year of them, or no rows: nothing is changed.
    sign
        1 where the score is of no order, -1 where it is of an order.
    """
    is_told = FEATURE in rows.columns and len(rows) > 0
    if not is_told or season is None or not season.has_year(season.until):
        return learnt, None
    until = season.until
    again = season.again(until)
    reach, usual = elasticity(sign * learnt.raw), season.usual(rows.cutoff, until, again.growth)
    weight, ahead = reach * again.share, season.year_ago(until) - usual
    curve = Curve(
        feature=FEATURE,
        shape="log",
        sign=-1 if sign == 1 else 1,
        weight=weight,
        missing=-sign * usual,
        mean=-sign * usual,
    )
    moved = replace(
        learnt,
        score=_joined(learnt.score, curve),
        trials=tuple(_moved(trial, rows, season, sign) for trial in learnt.trials),
    )
    level = -sign * weight * ahead
    return moved, {**again.to_json(), "elasticity": reach, "ahead": ahead, "level": level}


def without_season(rows: Rows) -> Rows:
    """The rows as if the season's feature were unknown: it is one number a cut-off.

    A forest that may read it tells cut-offs apart by it, and takes chance for season.
    """
    if FEATURE not in rows.columns:
        return rows
    blank = rows.X.copy()
    blank[:, rows.columns.index(FEATURE)] = np.nan
    return replace(rows, X=blank, binned=None)


def _joined(score: AdditiveScore, curve: Curve) -> AdditiveScore:
    """The score with one curve more, at the same level where the season is the usual one."""
    return replace(
        score,
        intercept=score.intercept - curve.weight * curve.mean,
        curves=(*score.curves, curve),
    )


def _moved(trial: Trial, rows: Rows, season: Season, sign: Literal[-1, 1]) -> Trial:
    """The trial as it would have foretold with the season known on its own day."""
    day = int(rows.cutoff[trial.asked[0]])
    known = rows.cutoff[trial.known]
    ended = len(known) > 0 and int(known.max()) + season.gap_days + season.horizon_days <= day
    if not (ended and season.has_year(day)):
        return trial
    again = season.again(day)
    ahead = season.year_ago(day) - season.usual(known, day, again.growth)
    shift = -sign * elasticity(sign * trial.known_raw) * again.share * ahead
    return replace(trial, asked_raw=trial.asked_raw + shift)
