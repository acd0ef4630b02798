"""Clients that buy like clocks, steady and thinned, and how likely a thinning makes it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segml.losses.clock import Clock
from segml.losses.courses import ORDER_COURSES, Course
from segml.losses.decline_orders import OrderEvidence
from segml.losses.rhythm import Rhythm
from segml.losses.weeks import weekly_orders

END, CLIENTS = 1095, 40
CLOCK = Clock(0, np.ones(52))
RHYTHM = Rhythm(2.0, 20.0, np.full(7, 1 / 7))
GAPS = (3.0, 7.0, 14.0, 30.0)


def like_clocks(
    gap: float, *, kept: float = 1.0, since: int = END, shape: float = 40.0
) -> OrderEvidence:
    """Orders of clients that buy every `gap` days, of which a share is left since a day.

    The gaps are a gamma's: by chance where its shape is 1.
    """
    rng = np.random.default_rng(1)
    parts = []
    for place in range(CLIENTS):
        days = np.cumsum(gap * rng.gamma(shape, 1 / shape, int(2 * END / gap))).astype(np.int64)
        days = np.unique(days[days < END])
        days = days[(days < since) | (rng.random(len(days)) < kept)]
        parts.append(
            pd.DataFrame(
                {
                    "client_id": f"c{place:02d}",
                    "day": days,
                    "category": "k",
                    "amount": 100.0,
                    "discount": 0.0,
                    "profit": 30.0,
                    "is_return": False,
                }
            )
        )
    clients = [f"c{place:02d}" for place in range(CLIENTS)]
    weeks = weekly_orders(pd.concat(parts), clients, CLOCK, first_day=0, end=END)
    return OrderEvidence.of(weeks, RHYTHM, np.arange(13, len(weeks.starts)))


def thinned(orders: OrderEvidence) -> np.ndarray:
    """(c,) the likeliest thinning of each client's orders against none, in logarithms."""
    courses = [each for each in ORDER_COURSES if each.left > 0.0]
    return np.max([orders.ratio(orders.laid(each)) for each in courses], axis=(0, 2))


@pytest.mark.parametrize("gap", GAPS)
def test_a_steady_clock_is_not_told_to_have_been_a_faster_one_that_was_thinned(gap: float) -> None:
    steady = like_clocks(gap)
    assert steady.is_regular.all()
    # were the rate believed with the weight of a whole clock's throughout: up to 27
    assert thinned(steady).max() < 3.0


@pytest.mark.parametrize("gap", GAPS[:3])
def test_a_clock_that_was_thinned_is_told_so(gap: float) -> None:
    orders = like_clocks(gap, kept=0.35, since=END - 150)
    assert orders.is_regular.any()
    told, steady = thinned(orders)[orders.is_regular], thinned(like_clocks(gap))
    assert np.median(told) > 2.0 + np.quantile(steady, 0.9)


def test_a_clock_of_which_nothing_is_left_has_not_slowed_at_most() -> None:
    orders = like_clocks(7.0, kept=0.0, since=END - 150)
    courses = [orders.ratio(orders.laid(each)) for each in ORDER_COURSES]
    best = int(np.argmax([np.median(each.max(axis=1)) for each in courses]))
    assert ORDER_COURSES[best].left == 0.0
    assert not np.isnan(courses).any()


def test_a_stop_of_regular_clients_is_told_the_surer_the_more_regular_they_are() -> None:
    stopped = Course(0.0)
    told, regular = [], []
    for shape in (1.0, 4.0, 40.0):
        orders = like_clocks(7.0, kept=0.0, since=END - 60, shape=shape)
        told.append(float(np.median(orders.ratio(orders.laid(stopped)).max(axis=1))))
        regular.append(float(orders.is_regular.mean()))
    assert told[0] < told[1] < told[2]
    assert regular[0] < 0.4
    assert min(regular[1:]) > 0.9
