"""Clients that still buy, and what is left of their value."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segml.losses.clock import Clock
from segml.losses.courses import Course
from segml.losses.decline_evidence import evidence_of
from segml.losses.decline_kinds import learn_weights
from segml.losses.fading import chance_of_fading
from segml.losses.rhythm import Rhythm
from segml.losses.weeks import WeeklyOrders, weekly_orders

END, CLIENTS, BELOW = 1095, 60, 0.3
DAYS = np.arange(END)
RHYTHM = Rhythm(2.0, 20.0, np.full(7, 1 / 7))


def lines(onset: int, orders: Course, size: Course) -> pd.DataFrame:
    """Lines of clients that decline from a day on, and of four times as many that do not."""
    rng = np.random.default_rng(5)
    since = (DAYS - onset) / 7.0 - 0.5
    parts = []
    # most stay, so that what all orders show is theirs
    for name, is_left, count in (("c", True, CLIENTS), ("s", False, 4 * CLIENTS)):
        for place in range(count):
            left = orders.left_since(since) if is_left else np.ones(END)
            days = DAYS[rng.random(END) < 0.1 * left]
            worth = size.left_since(since)[days] if is_left else 1.0
            listed = 100.0 * worth * np.exp(rng.normal(0.0, 0.4, len(days)))
            parts.append(
                pd.DataFrame(
                    {
                        "client_id": f"{name}{place:03d}",
                        "day": days,
                        "category": "k",
                        "amount": listed,
                        "discount": 0.0,
                        "profit": 0.3 * listed,
                        "is_return": False,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def chances(onset: int, orders: Course, size: Course) -> tuple[np.ndarray, np.ndarray]:
    """Of those that declined, and of the others."""
    bought, clock = lines(onset, orders, size), Clock(0, np.ones(52))

    def weeks(name: str) -> WeeklyOrders:
        clients = [f"{name}{place:03d}" for place in range(CLIENTS)]
        return weekly_orders(bought, clients, clock, first_day=0, end=END)

    declined, steady = weeks("c"), weeks("s")
    weights = learn_weights(evidence_of(declined, RHYTHM))

    def found(of: WeeklyOrders) -> np.ndarray:
        evidence = evidence_of(of, RHYTHM)
        return chance_of_fading(
            evidence, weights, weeks=len(of.starts), below=BELOW, odds=0.25 / 52
        )

    return found(declined), found(steady)


@pytest.mark.parametrize(
    ("orders", "size"),
    [
        (Course(0.0, 0.1), Course(0.0, 1.0)),
        (Course(60.0, 0.35), Course(60.0, 0.35)),
        (Course(0.0, 1.0), Course(0.0, 0.15)),
    ],
)
def test_who_has_faded_is_told_from_who_has_not(orders: Course, size: Course) -> None:
    faded, steady = chances(END - 200, orders, size)
    assert np.mean(faded >= 0.5) > 0.75
    assert np.mean(steady >= 0.5) < 0.03


def test_half_of_the_value_is_no_fading() -> None:
    halved, _ = chances(END - 250, Course(0.0, 0.6), Course(0.0, 1.0))
    assert np.mean(halved >= 0.5) < 0.15


def test_the_fall_itself_is_not_averaged_in() -> None:
    # over the 180 days since the onset 0.4 of the value came, in the last two months a tenth
    fading, _ = chances(END - 180, Course(120.0, 0.1), Course(0.0, 1.0))
    assert np.mean(fading >= 0.5) > 0.5


def test_what_began_less_than_a_window_ago_has_not_faded_yet() -> None:
    fresh, _ = chances(END - 40, Course(0.0, 0.1), Course(0.0, 1.0))
    assert np.mean(fresh >= 0.5) < 0.1


def test_a_chance_is_one() -> None:
    for found in chances(END - 200, Course(0.0, 0.1), Course(0.0, 1.0)):
        assert ((found >= 0.0) & (found <= 1.0)).all()
