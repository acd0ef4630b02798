from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segml.simulate.arrays import month_of
from segml.simulate.block import Block, Plans
from segml.simulate.clients import Clients
from segml.simulate.orders import draw_orders, intensity, monthly_pace, wander
from segml.simulate.scene import Life, Scene


def some(life: Life, count: int = 800) -> Clients:
    """The first clients alone."""
    cut = {
        name: getattr(life.clients, name)[:count]
        for name in life.clients.__slots__
        if name != "buyers"
    }
    return Clients(buyers=count, **cut)


def test_orders_are_as_many_as_their_cumulated_intensity(scene: Scene, life: Life) -> None:
    clients, config = some(life), scene.config
    rng = np.random.default_rng(1)
    pace = monthly_pace(rng, config, clients)
    chosen = np.flatnonzero(clients.acquired < config.days)
    daily = intensity(scene.market, clients, pace, chosen, config.days)
    orders = draw_orders(rng, clients, chosen, daily)
    found = np.bincount(orders.client, minlength=800)[chosen]
    # a new client orders once more, within three weeks
    wanted = daily.sum(axis=1) + (clients.acquired[chosen] >= 0)
    assert abs(found.sum() - wanted.sum()) < 4 * np.sqrt(wanted.sum())
    scaled = (found - wanted) / np.sqrt(wanted / clients.regularity[chosen] + 1 / 6)
    assert scaled.mean() == pytest.approx(0.0, abs=0.15)
    assert scaled.std() == pytest.approx(1.0, abs=0.15)


def test_the_pace_is_rate_times_growth_times_wander(scene: Scene, life: Life) -> None:
    clients = some(life)
    pace = monthly_pace(np.random.default_rng(2), scene.config, clients)
    wandered = wander(np.random.default_rng(2), scene.config, 800)
    old = clients.acquired < 0
    years = np.floor((np.arange(pace.shape[1]) + 0.5) * 365.25 / 12) / 365.25
    grown = np.clip(np.exp(clients.growth[:, None] * years), 1 / 3, 3)
    wanted = clients.rate[:, None] * grown * wandered
    np.testing.assert_allclose(pace[old], wanted[old])


def test_the_wander_has_mean_one_and_fades_by_a_third_a_month(scene: Scene) -> None:
    found = wander(np.random.default_rng(3), scene.config, 6000)
    assert found.mean() == pytest.approx(1.0, abs=0.01)
    logs = np.log(found)
    assert logs.std() == pytest.approx(scene.config["wander_sigma"], rel=0.02)
    lag = np.corrcoef(logs[:, :-1].ravel(), logs[:, 1:].ravel())[0, 1]
    assert lag == pytest.approx(0.7, abs=0.01)


def test_the_day_follows_season_and_acquisition(scene: Scene, life: Life) -> None:
    clients, days = some(life), scene.config.days
    pace = np.full((800, scene.config.all_months), 36.525)
    daily = intensity(scene.market, clients, pace, np.arange(800), days)
    for client in (3, 40, 77):
        wanted = 0.1 * scene.market.season[clients.industry[client], :days]
        wanted = wanted * (np.arange(days) >= clients.acquired[client])
        np.testing.assert_allclose(daily[client], wanted)
    assert month_of(np.array([0, 30, 31, 61])).tolist() == [0, 0, 1, 2]


@pytest.mark.parametrize("shape", [1.0, 4.0])
def test_a_client_is_met_in_the_middle_of_a_gap(life: Life, shape: float) -> None:
    many = np.full(len(life.clients), shape)
    old = replace(life.clients, regularity=many, acquired=np.full(len(many), -10))
    daily = np.full((len(many), 100), 0.02)
    orders = draw_orders(np.random.default_rng(7), old, np.arange(len(many)), daily)
    # any hundred days of a process that runs since long hold two orders at this rate
    assert len(orders.day) / len(many) == pytest.approx(2.0, abs=0.08)
    assert (orders.day < 10).mean() == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize("shape", [1.0, 4.0])
def test_gaps_are_as_regular_as_the_clients_shape(life: Life, shape: float) -> None:
    clients = some(life)
    even = replace(clients, regularity=np.full(800, shape), acquired=np.full(800, -10))
    days = 1096
    orders = draw_orders(np.random.default_rng(4), even, np.arange(800), np.full((800, days), 0.03))
    order = np.lexsort((orders.day, orders.client))
    client, day = orders.client[order], orders.day[order]
    # gaps between orders of the first half, so that the window's end cuts none of them
    gaps = np.diff(day)[(np.diff(client) == 0) & (day[:-1] < days / 2)]
    assert gaps.mean() == pytest.approx(1 / 0.03, rel=0.04)
    assert (gaps.std() / gaps.mean()) ** 2 == pytest.approx(1 / shape, rel=0.1)


def test_only_who_is_lost_near_the_end_is_followed_beyond_it(
    scene: Scene, block: Block, plans: Plans
) -> None:
    days = scene.config.days
    beyond = plans.orders.day >= days
    assert beyond.any()
    late = block.onsets.day[plans.orders.client[beyond]]
    assert (late > days - 365).all()
    assert (late < days).all()
    assert plans.orders.day.max() < scene.config.all_days
    assert (np.diff(plans.orders.day) >= 0).all()
    assert (plans.orders.day >= block.clients.acquired[plans.orders.client]).all()
