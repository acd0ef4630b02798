from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from segml.simulate.clients import Clients, draw_clients
from segml.simulate.courses import Courses, draw_courses
from segml.simulate.draws import CAUSES, draw_config
from segml.simulate.goods import draw_goods
from segml.simulate.happenings import draw_happenings
from segml.simulate.hazards import Onsets
from segml.simulate.market import Market, draw_market
from segml.simulate.orders import draw_orders, intensity

Scene = tuple[Market, Clients, Courses]


@pytest.fixture(scope="module")
def scene() -> Scene:
    rng = np.random.default_rng(8)
    config = draw_config(rng, clients=800, months=36, seed=8, start=date(2022, 1, 1))
    goods = draw_goods(rng, config)
    market = draw_market(rng, config, goods, draw_happenings(rng, config, goods, regions=5))
    clients = draw_clients(rng, config, goods, count=800)
    stay = Onsets(
        cause=np.full(800, -1), day=np.full(800, config.days),
        hazard=np.full((800, len(CAUSES)), np.nan),
    )  # fmt: skip
    return market, clients, draw_courses(rng, market, clients, stay)


def test_orders_of_old_clients_are_as_many_as_their_cumulated_intensity(scene: Scene) -> None:
    market, clients, courses = scene
    chosen = np.flatnonzero(clients.acquired < 0)
    rng = np.random.default_rng(1)
    daily = intensity(rng, market, clients, courses, chosen)
    orders = draw_orders(rng, clients, chosen, daily)
    found = np.bincount(orders.client, minlength=800)[chosen]
    spread = np.sqrt(daily.sum() / clients.regularity[chosen].min())
    assert abs(found.sum() - daily.sum()) < 4 * spread
    # client by client, in units of the renewal process's own spread
    scaled = (found - daily.sum(axis=1)) / np.sqrt(
        daily.sum(axis=1) / clients.regularity[chosen] + 0.3
    )
    assert abs(scaled.mean()) < 0.2
    assert 0.8 < scaled.std() < 1.2


def test_the_intensity_is_the_own_rate_where_nothing_moves_it(scene: Scene) -> None:
    market, clients, courses = scene
    calm = replace(clients, growth=np.zeros(800), acquired=np.full(800, -10))
    chosen = np.arange(800)
    daily = intensity(np.random.default_rng(2), market, calm, courses, chosen)
    yearly = daily.sum(axis=1) / market.config.years
    # wander and season have mean 1: over 800 clients little remains of them
    assert (yearly / calm.rate).mean() == pytest.approx(1.0, abs=0.03)
    wander_alone = np.log(daily[:, 200] / (calm.rate / 365.25 * market.season[calm.industry, 200]))
    assert wander_alone.std() == pytest.approx(market.config.wander_sigma, rel=0.1)


def test_growth_is_per_year_about_the_middle_of_the_window(scene: Scene) -> None:
    market, clients, courses = scene
    calm = replace(clients, acquired=np.full(800, -10), growth=np.zeros(800))
    grown = replace(calm, growth=np.full(800, 0.1))
    chosen = np.arange(5)
    flat, risen = (
        intensity(np.random.default_rng(3), market, kind, courses, chosen) for kind in (calm, grown)
    )
    middle = market.config.days / 2
    for day in (100, 700, 1000):
        wanted = np.exp(0.1 * (day - middle) / 365.25)
        np.testing.assert_allclose(risen[:, day] / flat[:, day], wanted)


@pytest.mark.parametrize("shape", [1.0, 4.0])
def test_an_old_client_is_met_in_the_middle_of_a_gap(scene: Scene, shape: float) -> None:
    _, clients, _ = scene
    many = np.full(8000, shape)
    old = replace(clients, regularity=many, acquired=np.full(8000, -10))
    daily = np.full((8000, 100), 0.02)
    orders = draw_orders(np.random.default_rng(7), old, np.arange(8000), daily)
    # any hundred days of a process that runs since long hold two orders at this rate
    assert len(orders.day) / 8000 == pytest.approx(2.0, abs=0.06)
    early = (orders.day < 10).mean()
    assert early == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize("shape", [1.0, 4.0])
def test_gaps_are_as_regular_as_the_clients_shape(scene: Scene, shape: float) -> None:
    market, clients, _ = scene
    even = replace(clients, regularity=np.full(800, shape), acquired=np.full(800, -10))
    days = market.config.days
    orders = draw_orders(np.random.default_rng(4), even, np.arange(800), np.full((800, days), 0.03))
    # gaps between orders of the first half, so that the window's end cuts none of them
    gaps = np.diff(orders.day)[(np.diff(orders.client) == 0) & (orders.day[:-1] < days / 2)]
    assert gaps.mean() == pytest.approx(1 / 0.03, rel=0.04)
    assert (gaps.std() / gaps.mean()) ** 2 == pytest.approx(1 / shape, rel=0.1)


def test_nobody_orders_before_the_acquisition_and_new_clients_order_soon(scene: Scene) -> None:
    market, clients, courses = scene
    chosen = np.flatnonzero(clients.acquired >= 0)
    rng = np.random.default_rng(5)
    orders = draw_orders(rng, clients, chosen, intensity(rng, market, clients, courses, chosen))
    wait = orders.day - clients.acquired[orders.client]
    assert wait.min() >= 0
    first = np.unique(orders.client, return_index=True)[1]
    assert np.median(wait[first]) < 21


def test_orders_are_sorted_and_inside_the_window(scene: Scene) -> None:
    market, clients, courses = scene
    rng = np.random.default_rng(6)
    chosen = np.arange(800)
    orders = draw_orders(rng, clients, chosen, intensity(rng, market, clients, courses, chosen))
    assert orders.day.min() >= 0
    assert orders.day.max() < market.config.days
    assert (np.diff(orders.client * 10_000 + orders.day) >= 0).all()


def test_the_season_has_mean_one_over_years(scene: Scene) -> None:
    market, _, _ = scene
    np.testing.assert_allclose(market.season[:, : 3 * 364].mean(axis=1), 1.0, atol=0.01)
    assert np.ptp(market.season.mean(axis=0)) > 0.5  # the week is in it
