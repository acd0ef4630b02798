from __future__ import annotations

import numpy as np
import pytest

from segml.simulate.arrays import picked
from segml.simulate.block import Block, Plans
from segml.simulate.courses import COURSES
from segml.simulate.lines import category_ladder, is_bought, sell, take_back
from segml.simulate.scene import Scene
from segml.simulate.spells import at


def test_a_pick_follows_its_row() -> None:
    ladder = np.array([[0.1, 0.1, 1.0], [0.5, 0.75, 1.0]])
    rows = np.repeat([0, 1], 20_000)
    found = picked(np.random.default_rng(1), ladder, rows)
    first = np.bincount(found[:20_000], minlength=3) / 20_000
    second = np.bincount(found[20_000:], minlength=3) / 20_000
    np.testing.assert_allclose(first, [0.1, 0.0, 0.9], atol=0.01)
    np.testing.assert_allclose(second, [0.5, 0.25, 0.25], atol=0.012)


def test_orders_have_as_many_lines_as_said(scene: Scene, plans: Plans) -> None:
    quiet = plans.orders.day < scene.config.days // 6  # nothing is withdrawn before
    counts = np.bincount(plans.lines.order, minlength=len(plans.orders.day))[quiet]
    launched = (scene.market.launched > 0).sum()
    assert launched >= 1
    counts = counts[counts > 0]
    assert counts.mean() == pytest.approx(scene.config["lines_per_order"], rel=0.06)


def test_products_are_bought_by_share_while_all_are_sold(
    scene: Scene, block: Block, plans: Plans
) -> None:
    goods, lines = scene.goods, plans.lines
    early = lines.day < scene.config.days // 6
    late_comers = scene.market.launched[None, :] > 0
    wanted = block.clients.shares[lines.client[early]]
    expected = wanted.sum(axis=0)
    other = wanted * late_comers
    moved = np.zeros(len(goods.products))
    popular = goods.within(goods.popularity)
    for category in range(len(goods.categories)):
        own = goods.category == category
        moved[own] = 0.5 * other[:, own].sum() * popular[own]
    expected = np.where(late_comers[0], 0.0, expected + moved)
    found = np.bincount(lines.product[early], minlength=len(goods.products))
    gap = (found - expected) / np.sqrt(np.maximum(expected, 1))
    assert np.abs(gap).max() < 5
    assert gap.std() < 1.3


def test_a_category_is_replaced_from_by_popularity(scene: Scene) -> None:
    ladder = category_ladder(scene.market)
    steps = np.diff(np.pad(ladder, ((0, 0), (1, 0))), axis=1)
    popular = scene.goods.within(scene.goods.popularity)
    for category in range(len(scene.goods.categories)):
        own = scene.goods.category == category
        np.testing.assert_allclose(steps[category, own], popular[own])
        np.testing.assert_allclose(steps[category, ~own], 0.0, atol=1e-12)


def test_nothing_is_bought_that_is_not_sold(scene: Scene, plans: Plans) -> None:
    assert scene.market.is_sold(plans.lines.product, plans.lines.day).all()


def test_quantities_are_log_normal_about_the_clients_basket(
    scene: Scene, block: Block, plans: Plans
) -> None:
    usual = scene.goods.pieces[plans.lines.product] * block.clients.basket[plans.lines.client]
    logs = np.log(plans.lines.wanted / usual)
    assert logs.mean() == pytest.approx(0.0, abs=0.005)
    assert logs.std() == pytest.approx(scene.config["quantity_sigma"], rel=0.01)


def test_money_is_quantity_times_price_less_the_discount(
    scene: Scene, block: Block, plans: Plans
) -> None:
    market, goods, lines = scene.market, scene.goods, plans.lines
    chosen = np.arange(0, len(lines.day), 50)
    sold = sell(market, lines, chosen, None)
    price = np.round(goods.price[sold.product] * market.index[sold.product, sold.day], 2)
    np.testing.assert_allclose(sold.amount + sold.discount, sold.quantity * price, atol=1e-6)
    share = sold.discount / (sold.amount + sold.discount)
    large = sold.amount > 100
    np.testing.assert_allclose(share[large], lines.discount[chosen][large], atol=1e-4)
    cost = sold.quantity * goods.cost[sold.product] * market.cost_index[sold.day]
    np.testing.assert_allclose(sold.cost, cost, atol=0.0051)
    assert (sold.quantity == np.maximum(1, np.rint(lines.wanted[chosen]))).all()


@pytest.mark.parametrize("name", ["sudden", "ramped", "partial", "leaking"])
def test_a_course_thins_orders_and_lines_by_its_share(
    scene: Scene, block: Block, plans: Plans, name: str
) -> None:
    courses, lines, orders = block.courses, plans.lines, plans.orders
    kept = is_bought(lines, scene.market, courses, orders)
    mine = courses.takes(name, lines.client) & (lines.day >= courses.onset[lines.client])
    category = scene.goods.category[lines.product]
    left = courses.orders_left(lines.client, lines.day) * courses.lines_left(
        lines.client, lines.day, category
    )
    wanted = left[mine].sum()
    assert mine.sum() > 300
    # lines of one order go together: the variance is that of orders
    spread = np.sqrt((left[mine] * (1 - left[mine])).sum() * scene.config["lines_per_order"])
    assert kept[mine].sum() == pytest.approx(wanted, abs=4 * spread + 1e-9)


def test_nothing_changes_before_the_onset_nor_for_who_stays(
    scene: Scene, block: Block, plans: Plans
) -> None:
    courses, lines = block.courses, plans.lines
    before = np.flatnonzero(lines.day < courses.onset[lines.client])
    kept = is_bought(lines, scene.market, courses, plans.orders)
    assert kept[before].all()
    was, would = sell(scene.market, lines, before, courses), sell(scene.market, lines, before, None)
    for name in ("quantity", "amount", "cost", "discount"):
        np.testing.assert_array_equal(getattr(was, name), getattr(would, name))


def test_a_margin_loss_is_sold_below_cost_in_the_end(
    scene: Scene, block: Block, plans: Plans
) -> None:
    courses, lines = block.courses, plans.lines
    done = lines.day > courses.complete_day()[lines.client]
    ends = np.flatnonzero((courses.course[lines.client] == COURSES.index("unprofitable")) & done)
    sold = sell(scene.market, lines, ends, courses)
    assert len(ends) > 100
    assert sold.amount.sum() < sold.cost.sum()


def test_returns_come_as_often_as_said_and_take_back_their_part(
    scene: Scene, block: Block, plans: Plans
) -> None:
    lines = plans.lines
    wanted = block.clients.returning[lines.client].sum()
    assert lines.back.sum() == pytest.approx(wanted, abs=4 * np.sqrt(wanted))
    chosen = np.arange(len(lines.day))
    sold = sell(scene.market, lines, chosen, None)
    back = take_back(lines, chosen, sold)
    place = np.flatnonzero(lines.back)
    wait = back.day - lines.day[place]
    assert (wait.min(), wait.max()) == (3, 40)
    assert wait.mean() == pytest.approx(21.5, abs=0.8)
    part = lines.part[place]
    assert (part == 1).mean() == pytest.approx(0.5, abs=0.04)
    assert part.mean() == pytest.approx(0.75, abs=0.02)
    assert (back.quantity == -np.ceil(sold.quantity[place] * part)).all()
    share = back.quantity / sold.quantity[place]
    np.testing.assert_allclose(back.amount, sold.amount[place] * share, atol=0.0051)
    # a document is one order's returns of one day
    documents = {(lines.order[p], d) for p, d in zip(place, back.day, strict=True)}
    assert len(np.unique(back.order)) == len(documents)


def test_the_discount_of_a_line_is_that_of_its_month(block: Block, plans: Plans) -> None:
    lines = plans.lines
    base = block.clients.discount[lines.client]
    assert (lines.discount >= base - 1e-9).all()
    assert (lines.discount <= base + 0.1 + 1e-9).all()
    level = np.array([[0.0, 0.1]])
    assert at(level, np.array([0]), np.array([40]))[0] == 0.1
