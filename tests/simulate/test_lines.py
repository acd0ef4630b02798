from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from segml.simulate.clients import Clients, draw_clients, piece_quantity
from segml.simulate.courses import COURSES, Courses
from segml.simulate.draws import draw_config
from segml.simulate.goods import draw_goods
from segml.simulate.happenings import Happenings, Withdrawal
from segml.simulate.lines import draw_lines, draw_returns
from segml.simulate.market import Market, draw_market
from segml.simulate.orders import Orders

COUNT, EACH, DAY = 60, 250, 400


def market_of(*withdrawals: Withdrawal) -> tuple[Market, Clients]:
    rng = np.random.default_rng(21)
    config = draw_config(rng, clients=COUNT, months=24, seed=21, start=date(2022, 1, 1))
    goods = draw_goods(rng, config)
    market = draw_market(rng, config, goods, Happenings((), withdrawals, ()))
    return market, draw_clients(rng, config, goods, count=COUNT)


def courses_of(clients: Clients, name: str | None) -> Courses:
    """Every client on one course from day 0, half done on `DAY`."""
    course = -1 if name is None else COURSES.index(name)
    return Courses(
        course=np.full(COUNT, course), onset=np.zeros(COUNT, dtype=np.int64),
        span=np.full(COUNT, 2 * DAY), later=np.full(COUNT, 100), floor=np.full(COUNT, 0.16),
        discount=np.full(COUNT, 0.6), favourite=clients.mix.argmax(axis=1),
        share=clients.mix.max(axis=1),
    )  # fmt: skip


def lines_of(market: Market, clients: Clients, course: str | None) -> pd.DataFrame:
    orders = Orders(
        client=np.repeat(np.arange(COUNT), EACH), day=np.full(COUNT * EACH, DAY, dtype=np.int64)
    )
    rng = np.random.default_rng(5)
    return draw_lines(rng, market, clients, courses_of(clients, course), orders)


def test_categories_and_products_are_bought_by_mix_and_taste() -> None:
    market, clients = market_of()
    lines = lines_of(market, clients, None)
    goods = market.goods
    share = pd.crosstab(lines["client"], goods.category[lines["product"]], normalize="index")
    np.testing.assert_allclose(share, clients.mix, atol=0.08)
    bought = np.bincount(lines["product"], minlength=len(goods.products)) / len(lines)
    wanted = (clients.mix[:, goods.category] * clients.taste).mean(axis=0)
    np.testing.assert_allclose(bought, wanted, atol=0.004)


def test_quantities_are_log_normal_about_the_clients_basket() -> None:
    market, clients = market_of()
    lines = lines_of(market, replace(clients, basket=np.full(COUNT, 50.0)), None)
    logs = np.log(lines["quantity"] / piece_quantity(market.goods)[lines["product"]] / 50)
    large = lines["quantity"] > 20  # rounding to whole pieces does not show there
    assert large.mean() > 0.95
    assert logs.mean() == pytest.approx(0.0, abs=0.03)
    assert logs.std() == pytest.approx(0.5, abs=0.02)
    assert (lines["quantity"] == lines["quantity"].round()).all()


def test_the_share_off_list_is_the_clients_own() -> None:
    market, clients = market_of()
    lines = lines_of(market, clients, None)
    sums = lines.groupby("client")[["amount", "discount"]].sum()
    share = sums["discount"] / sums.sum(axis=1)
    np.testing.assert_allclose(share, clients.discount, atol=1e-4)


def test_the_price_is_list_and_the_cost_follows_inflation() -> None:
    market, clients = market_of()
    lines = lines_of(market, clients, None)
    goods, product = market.goods, lines["product"].to_numpy()
    unit = (lines["amount"] + lines["discount"]) / lines["quantity"]
    wanted = goods.price[product] * market.index[goods.category[product], DAY]
    np.testing.assert_allclose(unit, wanted, atol=0.011)
    cost = lines["quantity"] * goods.cost[product] * (1 + market.config.inflation) ** (DAY / 365.25)
    np.testing.assert_allclose(lines["cost"], cost, atol=0.006)


def test_courses_change_baskets_categories_and_discounts() -> None:
    market, clients = market_of()
    clients = replace(clients, basket=np.full(COUNT, 50.0))
    usual = lines_of(market, clients, None)
    shrunk = lines_of(market, clients, "partial")
    ratio = shrunk["quantity"].mean() / usual["quantity"].mean()
    assert ratio == pytest.approx(1 - 0.5 * (1 - 0.4), abs=0.02)

    favourite = clients.mix.argmax(axis=1)
    share = clients.mix.max(axis=1)
    leaking = lines_of(market, clients, "leaking")
    client = leaking["client"].to_numpy()
    held = pd.Series(market.goods.category[leaking["product"]] == favourite[client])
    found = held.groupby(client).mean()
    np.testing.assert_allclose(found, 0.5 * share / (1 - 0.5 * share), atol=0.06)

    pressed = lines_of(market, clients, "unprofitable")
    sums = pressed.groupby("client")[["amount", "discount"]].sum()
    asked = (clients.discount + 0.6) / 2
    np.testing.assert_allclose(sums["discount"] / sums.sum(axis=1), asked, atol=6e-4)


def test_half_of_what_was_withdrawn_is_replaced_within_its_category() -> None:
    market, clients = market_of()
    usual = lines_of(market, clients, None)
    goods = market.goods
    gone = tuple(int(p) for p in np.flatnonzero(goods.category == 2)[:3])
    poorer, _ = market_of(Withdrawal(DAY, gone))
    lines = lines_of(poorer, clients, None)
    missed = usual["product"].isin(gone).sum()
    assert missed > 500
    assert not lines["product"].isin(gone).any()
    assert (len(usual) - len(lines)) / missed == pytest.approx(0.5, abs=0.06)
    others = (goods.category[lines["product"]] == 2).sum()
    stayed = (goods.category[usual["product"]] == 2).sum() - missed
    assert (others - stayed) / missed == pytest.approx(0.5, abs=0.06)
    later, _ = market_of(Withdrawal(DAY + 1, gone))
    pd.testing.assert_frame_equal(lines_of(later, clients, None), usual)


def test_returns_come_from_the_clients_own_share_of_lines() -> None:
    market, clients = market_of()
    lines = lines_of(market, clients, None)
    often = replace(clients, returning=np.where(np.arange(COUNT) < 30, 0.2, 0.0))
    back = draw_returns(np.random.default_rng(3), market.config, often, lines)
    assert (back["client"] < 30).all()
    assert len(back) / (lines["client"] < 30).sum() == pytest.approx(0.2, abs=0.01)
    wait = back["day"] - DAY
    assert (wait.min(), wait.max()) == (3, 40)
    late = draw_returns(
        np.random.default_rng(3), market.config, often,
        lines.assign(day=market.config.days - 3),
    )  # fmt: skip
    assert len(late) == 0
