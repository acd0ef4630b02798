"""What joins the two raw scores of potential to money, and how that would have held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from segml.outcomes.additive import Learnt
from segml.outcomes.ages import AgedRows, Ages, age_of, fit_ages, told_ages
from segml.outcomes.amount import Amount, fit_amount
from segml.outcomes.calibration import DRAWS, Calibration, fit_calibration
from segml.outcomes.filling import Asked, Filling, filling
from segml.outcomes.rows import Rows, Values
from segml.outcomes.season import Season
from segml.outcomes.trials import Trial

Index = npt.NDArray[np.int64]
Intervals = tuple[Values, Values, Values]
OUTSIDE = 0.2
"""Of what may come, what an interval of potential leaves out."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What was said of n rows: probability of buying, expected profit, its low and high."""

    p: Values
    expected: Values
    low: Values
    high: Values


@dataclass(frozen=True, kw_only=True)
class Joint:
    """What joins raw scores of both parts to money.

    Parameters
    ----------
    calibration
        Raw score of buying to its probability.
    amount
        Raw score of spending to expected money.
    idle
        The mean profit of clients without an order, in money.
    ages
        The level of each age, and how far its profits lie from their expectation.
    """

    calibration: Calibration
    amount: Amount
    idle: float
    ages: Ages

    def expected(self, buys: Values, spends: Values, age: Values) -> Values:
        """The money that raw scores of both parts come to at an age in days, each of shape (n,)."""
        p = self.calibration.probability(buys)
        return self.ages.expected(joined(p, self.amount.expected(spends), self.idle), age)

    def told(self, buys: Values, spends: Values, age: Values) -> Told:
        """The same with the probability of buying and the interval."""
        expected = self.expected(buys, spends, age)
        p = self.calibration.probability(buys)
        low, _, high = with_nothing(p, self.ages.interval(expected, age))
        return Told(p=p, expected=expected, low=low, high=high)

    def raised(self, ratio: float) -> Joint:
        """What joins to so many times the money."""
        return replace(
            self,
            amount=replace(self.amount, smear=ratio * self.amount.smear),
            idle=ratio * self.idle,
            ages=self.ages.raised(ratio),
        )


@dataclass(frozen=True, kw_only=True)
class Money:
    """Rows labelled by whether there was an order, and the profit that came.

    Parameters
    ----------
    rows
        n rows in a fixed order.
    profit
        Money of shape (n,).
    scale
        The money at which the asinh scale bends.
    seed
        Of the calibration's bootstrap.
    label_days
        How long a label is, its gap counted.
    season
        The portfolio's days, for the level while a year's sums still fill; None: it is not moved.
    """

    rows: Rows
    profit: Values
    scale: float
    seed: int
    label_days: int
    season: Season | None = None

    @cached_property
    def _age(self) -> Values:
        return told_ages(age_of(self.rows.columns, self.rows.X), self.rows.cutoff)

    def join(self, at: Index, buys: Values, spends: Values, *, count: int = DRAWS) -> Joint:
        """The join that fits the rows `at`.

        Parameters
        ----------
        at
            k indices of rows.
        buys, spends
            Their raw scores of shape (k,), by halves that saw none of their clients.
        count
            Of the calibration's bootstrap draws.
        """
        rows, profit = self.rows.take(at), self.profit[at]
        calibration = fit_calibration(
            buys, rows.y, client=rows.client, cutoff=rows.cutoff, seed=self.seed, count=count
        )
        p = calibration.probability(buys)
        idle = float(profit[rows.y == 0].mean()) if (rows.y == 0).any() else 0.0
        came = profit - (1 - p) * idle
        amount = fit_amount(spends, came, weight=p, client=rows.client, scale=self.scale)
        expected = joined(p, amount.expected(spends), idle)
        seen = AgedRows(
            age=self._age[at], client=rows.client, cutoff=rows.cutoff, label_days=self.label_days
        )
        ages = fit_ages(expected, profit, seen, unit=self.scale / 10)
        return Joint(calibration=calibration, amount=amount, idle=idle, ages=ages)

    def today(
        self, buys: Learnt, spends: Learnt, asked: Asked | None
    ) -> tuple[Joint, Filling | None]:
        """The join that fits all rows, at today's level, and how far that moved it.

        Parameters
        ----------
        buys, spends
            Both parts, learnt on these rows.
        asked
            Today's clients; None: the level is that of the rows.
        """
        everyone = np.arange(len(self.rows))
        joint = self.join(everyone, buys.raw, spends.raw)
        if asked is None:
            return joint, None
        raw = buys.score.raw(asked.X), spends.score.raw(asked.X)
        expected = joint.expected(*raw, age_of(self.rows.columns, asked.X))
        moved = self.filled(everyone, asked, expected)
        return joint if moved is None else joint.raised(moved.factor), moved

    def foretold(self, buys: Sequence[Trial], spends: Sequence[Trial]) -> tuple[Index, Told]:
        """The rows, shape (m,), that trials of both parts asked, and what was said of them.

        Parameters
        ----------
        buys, spends
            Trials of these rows; each pair is joined by what both of it could know, and no more.
        """
        of_spends = {int(trial.asked[0]): trial for trial in spends}
        held, told = [np.zeros(0, np.int64)], []
        for ours in buys:
            theirs = of_spends.get(int(ours.asked[0]))
            if theirs is not None:
                known, at, there = np.intersect1d(ours.known, theirs.known, return_indices=True)
                joint = self.join(known, ours.known_raw[at], theirs.known_raw[there], count=0)
                asked = self.rows.take(ours.asked)
                raw = ours.asked_raw, theirs.asked_raw, self._age[ours.asked]
                if self.season is not None:
                    there_and_then = Asked(X=asked.X, day=int(asked.cutoff[0]), season=self.season)
                    moved = self.filled(known, there_and_then, joint.expected(*raw))
                    joint = joint if moved is None else joint.raised(moved.factor)
                held.append(ours.asked)
                told.append(joint.told(*raw))
        return np.concatenate(held), _gathered(told)

    def filled(self, known: Index, asked: Asked, expected: Values) -> Filling | None:
        """How far the level of what is expected of the asked has to move, by the known rows.

        Parameters
        ----------
        known
            Indices of rows whose labels ended by the day that is asked on.
        asked, expected
            Who is foretold, and what was expected of each.
        """
        rows = self.rows.take(known)
        label_days = asked.season.gap_days + asked.season.horizon_days
        ended = len(rows) > 0 and int(rows.cutoff.max()) + label_days <= asked.day
        return filling(rows, self.profit[known], asked, expected) if ended else None


def joined(p: Values, given: Values, idle: float) -> Values:
    """Expected money of shape (n,): `given` with probability p, else `idle`.

    Parameters
    ----------
    p, given
        Probability of an order and money given one, each of shape (n,).
    idle
        Money without one.
    """
    return p * given + (1 - p) * idle


def with_nothing(p: Values, interval: Intervals) -> Intervals:
    """The interval, and no profit in it where no order is likelier than what may lie outside it.

    Parameters
    ----------
    p
        Probability of an order, shape (n,).
    interval
        Low, median and high of the profit, each (n,); low to high holds 80 %.

    Examples
    --------
    >>> low, _, high = with_nothing(np.array([0.7, 0.9]), (np.ones(2), np.ones(2), np.ones(2)))
    >>> low.tolist(), high.tolist()
    ([0.0, 1.0], [1.0, 1.0])
    """
    low, median, high = interval
    idle = 1.0 - p > OUTSIDE
    return (
        np.where(idle, np.minimum(low, 0.0), low),
        median,
        np.where(idle, np.maximum(high, 0.0), high),
    )


def _gathered(told: Sequence[Told]) -> Told:
    def of(name: str) -> Values:
        return np.concatenate([np.zeros(0), *(getattr(one, name) for one in told)])

    return Told(p=of("p"), expected=of("expected"), low=of("low"), high=of("high"))
