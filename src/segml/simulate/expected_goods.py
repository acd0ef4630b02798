"""The expected worth of an order: gross amount and cost by industry, month and basket."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segml.simulate.arrays import MONTH_DAYS, Floats, Ints
from segml.simulate.clients import BASKET_SIGMA
from segml.simulate.lines import SUBSTITUTED
from segml.simulate.scene import Scene

_LEVELS = np.linspace(-4.0, 4.0, 41)
"""Grid over the log of a client's median basket."""

_Z = np.linspace(-5.0, 5.0, 801)
_DENSITY = np.exp(-(_Z**2) / 2) / np.exp(-(_Z**2) / 2).sum()


@dataclass(frozen=True, slots=True, eq=False)
class GoodsWorth:
    """Logs of an order's expected list amount and cost: float64 (industries, months, levels)."""

    gross: Floats
    cost: Floats

    def at(self, industry: Ints, month: Ints, level: Floats) -> tuple[Floats, Floats]:
        """Amount at list price and cost of an order, by linear interpolation of the logs."""
        place = np.clip((level - _LEVELS[0]) / (_LEVELS[1] - _LEVELS[0]), 0, len(_LEVELS) - 1.001)
        low = place.astype(np.int64)
        part = place - low
        month = np.minimum(month, self.gross.shape[1] - 1)
        found = []
        for logs in (self.gross, self.cost):
            below, above = logs[industry, month, low], logs[industry, month, low + 1]
            found.append(np.exp(below * (1 - part) + above * part))
        return found[0], found[1]


def goods_worth(scene: Scene) -> GoodsWorth:
    """Sums over products of weight x pieces x price, and the same with the cost."""
    market, config = scene.market, scene.config
    middle = ((np.arange(config.all_months) + 0.5) * MONTH_DAYS).astype(np.int64)
    middle = np.minimum(middle, config.all_days - 1)
    weight = product_weights(scene, middle) * config["lines_per_order"]
    pieces = expected_pieces(scene)
    price = scene.goods.price[:, None] * market.index[:, middle]
    cost = scene.goods.cost[:, None] * market.cost_index[None, middle]
    gross = np.einsum("imp,pm,pu->imu", weight, price, pieces, optimize=True)
    goods = np.einsum("imp,pm,pu->imu", weight, cost, pieces, optimize=True)
    return GoodsWorth(gross=np.log(gross), cost=np.log(goods))


def product_weights(scene: Scene, day: Ints) -> Floats:
    """Expected lines of every product for one line asked for: float64 (industries, days, P).

    A product not sold gives half of its weight to its category, by popularity, as far as sold.
    """
    goods, market = scene.goods, scene.market
    alpha = np.maximum(4.0 * market.liked, 0.05)
    mix = alpha / alpha.sum(axis=1, keepdims=True)
    asked = mix[:, goods.category] * scene.taste
    products = np.arange(len(goods.products))
    sold = market.is_sold(products[None, :], day[:, None]).astype(np.float64)
    missing = asked[:, None, :] * (1 - sold)[None]
    in_category = goods.category[:, None] == np.arange(len(goods.categories))[None, :]
    moved = (missing @ in_category)[:, :, goods.category]
    other = SUBSTITUTED * moved * goods.within(goods.popularity) * sold[None]
    return np.asarray(asked[:, None, :] * sold[None] + other)


def expected_pieces(scene: Scene) -> Floats:
    """Mean pieces of a line by product and median basket: float64 (P, levels).

    E[max(1, round(x))] with x log-normal about pieces x basket, sigma^2 = 0.5^2 + QUANTITY_SIGMA^2.
    """
    sigma = np.hypot(BASKET_SIGMA, scene.config["quantity_sigma"])
    spread = np.exp(sigma * _Z)
    median = scene.goods.pieces[:, None] * np.exp(_LEVELS)[None, :]
    return np.stack(
        [np.maximum(1.0, np.rint(row[:, None] * spread[None, :])) @ _DENSITY for row in median]
    )
