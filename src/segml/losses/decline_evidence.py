"""How well each course of a decline from each week on explains a client's weeks, beside none.

How orders go is weighed by `decline_orders`. What an order is worth is Gaussian about a mean that
nothing is assumed of, less what the course takes. All weeks tell that mean, whatever the onset:
were it told by those near the onset alone, an earlier onset would explain more orders, and gain by
that. Everything is a product of a clients x weeks matrix with a weeks x onsets one, so all clients
are looked at in one go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from segml.losses.courses import FALLS, ORDER_COURSES, STOPS_AFTER, Course
from segml.losses.courses import Weeks as WeekNumbers
from segml.losses.decline_orders import OrderEvidence
from segml.losses.favourite import Favourite
from segml.losses.history import Numbers
from segml.losses.order_channels import Channel
from segml.losses.rhythm import Rhythm
from segml.losses.weeks import WeeklyOrders

FIRST_WEEK = 13
"""Onsets are looked for from here on: a decline needs a quarter to decline from. Whoever stopped
before the first week looked at would be dated there, and teach that all declines are stops."""
BLOCK = 1000
"""Clients whose weeks are weighed at once: the evidence of one takes a tenth of a megabyte."""
VOLUME_LEFT = (0.6, 0.4, 0.2, 0.1)
"""Of an order's size at list price."""
MARGIN_FALLS = (0.5, 1.0, 1.5, 2.5)
"""Of the usual margin: half of it, all of it, and half or one and a half times as much again."""
FAVOURITE_FALLS = (0.5, 1.0)
"""Of the category: half of it, and all of it."""
LEAKS = (60.0, 120.0, 180.0)
"""Days over which a favourite category goes first."""
LATER_STOPS = (60.0, 120.0, 200.0)
"""Days over which the orders that are left stop after it."""
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
    after
        (6, c, t) of the orders by each of `STOPS_AFTER`.
    leak
        (3, c, t) of the favourite category gone over each of `LEAKS`, and the orders after it.
    """

    onsets: WeekNumbers
    orders: Numbers
    volume: Numbers
    margin: Numbers
    favourite: Numbers
    after: Numbers
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
    orders = OrderEvidence.of(weeks, rhythm, onsets)
    gone = [1.0 - orders.laid(course) for course in FALLS]
    smaller = [-np.log1p((left - 1.0) * each) for each in gone for left in VOLUME_LEFT]
    thinner = [size * each for each in gone for size in MARGIN_FALLS]
    favourite = Favourite(
        held=weeks.held,
        others=weeks.count - weeks.held,
        alone=weeks.alone,
        left_laid=orders.laid,
    )
    unmoved = favourite.unmoved()
    return Evidence(
        onsets=onsets,
        orders=_beside_none([orders.ratio(orders.laid(course)) for course in ORDER_COURSES]),
        volume=_beside_none(_fallen(weeks.count, weeks.volume, smaller)),
        margin=_beside_none(_fallen(weeks.count, weeks.margin, thinner)),
        favourite=_beside_none(
            [
                logsumexp(favourite.by_coin(course, size), axis=0) - unmoved
                for course in FALLS
                for size in FAVOURITE_FALLS
            ]
        ),
        after=np.stack([orders.ratio(orders.laid(course)) for course in STOPS_AFTER]),
        leak=np.stack([_leak(orders, favourite, Course(days)) - unmoved for days in LEAKS]),
    )


def _beside_none(ratios: Sequence[Numbers]) -> Numbers:
    return np.stack([np.zeros_like(ratios[0]), *ratios])


def _leak(orders: OrderEvidence, favourite: Favourite, gone: Course) -> Numbers:
    """(c, t) log likelihood of the favourite gone along a course and the orders stopping later."""
    left = favourite.left(gone)
    marks, at_first = favourite.by_coin(gone), favourite.orders_left(left)
    later = [orders.laid(Course(days, 0.0, gone.over_days)) for days in LATER_STOPS]
    found = [
        mark + logsumexp([orders.ratio(first * each) for each in later], axis=0)
        for mark, first in zip(marks, at_first, strict=True)
    ]
    return np.asarray(logsumexp(found, axis=0) - np.log(len(later)))


def _fallen(count: Numbers, channel: Channel, falls: Sequence[Numbers]) -> list[Numbers]:
    """(c, t) log likelihood ratio of each of some falls (w, t) of what an order is worth."""
    orders = np.maximum(count.sum(axis=1, keepdims=True), _NOTHING)
    mean = channel.sums.sum(axis=1, keepdims=True) / orders
    found = []
    for fall in falls:
        fallen = count @ fall
        spread = np.maximum(count @ fall**2 - fallen**2 / orders, 0.0)
        along = fallen * mean - channel.sums @ fall
        found.append((along - 0.5 * spread) / channel.variance[:, None])
    return found
