from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from segml.simulate.clients import Clients, clients_frame, draw_clients, yearly_spend
from segml.simulate.draws import WorldConfig, draw_config
from segml.simulate.goods import Goods, draw_goods

COUNT = 8000


@pytest.fixture(scope="module")
def scene() -> tuple[WorldConfig, Goods, Clients]:
    rng = np.random.default_rng(12)
    config = draw_config(rng, clients=COUNT, months=36, seed=12, start=date(2022, 1, 1))
    goods = draw_goods(rng, config)
    return config, goods, draw_clients(rng, config, goods, count=COUNT)


def test_rates_are_log_normal_and_grow_with_size(scene: tuple[WorldConfig, Goods, Clients]) -> None:
    config, _, clients = scene
    logs = np.log(clients.rate)
    assert np.exp(np.median(logs)) == pytest.approx(config.orders_per_year, rel=0.05)
    assert logs.std() == pytest.approx(config.orders_sigma, rel=0.04)
    assert np.corrcoef(logs, clients.size)[0, 1] == pytest.approx(0.35, abs=0.04)


def test_baskets_discounts_growth_and_returns_follow_their_formulas(
    scene: tuple[WorldConfig, Goods, Clients],
) -> None:
    config, _, clients = scene
    assert np.log(clients.basket).std() == pytest.approx(np.hypot(0.6, 0.5), rel=0.04)
    assert np.corrcoef(np.log(clients.basket), clients.size)[0, 1] == pytest.approx(0.77, abs=0.03)
    large = clients.size > 1
    asked = 0.03 + 0.025 * clients.size[large].mean()
    assert clients.discount[large].mean() == pytest.approx(asked, abs=0.003)
    assert ((clients.discount >= 0) & (clients.discount <= 0.2)).all()
    assert clients.growth.mean() == pytest.approx(config.yearly_growth, abs=0.01)
    assert clients.growth.std() == pytest.approx(config.growth_sigma, rel=0.04)
    assert clients.returning.mean() == pytest.approx(config.return_share, rel=0.05)


def test_mixes_and_tastes_are_shares(scene: tuple[WorldConfig, Goods, Clients]) -> None:
    _, goods, clients = scene
    np.testing.assert_allclose(clients.mix.sum(axis=1), 1.0)
    for category in range(len(goods.categories)):
        np.testing.assert_allclose(clients.taste[:, goods.category == category].sum(axis=1), 1.0)
    assert np.median(clients.mix.max(axis=1)) > 1.5 / len(goods.categories)


def test_as_many_clients_as_said_come_in_the_window(
    scene: tuple[WorldConfig, Goods, Clients],
) -> None:
    config, _, clients = scene
    inside = clients.acquired >= 0
    assert inside.mean() == pytest.approx(config.acquired_in_window, abs=0.025)
    assert clients.acquired.max() < config.days
    assert clients.acquired[inside].mean() == pytest.approx((config.days - 30) / 2, rel=0.04)


def test_the_table_shows_size_and_wallet_with_gaps(
    scene: tuple[WorldConfig, Goods, Clients],
) -> None:
    config, _, clients = scene
    table = clients_frame(np.random.default_rng(1), config, clients, buyers=COUNT - 400)
    assert table["acquired_on"].isna().sum() == table["acquisition_cost"].isna().sum() == 400
    assert table["wallet"].isna().mean() == pytest.approx(0.2, abs=0.02)
    assert table["annual_turnover"].isna().mean() == pytest.approx(0.1, abs=0.015)
    heads = np.log(table["employees"].to_numpy())
    told = ~np.isnan(heads)
    assert np.corrcoef(heads[told], clients.size[told])[0, 1] > 0.9
    spend = yearly_spend(clients, config)
    share = (spend / table["wallet"].to_numpy())[(table["wallet"] > 1000).to_numpy()]
    assert np.median(share) == pytest.approx(0.5, abs=0.03)
