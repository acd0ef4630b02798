from __future__ import annotations

import numpy as np
import pytest

from segml.simulate.clients import (
    CHANNEL_BASKET,
    REFERRED_PACE,
    REGION_SHARES,
    ROLE_SHARES,
    growth_factor,
)
from segml.simulate.scene import Life, Scene


def test_rates_are_log_normal_and_grow_with_size(scene: Scene, life: Life) -> None:
    config, clients = scene.config, life.clients
    paced = clients.rate / scene.market.region_pace[clients.region]
    logs = np.log(paced / np.where(clients.channel == 0, REFERRED_PACE, 1.0))
    plain = ~(clients.magnet | clients.rising)
    logs, size = logs[plain], clients.size[plain]
    assert np.exp(np.median(logs)) == pytest.approx(config["orders_per_year"], rel=0.05)
    assert logs.std() == pytest.approx(config["orders_sigma"], rel=0.04)
    assert np.corrcoef(logs, size)[0, 1] == pytest.approx(0.35, abs=0.04)
    slow = np.log(paced[clients.magnet]).mean() - np.log(paced[plain]).mean()
    assert slow == pytest.approx(np.log(0.6), abs=0.3)


def test_baskets_follow_size_channel_and_role(life: Life) -> None:
    clients = life.clients
    logs = np.log(clients.basket / CHANNEL_BASKET[clients.channel])
    plain = ~(clients.magnet | clients.rising)
    assert logs[plain].mean() == pytest.approx(0.0, abs=0.04)
    assert logs[plain].std() == pytest.approx(np.hypot(0.6, 0.5), rel=0.04)
    assert np.corrcoef(logs[plain], clients.size[plain])[0, 1] == pytest.approx(0.77, abs=0.03)
    assert logs[clients.magnet].mean() == pytest.approx(np.log(0.5), abs=0.35)
    assert logs[clients.rising].mean() == pytest.approx(np.log(0.6), abs=0.35)


def test_discounts_growth_and_returns_follow_their_formulas(scene: Scene, life: Life) -> None:
    config, clients = scene.config, life.clients
    large = clients.size > 1
    asked = 0.03 + 0.025 * clients.size[large].mean()
    assert clients.discount[large].mean() == pytest.approx(asked, abs=0.003)
    assert ((clients.discount >= 0) & (clients.discount <= 0.2)).all()
    usual = clients.growth[~clients.rising]
    assert usual.mean() == pytest.approx(config["yearly_growth"], abs=0.01)
    assert usual.std() == pytest.approx(config["growth_sigma"], rel=0.04)
    risen = clients.growth[clients.rising].mean() - config["yearly_growth"]
    assert risen == pytest.approx(0.475, abs=0.06)
    assert clients.returning.mean() == pytest.approx(config["return_share"], rel=0.05)


def test_regions_channels_and_roles_come_as_often_as_said(scene: Scene, life: Life) -> None:
    clients = life.clients
    n = len(clients)
    np.testing.assert_allclose(np.bincount(clients.region) / n, REGION_SHARES, atol=0.025)
    referred = (clients.channel == 0).mean()
    assert referred == pytest.approx(scene.config["referred_share"], abs=0.025)
    for role, share in ROLE_SHARES.items():
        assert getattr(clients, role).mean() == pytest.approx(share, abs=4 * np.sqrt(share / n))
    desks = len(scene.desks.people)
    assert desks == 65
    assert ((clients.desk % 5) == clients.region).all()


def test_mixes_and_shares_of_products_are_shares(scene: Scene, life: Life) -> None:
    goods, clients = scene.goods, life.clients
    np.testing.assert_allclose(clients.mix.sum(axis=1), 1.0)
    for category in range(len(goods.categories)):
        sums = clients.shares[:, goods.category == category].sum(axis=1)
        np.testing.assert_allclose(sums, clients.mix[:, category])
    liked = np.maximum(4 * scene.market.liked, 0.05)
    liked /= liked.sum(axis=1, keepdims=True)
    for industry, wanted in enumerate(liked):
        of_it = clients.mix[clients.industry == industry]
        np.testing.assert_allclose(of_it.mean(axis=0), wanted, atol=0.03)


def test_as_many_clients_as_said_come_in_the_window(scene: Scene, life: Life) -> None:
    config, buyers = scene.config, life.clients.buyers
    acquired = life.clients.acquired[:buyers]
    inside = acquired >= 0
    assert inside.mean() == pytest.approx(config["acquired_in_window"], abs=0.03)
    assert acquired.max() < config.days
    assert acquired[inside].mean() == pytest.approx((config.days - 30) / 2, rel=0.05)
    assert (life.clients.acquired[buyers:] >= config.all_days).all()


def test_the_company_knows_size_with_gaps(life: Life) -> None:
    clients = life.clients
    heads, turnover = np.log(clients.employees), np.log(clients.turnover / 1e5)
    assert np.isnan(heads).mean() == pytest.approx(0.05, abs=0.015)
    assert np.isnan(turnover).mean() == pytest.approx(0.1, abs=0.02)
    large = (clients.size > -1) & ~np.isnan(heads) & ~np.isnan(turnover)
    assert (heads - 3.4 - clients.size)[large].std() == pytest.approx(0.3, abs=0.02)
    assert (turnover - heads)[large].std() == pytest.approx(0.4, abs=0.02)


def test_growth_counts_from_the_first_day_in_the_window(life: Life) -> None:
    grown = growth_factor(life.clients, np.array([[0, 365, 1000]]))
    old = np.flatnonzero(life.clients.acquired < 0)[:50]
    wanted = np.exp(np.outer(life.clients.growth[old], np.array([0, 365, 1000]) / 365.25))
    np.testing.assert_allclose(grown[old], np.clip(wanted, 1 / 3, 3))
    late = np.flatnonzero(life.clients.acquired > 365)
    np.testing.assert_allclose(grown[late, :2], 1.0)
