"""What an order is worth as channels by week, and how much one order tells of each.

A channel is the deviation of one figure of an order from the client's own mean and from what all
orders of those weeks show. How far orders scatter is told by successive ones; that they do not
scatter about one mean all along is told by a channel's own rule, which widens that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segml.losses.history import Numbers

SMOOTH_WEEKS = 9
"""What all orders show is their median over about two months: a few declines do not move it."""
CREDIT_ORDERS = 6.0
"""Orders that the portfolio's spread is worth beside the client's own."""
LEAST_ORDERS = 10
"""A client with fewer has no spread to speak of."""
WIDE = 0.8
"""A margin wanders: at least the spread of all but the widest fifth of clients is assumed."""
LEAST_VARIANCE = 0.05
"""Of one order: equal orders must not make a cent an onset."""
QUARTER = 13
"""Weeks whose orders go along in size, if any do."""
HALF_OF_SQUARES = 0.4549
"""Median of the square of a standard Gaussian."""
Widened = Callable[[Numbers, Numbers], Numbers]
"""Of the values of orders and the variance (c,) of one about the next, its own about one mean."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Channel:
    """One figure of an order, of c clients over w weeks.

    Parameters
    ----------
    sums
        (c, w) deviations of the orders of a week, added up.
    variance
        (c,) of one order.
    """

    sums: Numbers
    variance: Numbers

    def of(self, rows: npt.NDArray[np.intp]) -> Channel:
        """Of some of the clients, by their places."""
        return Channel(sums=self.sums[rows], variance=self.variance[rows])

    def until(self, weeks: int) -> Channel:
        """Its first weeks."""
        return Channel(sums=self.sums[:, :weeks], variance=self.variance)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Where each order lies: its client and its week; the first `asked` clients are asked for."""

    place: npt.NDArray[np.int64]
    week: npt.NDArray[np.int64]
    shape: tuple[int, int]
    asked: int

    def sums(self, values: Numbers) -> Numbers:
        """(c, w) the values of the orders of a week, added up."""
        flat = np.bincount(
            self.place * self.shape[1] + self.week,
            weights=values,
            minlength=self.shape[0] * self.shape[1],
        )
        return np.asarray(flat.reshape(self.shape)[: self.asked], dtype=np.float64)

    def gaps(self, ticks: Numbers) -> Numbers:
        """Number, sum and sum of logarithms of each client's gaps; its orders stand by day."""
        same = self.place[1:] == self.place[:-1]
        gap, place = np.diff(ticks)[same], self.place[1:][same]
        sums = [
            np.bincount(place, weights=of, minlength=self.shape[0])[: self.asked]
            for of in (np.ones(len(gap)), gap, np.log(gap))
        ]
        return np.stack(sums).astype(np.float64)

    def channel(self, values: Numbers, widened: Widened) -> Channel:
        """The channel of one figure an order; its orders stand by client and day."""
        values = self._own(values)
        values = self._own(values - self._common(values))
        step, same = np.diff(values), self.place[1:] == self.place[:-1]
        pairs = np.maximum(self._count() - 1, 0)
        # successive differences do not see a fall that comes between them
        squares = 0.5 * np.bincount(
            self.place[1:][same], weights=step[same] ** 2, minlength=self.shape[0]
        )
        known = pairs >= LEAST_ORDERS
        usual = float(np.median((squares / np.maximum(pairs, 1))[known])) if known.any() else 1.0
        variance = (squares + CREDIT_ORDERS * usual) / (pairs + CREDIT_ORDERS)
        variance = widened(values, np.maximum(variance, LEAST_VARIANCE))
        return Channel(sums=self.sums(values), variance=variance[: self.asked])

    def wide(self, values: Numbers, variance: Numbers) -> Numbers:
        """(c,) at least the spread of all but the widest clients: what wanders for some may do so.

        See `WIDE`.
        """
        count = self._count()
        known = count > LEAST_ORDERS
        if not known.any():
            return variance
        whole = np.bincount(self.place, weights=values**2, minlength=self.shape[0])
        return np.maximum(variance, float(np.quantile((whole / np.maximum(count, 1))[known], WIDE)))

    def going_along(self, values: Numbers, variance: Numbers) -> Numbers:
        """(c,) the variance that each order tells a quarter's mean with, since its orders go along.

        Sizes wander, have seasons, and come by projects: means of quarters that follow one another
        lie further apart than orders by themselves would have them. By how much is what half of
        all pairs of quarters show (the median of a squared Gaussian), so that falls do not count.
        As many orders as a client has in a quarter share it.
        """
        quarters = -(-self.shape[1] // QUARTER)
        cell = self.place * quarters + (self.shape[1] - 1 - self.week) // QUARTER
        count, total = (
            np.bincount(cell, weights=of, minlength=self.shape[0] * quarters).reshape(-1, quarters)
            for of in (np.ones(len(cell)), values)
        )
        some = np.maximum(count, 1.0)
        both = (count[:, 1:] > 0.0) & (count[:, :-1] > 0.0)
        if not both.any():
            return variance
        apart = np.diff(total / some, axis=1) ** 2
        by_chance = variance[:, None] * (1.0 / some[:, 1:] + 1.0 / some[:, :-1])
        common = 0.5 * float(np.median((apart / HALF_OF_SQUARES - by_chance)[both]))
        in_quarter = count.sum(axis=1) / np.maximum((count > 0.0).sum(axis=1), 1)
        return np.asarray(variance + in_quarter * max(common, 0.0), dtype=np.float64)

    def _count(self) -> npt.NDArray[np.int64]:
        """(c,) orders of each client."""
        return np.bincount(self.place, minlength=self.shape[0])

    def _own(self, values: Numbers) -> Numbers:
        """Deviations from each client's own mean."""
        total = np.bincount(self.place, weights=values, minlength=self.shape[0])
        mean = total / np.maximum(self._count(), 1)
        return np.asarray(values - mean[self.place], dtype=np.float64)

    def _common(self, values: Numbers) -> Numbers:
        """What most orders of the weeks about each order show."""
        half, order = SMOOTH_WEEKS // 2, np.argsort(self.week, kind="stable")
        weeks = np.arange(self.shape[1])
        first = np.searchsorted(self.week[order], weeks - half)
        last = np.searchsorted(self.week[order], weeks + half, side="right")
        middle = [
            float(np.median(values[order[start:stop]])) if stop > start else 0.0
            for start, stop in zip(first, last, strict=True)
        ]
        return np.array(middle)[self.week]
