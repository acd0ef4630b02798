"""What joins the two raw scores of potential to money, and how that would have held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segml.outcomes.amount import Amount, Spread, fit_amount, fit_spread
from segml.outcomes.calibration import DRAWS, Calibration, fit_calibration
from segml.outcomes.rows import Rows, Values
from segml.outcomes.trials import Trial

Index = npt.NDArray[np.int64]


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
    spread
        How far profits lie from their expectation.
    """

    calibration: Calibration
    amount: Amount
    idle: float
    spread: Spread

    def told(self, buys: Values, spends: Values) -> Told:
        """What raw scores of both parts, each of shape (n,), come to."""
        p = self.calibration.probability(buys)
        expected = joined(p, self.amount.expected(spends), self.idle)
        low, _, high = self.spread.interval(expected)
        return Told(p=p, expected=expected, low=low, high=high)


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
    """

    rows: Rows
    profit: Values
    scale: float
    seed: int

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
        total = float((profit - (1 - p) * idle).sum())
        amount = fit_amount(spends, weight=p, total=total, scale=self.scale)
        expected = joined(p, amount.expected(spends), idle)
        spread = fit_spread(expected, profit, unit=self.scale / 10)
        return Joint(calibration=calibration, amount=amount, idle=idle, spread=spread)

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
                held.append(ours.asked)
                told.append(joint.told(ours.asked_raw, theirs.asked_raw))
        return np.concatenate(held), _gathered(told)


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


def _gathered(told: Sequence[Told]) -> Told:
    def of(name: str) -> Values:
        return np.concatenate([np.zeros(0), *(getattr(one, name) for one in told)])

    return Told(p=of("p"), expected=of("expected"), low=of("low"), high=of("high"))
