"""The grid of weeks: what stands in it, and what lies before its first."""

from __future__ import annotations

import numpy as np

from segml.losses.history import History
from segml.losses.impact_weeks import weeks_of

FIRST = 1000


def test_what_a_contact_cost_before_the_first_order_is_in_no_week() -> None:
    bought = np.array([FIRST, FIRST + 8])
    money = np.array([10.0, 20.0])
    days = np.array([FIRST - 30, FIRST - 1, FIRST, FIRST + 8])
    own = History(bought, money, days, np.array([-5.0, -3.0, 10.0, 20.0]), np.zeros(4))
    grid = weeks_of(["a"], {"a": own}, first_day=FIRST, end=FIRST + 21)
    assert grid.profit.tolist() == [[0.0, 10.0, 30.0, 30.0]]
    assert grid.orders.tolist() == [[0, 1, 2, 2]]
