"""What the orders of clients that stayed earn, over time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segml.losses.clock import Clock
from segml.losses.history import EMPTY, History
from segml.losses.money import cost_of
from segml.losses.onset import Onset
from segml.losses.order_level import OrderLevel, learn_order_level
from segml.losses.transitions import Transition

END = 1200
PLAIN = Clock(0, np.ones(52))


def client(place: int, *, worth: float = 10.0, risen: float = 1.5, on: int = 800) -> History:
    """Orders every ten days; from a day on each earns more."""
    days = np.arange(place % 10, END, 10)
    earned = worth * np.where(days >= on, risen, 1.0)
    return History(days, earned, days, earned, earned)


def level_of(clients: list[History]) -> OrderLevel:
    found = learn_order_level(clients, end=END)
    assert found is not None
    return found


def test_the_same_orders_are_told_at_the_prices_of_the_year_after() -> None:
    level = level_of([client(place) for place in range(40)])
    assert level.growth(800) == pytest.approx(1.5, abs=0.05)
    assert level.growth(1000) == pytest.approx(1.5 * 365 / (165 + 200 * 1.5), abs=0.05)


def test_beyond_the_later_date_the_level_stands_where_it_stood() -> None:
    level = level_of([client(place) for place in range(40)])
    assert level.growth(1100) == pytest.approx(1.5 * 365 / (65 + 300 * 1.5), abs=0.02)
    assert level_of([client(place, risen=1.0) for place in range(40)]).growth(1100) == 1.0


def test_neither_a_giant_nor_who_orders_moves_the_level() -> None:
    usual = [client(place) for place in range(40)]
    giant = client(0, worth=1e6, risen=3.0)
    assert level_of([*usual, giant]).growth(800) == pytest.approx(1.5, abs=0.05)


def test_of_few_clients_or_orders_nothing_is_known() -> None:
    assert learn_order_level([client(place) for place in range(19)], end=END) is None
    rare = [
        replace(client(place), days=np.array([300, 900]), earned=np.ones(2)) for place in range(40)
    ]
    assert learn_order_level(rare, end=END) is None


def test_orders_on_the_later_date_or_after_change_nothing() -> None:
    clients = [client(place) for place in range(40)]
    before = learn_order_level([each.until(1000) for each in clients], end=1000)
    after = learn_order_level(clients, end=1000)
    assert before is not None
    assert after is not None
    assert after.level.tolist() == before.level.tolist()


def test_a_year_that_is_not_known_is_not_moved() -> None:
    level = level_of([client(place) for place in range(40)])
    assert level.growth(level.first + 300) == 1.0


def test_money_lost_stands_at_the_new_level_and_money_before_does_not() -> None:
    loss = Transition(
        kind="left", certainty="certain", lost_on=890, onset=Onset(800, 800, 800, 9.0)
    )
    own = client(3).until(800)
    level = level_of([client(place) for place in range(40)])
    plain = cost_of(loss, own, EMPTY, PLAIN, end=END)
    moved = cost_of(loss, own, EMPTY, PLAIN, end=END, level=level)
    assert moved.profit_before == plain.profit_before
    assert moved.profit_lost == pytest.approx(plain.profit_lost * level.growth(800))


def test_a_client_that_earned_nothing_does_not_lose_more_by_higher_prices() -> None:
    loss = Transition(
        kind="left", certainty="certain", lost_on=890, onset=Onset(800, 800, 800, 9.0)
    )
    own = client(3, worth=-10.0).until(800)
    level = level_of([client(place) for place in range(40)])
    assert cost_of(loss, own, EMPTY, PLAIN, end=END, level=level) == cost_of(
        loss, own, EMPTY, PLAIN, end=END
    )
