from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from segml.simulate.draws import WorldConfig, draw_config
from segml.simulate.goods import Goods, draw_goods
from segml.simulate.happenings import (
    Happenings,
    Rise,
    Withdrawal,
    draw_happenings,
    price_index,
    withdrawn_on,
)
from segml.simulate.market import draw_market


def scene(seed: int = 0) -> tuple[WorldConfig, Goods]:
    rng = np.random.default_rng(seed)
    config = draw_config(rng, clients=5, months=36, seed=seed, start=date(2022, 1, 1))
    return config, draw_goods(rng, config)


def test_list_prices_rise_by_inflation_once_a_year_and_by_their_own_rises() -> None:
    config, goods = scene()
    index = price_index(config, goods, Happenings((Rise(500, 1, 0.2),), (), ()))
    assert index.shape == (len(goods.categories), config.days)
    np.testing.assert_allclose(index[:, 0], 1.0)
    np.testing.assert_allclose(index[0, -1], (1 + config.inflation) ** 3)
    np.testing.assert_allclose(index[1, -1], (1 + config.inflation) ** 3 * 1.2)
    assert index[1, 500] / index[1, 499] == pytest.approx(1.2)


def test_costs_rise_by_inflation_alone() -> None:
    config, goods = scene()
    market = draw_market(np.random.default_rng(1), config, goods, Happenings((), (), ()))
    yearly = market.cost_index(np.array([0, 365, 731])) ** (365.25 / np.array([1, 365, 731]))
    np.testing.assert_allclose(yearly[1:], 1 + config.inflation)


def test_a_product_is_gone_from_its_first_withdrawal() -> None:
    config, goods = scene()
    twice = (Withdrawal(300, (2, 3)), Withdrawal(600, (3, 4)))
    gone = withdrawn_on(config, goods, Happenings((), twice, ()))
    assert list(gone[:6]) == [config.days, config.days, 300, 300, 600, config.days]


def test_happenings_come_as_often_as_said_and_never_in_the_first_sixth() -> None:
    config, goods = scene(1)
    rng = np.random.default_rng(2)
    worlds = [draw_happenings(rng, config, goods, regions=5) for _ in range(400)]
    for kind, yearly in (
        ("rises", config.rises_a_year),
        ("withdrawals", config.withdrawals_a_year),
        ("rivals", config.rivals_a_year),
    ):
        counts = [len(getattr(w, kind)) for w in worlds]
        mean = yearly * config.years
        wanted = mean + np.exp(-mean)  # at least one of each
        assert np.mean(counts) == pytest.approx(wanted, abs=4 * np.sqrt(mean / 400))
        days = [h.day for w in worlds for h in getattr(w, kind)]
        assert min(days) >= config.days // 6
        assert max(days) < config.days
    for world in worlds[:50]:
        for withdrawal in world.withdrawals:
            within = goods.category[list(withdrawal.products)]
            assert len(set(within)) == 1
            assert len(within) < (goods.category == within[0]).sum() / 2


def test_a_product_costs_its_margin_less_than_its_price() -> None:
    margins = []
    for seed in range(40):
        config, goods = scene(seed)
        assert (np.diff(goods.category) >= 0).all()
        assert len(set(goods.products)) == len(goods.products)
        margin = 1 - goods.cost / goods.price
        assert ((margin > 0.09) & (margin < 0.61)).all()
        margins.append(margin.mean() - config.margin_rate)
    assert np.mean(margins) == pytest.approx(0.0, abs=0.02)
