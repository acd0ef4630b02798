"""How well a fall of the favourite category explains which orders hold it.

Whether an order holds the favourite category is a coin q of each client's own. As the category
leaves, orders that held it alone are not placed, and those that held others too are placed without
it: of a share l of the category left, it is in q l / (1 - κ q (1 - l)) of the orders, and
1 - κ q (1 - l) of the orders are left, κ being how often nothing else is ordered with it. The coin
is unknown, any value of a grid as likely beforehand, and what depends on it is summed over them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from segml.losses.courses import Course
from segml.losses.history import Numbers

COINS: Numbers = np.array([0.15, 0.35, 0.55, 0.75, 0.95])
LEAST_LEFT = 0.05
"""A category that has left is ordered now and then all the same."""
Laid = Callable[[Course], Numbers]


@dataclass(frozen=True, slots=True, eq=False)
class Favourite:
    """Orders with and without the favourite category, of c clients over w weeks.

    Parameters
    ----------
    held, others
        (c, w) orders that hold it, and that do not.
    alone
        Of all orders that hold it, the share that hold nothing else.
    left_laid
        (w, t) of a course, what it leaves in each week.
    """

    held: Numbers
    others: Numbers
    alone: float
    left_laid: Laid

    def by_coin(self, course: Course, size: float = 1.0) -> Numbers:
        """(g, c, t) log likelihood, by coin, of which orders hold it as it falls."""
        left = self.left(course, size)
        chance = COINS[:, None, None] * left / self.orders_left(left)
        return self._told(np.log(chance), np.log1p(-chance))

    def unmoved(self) -> Numbers:
        """(c, 1) log likelihood of which orders hold it if nothing falls, from whichever week."""
        held, others = (each.sum(axis=1, keepdims=True) for each in (self.held, self.others))
        by_coin = [held * np.log(coin) + others * np.log1p(-coin) for coin in COINS]
        return np.asarray(logsumexp(by_coin, axis=0))

    def left(self, course: Course, size: float = 1.0) -> Numbers:
        """(w, t) what a course leaves of the category, if it takes so much of it in the end."""
        return np.maximum(1.0 - size * (1.0 - self.left_laid(course)), LEAST_LEFT)

    def orders_left(self, left: Numbers) -> Numbers:
        """(g, w, t) what is left of the orders by coin, when so much is left of the category."""
        return np.asarray(1.0 - self.alone * COINS[:, None, None] * (1.0 - left))

    def _told(self, held: Numbers, others: Numbers) -> Numbers:
        return np.stack(
            [
                self.held @ with_it + self.others @ without
                for with_it, without in zip(held, others, strict=True)
            ]
        )
