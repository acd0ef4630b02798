"""Sizes of orders that wander, and sizes that fall."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from segml.losses.clock import Clock
from segml.losses.decline_evidence import evidence_of
from segml.losses.order_channels import LEAST_VARIANCE, Cells
from segml.losses.rhythm import Rhythm
from segml.losses.weeks import WeeklyOrders, weekly_orders

END, CLIENTS, ONSET = 1092, 200, 770
DAYS = np.arange(END)
RHYTHM = Rhythm(2.0, 20.0, np.full(7, 1 / 7))
Course = Callable[[np.random.Generator], np.ndarray]
"""(END,) the logarithm of what is usual on each day for one client."""


def steady(rng: np.random.Generator) -> np.ndarray:
    return np.zeros(END)


def by_season(rng: np.random.Generator) -> np.ndarray:
    return 0.6 * np.sin(2.0 * np.pi * (DAYS / 365.0 + rng.random()))


def by_project(rng: np.random.Generator) -> np.ndarray:
    return np.repeat(rng.normal(0.0, 0.4, END // 91 + 1), 91)[:END]


def weeks_of(course: Course, *, left: float = 1.0, scatter: float = 0.3) -> WeeklyOrders:
    """Clients whose sizes follow a course each, and fall to a share of it on one day."""
    rng = np.random.default_rng(2)
    parts = []
    for place in range(CLIENTS):
        days = DAYS[rng.random(END) < 0.15]
        noise = rng.normal(0.0, scatter, len(days))
        # one in five: what all orders show is no fall
        fallen = np.where((days >= ONSET) & (place % 5 == 0), np.log(left), 0.0)
        listed = 100.0 * np.exp(course(rng)[days] + noise + fallen)
        parts.append(
            pd.DataFrame(
                {
                    "client_id": f"c{place:02d}",
                    "day": days,
                    "category": "k",
                    "amount": listed,
                    "discount": 0.0,
                    "profit": 0.3 * listed,
                    "is_return": False,
                }
            )
        )
    clients = [f"c{place:02d}" for place in range(0, CLIENTS, 5)]
    clock = Clock(0, np.ones(52))
    return weekly_orders(pd.concat(parts), clients, clock, first_day=0, end=END)


def falls(weeks: WeeklyOrders) -> np.ndarray:
    """(c,) the likeliest fall of each client's sizes against none, in logarithms."""
    return np.asarray(evidence_of(weeks, RHYTHM).volume.max(axis=(0, 2)))


@pytest.mark.parametrize("course", [steady, by_season, by_project])
def test_sizes_that_wander_are_no_fall_and_those_that_fall_are_one(course: Course) -> None:
    wandering, fallen = falls(weeks_of(course)), falls(weeks_of(course, left=0.1))
    # were each order believed by itself, a tenth of seasons and projects would show a fall by 30
    assert np.quantile(wandering, 0.9) < 3.0
    assert np.median(fallen) > 10.0


def test_a_fall_among_sizes_that_wander_is_dated_where_it_is() -> None:
    weeks = weeks_of(by_project, left=0.15)
    evidence = evidence_of(weeks, RHYTHM)
    onset = weeks.starts[evidence.onsets][evidence.volume.max(axis=0).argmax(axis=1)]
    assert np.median(np.abs(onset - ONSET)) <= 45


def test_orders_that_do_not_go_along_are_believed_as_they_scatter() -> None:
    variance = weeks_of(steady).volume.variance
    assert np.median(variance) == pytest.approx(0.3**2, rel=0.25)
    assert np.median(weeks_of(by_project).volume.variance) > 5.0 * np.median(variance)


def test_a_few_falls_do_not_make_all_sizes_wander() -> None:
    steady_ones, fallen = weeks_of(steady), weeks_of(steady, left=0.2)
    assert np.median(fallen.volume.variance / steady_ones.volume.variance) < 2.0


@pytest.mark.parametrize("size", [1.0, 1e4])
def test_equal_orders_and_one_change_of_their_size_have_a_spread_all_the_same(size: float) -> None:
    # one pair of quarters, of ever so many equal orders
    week = np.repeat(np.arange(26), 40)
    cells = Cells(np.zeros(len(week), np.int64), week, (1, 26), 1)
    values = np.where(week < 13, 0.0, np.log(size))
    variance = cells.channel(values, cells.going_along).variance
    assert variance == pytest.approx(LEAST_VARIANCE)  # what all orders show is no spread
    alone = cells.going_along(values, variance)
    assert np.isfinite(alone).all()
    assert (alone >= variance).all()


@pytest.mark.parametrize("weeks", [1, 5, 13])
@pytest.mark.parametrize("orders", [0, 1, 30])
def test_histories_of_a_quarter_or_of_nothing_do_not_wander(weeks: int, orders: int) -> None:
    week = np.arange(orders, dtype=np.int64) % weeks
    cells = Cells(np.zeros(orders, np.int64), np.sort(week), (2, weeks), 2)
    variance = np.array([0.2, 0.3])
    assert cells.going_along(np.zeros(orders), variance).tolist() == variance.tolist()
