from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from segml.ledger import Ledger
from segml.ledger.first_year import AGES, at_prices, first_years, so_far
from segml.ledger.price_level import PriceLevel, at_todays_prices, price_level
from segml.words.plan import Economics

FIRST = pd.Timestamp("2020-01-01")


def orders(
    amount: Callable[[int], float], cost: Callable[[int], float], *, days: int = 1096
) -> str:
    """Six clients of different sizes that order every ten days, and one that came late."""
    rows = ["client_id,date,amount,cost"]
    for client in range(6):
        for day in range(client, days, 10):
            size = 1.0 + client
            date = (FIRST + pd.Timedelta(days=day)).date()
            rows.append(f"c{client},{date},{size * amount(day):.6f},{size * cost(day):.6f}")
    rows += [f"late,{(FIRST + pd.Timedelta(days=days - n)).date()},90000,10" for n in (1, 20, 40)]
    return "\n".join(rows) + "\n"


def level_of(ledger: Ledger) -> PriceLevel:
    return price_level(ledger.past(ledger.last_day + 1))


def test_where_nothing_moves_all_levels_are_one(opened: Callable[..., Ledger]) -> None:
    level = level_of(opened(orders(lambda _: 100.0, lambda _: 60.0)))
    assert len(level.amounts) == 11
    sold, goods = level.ratios(np.arange(level.as_of - 1096, level.as_of))
    assert sold == pytest.approx(np.ones(1096), abs=1e-9)
    assert goods == pytest.approx(np.ones(1096), abs=1e-9)


def test_steady_rises_of_prices_and_costs_are_found_apart(opened: Callable[..., Ledger]) -> None:
    ledger = opened(orders(lambda d: 100 * 1.2 ** (d / 365), lambda d: 60 * 1.05 ** (d / 365)))
    level = level_of(ledger)
    sold, goods = level.ratios(np.array([level.as_of - 365 - 45, level.as_of]))
    assert sold == pytest.approx([1.2, 1.0], rel=0.01)
    assert goods == pytest.approx([1.05, 1.0], rel=0.01)


def test_a_season_is_no_trend(opened: Callable[..., Ledger]) -> None:
    def wave(day: int) -> float:
        return 100 + 40 * float(np.sin(2 * np.pi * day / 365))

    level = level_of(opened(orders(wave, lambda d: 0.6 * wave(d))))
    sold, goods = level.ratios(np.arange(level.as_of - 1096, level.as_of))
    assert sold == pytest.approx(np.ones(1096), abs=0.02)
    assert goods == pytest.approx(np.ones(1096), abs=0.02)


def test_chance_is_not_taken_for_a_trend(opened: Callable[..., Ledger]) -> None:
    rng = np.random.default_rng(3)
    luck = np.exp(rng.normal(0, 1.5, 1096))
    level = level_of(opened(orders(lambda d: 100 * luck[d], lambda d: 60 * luck[d])))
    plain = np.exp(abs(sum(level.amounts[:4])))
    assert plain < 1.15


def test_less_than_five_quarters_tell_no_level(opened: Callable[..., Ledger]) -> None:
    level = level_of(opened(orders(lambda d: 100.0 + d, lambda _: 60.0, days=400)))
    assert level.amounts == ()
    sold, goods = level.ratios(np.array([level.as_of - 300, level.as_of]))
    assert (sold.tolist(), goods.tolist()) == ([1.0, 1.0], [1.0, 1.0])


def test_rows_after_the_day_change_no_level(opened: Callable[..., Ledger]) -> None:
    def rising(day: int) -> float:
        return 100.0 if day < 800 else 900.0

    ledger = opened(orders(rising, lambda _: 60.0))
    level = price_level(ledger.past(ledger.first_day + 800))
    assert level.amounts == pytest.approx([0.0] * len(level.amounts), abs=1e-9)


def test_a_first_year_at_other_prices_is_sold_and_bought_at_them() -> None:
    names = ("profit", "cost_to_serve", "acquisition", "minutes", "revenue", "cost", "unpaid")
    row = dict(zip(names, (150.0, 250.0, 50.0, 9.0, 1000.0, 550.0, 30.0), strict=True))
    for age in AGES:
        row |= {f"sold_{age}": 100.0, f"goods_{age}": 55.0, so_far(age): 20.0}
    first = pd.DataFrame([row], index=["a"])
    two, three = np.array([2.0]), np.array([1.5])
    moved = at_prices(first, two, three, Economics(commission_rate=0.1)).loc["a"]
    # a tenth of what is sold is commission, and what is unpaid is a part of it
    assert moved["cost_to_serve"] == pytest.approx(250 + 100 + 30)
    assert moved["profit"] == pytest.approx(2000 - 825 - 380 - 50)
    assert (moved["revenue"], moved["cost"], moved["unpaid"]) == (2000.0, 825.0, 60.0)
    assert (moved["acquisition"], moved["minutes"]) == (50.0, 9.0)
    assert moved[so_far(90)] == pytest.approx(20 + 0.9 * 100 - 0.5 * 55)
    ones = np.ones(1)
    pd.testing.assert_frame_equal(at_prices(first, ones, ones, Economics()), first)


def test_a_first_year_is_moved_by_what_changed_since_its_first_day(
    opened: Callable[..., Ledger],
) -> None:
    ledger = opened(orders(lambda d: 100 * 1.2 ** (d / 365), lambda _: 60.0))
    past = ledger.past(ledger.last_day + 1)
    first = first_years(past, start=ledger.first_day - 400, end=past.as_of)
    moved, level = at_todays_prices(first, past)
    sold, _ = level.ratios(first["first_day"].to_numpy())
    assert (moved["revenue"] / first["revenue"]).to_numpy() == pytest.approx(sold)
    assert moved.loc["late", "revenue"] == pytest.approx(first.loc["late", "revenue"])
    assert moved.loc["c0", "profit"] > 1.3 * first.loc["c0", "profit"]
