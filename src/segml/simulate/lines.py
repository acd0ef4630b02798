"""What an order holds: categories, products, quantities, prices, costs, and what comes back."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.simulate.clients import Clients, piece_quantity
from segml.simulate.courses import Courses
from segml.simulate.draws import WorldConfig
from segml.simulate.market import Market
from segml.simulate.orders import Orders

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_SUBSTITUTED = 0.5
"""How often a withdrawn product is replaced by another of its category; else the line is lost."""


def draw_lines(
    rng: np.random.Generator,
    market: Market,
    clients: Clients,
    courses: Courses,
    orders: Orders,
) -> pd.DataFrame:
    """The lines of these orders.

    Returns
    -------
    DataFrame
        `order` (index into the orders given), `client, day, product, quantity, amount, cost,
        discount`, money rounded to cents; an order all of whose lines were lost is absent.
    """
    count = 1 + rng.poisson(market.config.lines_per_order - 1, len(orders.client))
    order = np.repeat(np.arange(len(count)), count)
    client, day = orders.client[order], orders.day[order]
    category = _categories(rng, clients, courses, client, day)
    product = _products(rng, market, clients, client, category)
    product = _replaced(rng, market, product, day)
    kept = product >= 0
    client, day, product = client[kept], day[kept], product[kept]
    usual = piece_quantity(market.goods)[product] * clients.basket[client]
    wanted = usual * courses.basket_factor(client, day) * np.exp(rng.normal(0, 0.5, len(product)))
    share = courses.discount_at(clients.discount[client], client, day)
    bought: dict[str, npt.NDArray[Any]] = {
        "order": order[kept],
        "client": client,
        "day": day,
        "product": product,
    }
    bought |= _priced(market, product, day, np.maximum(1.0, np.rint(wanted)), share)
    return pd.DataFrame(bought)


def _categories(
    rng: np.random.Generator, clients: Clients, courses: Courses, client: Ints, day: Ints
) -> Ints:
    weight = clients.mix[client]
    weight[np.arange(len(client)), courses.favourite[client]] *= courses.favourite_factor(
        client, day
    )
    ladder = weight.cumsum(axis=1)
    asked = rng.random(len(client)) * ladder[:, -1]
    return np.asarray(np.minimum((ladder <= asked[:, None]).sum(axis=1), weight.shape[1] - 1))


def _products(
    rng: np.random.Generator, market: Market, clients: Clients, client: Ints, category: Ints
) -> Ints:
    """A product by the client's taste: one search in the ladder of all clients' cumulated tastes.

    A client's tastes sum to 1 within a category, so category c covers [c, c + 1) of its ladder.
    """
    kinds, products = len(market.goods.categories), len(market.goods.products)
    ladder = clients.taste.cumsum(axis=1) + (kinds + 1) * np.arange(len(clients.size))[:, None]
    asked = (kinds + 1) * client + category + rng.random(len(client))
    place = np.searchsorted(ladder.ravel(), asked) - products * client
    first = np.searchsorted(market.goods.category, np.arange(kinds + 1))
    # Rounding of the cumulated sums may pass a category's edge by the last bit.
    return np.asarray(np.clip(place, first[category], first[category + 1] - 1))


def _replaced(rng: np.random.Generator, market: Market, product: Ints, day: Ints) -> Ints:
    """The product that is really bought, -1 where nothing is."""
    goods = market.goods
    gone = np.flatnonzero(market.withdrawn[product] <= day)
    same = goods.category[product[gone]][:, None] == goods.category[None, :]
    sold = market.withdrawn[None, :] > day[gone][:, None]
    liking = np.log(goods.popularity) + rng.gumbel(size=same.shape)
    other = np.where(same & sold, liking, -np.inf).argmax(axis=1)
    bought = (rng.random(len(gone)) < _SUBSTITUTED) & (same & sold).any(axis=1)
    product = product.copy()
    product[gone] = np.where(bought, other, -1)
    return product


def _priced(
    market: Market, product: Ints, day: Ints, quantity: Floats, share: Floats
) -> dict[str, npt.NDArray[Any]]:
    """Quantity, amount, cost and discount of every line, given the share off list."""
    goods = market.goods
    list_price = np.round(goods.price[product] * market.index[goods.category[product], day], 2)
    amount = np.round(quantity * list_price * (1 - share), 2)
    return {
        "quantity": quantity,
        "amount": amount,
        "cost": np.round(quantity * goods.cost[product] * market.cost_index(day), 2),
        "discount": np.round(np.maximum(0.0, quantity * list_price - amount), 2),
    }


def draw_returns(
    rng: np.random.Generator, config: WorldConfig, clients: Clients, lines: pd.DataFrame
) -> pd.DataFrame:
    """The lines that come back 3 to 40 days later, in whole or in part: negative, same columns.

    A returned piece takes back its share of the amount and of the cost; its discount is 0.
    Returns that would fall after the window are not seen.
    """
    chosen = rng.random(len(lines)) < clients.returning[lines["client"].to_numpy()]
    back = lines[chosen].reset_index(drop=True)
    part = np.where(rng.random(len(back)) < 0.5, 1.0, 1.0 - rng.random(len(back)))
    pieces = np.ceil(back["quantity"].to_numpy() * part)
    share = pieces / back["quantity"].to_numpy()
    returned = back.assign(
        order=np.arange(len(back)),
        day=back["day"] + rng.integers(3, 41, len(back)),
        quantity=-pieces,
        amount=-np.round(back["amount"] * share, 2),
        cost=-np.round(back["cost"] * share, 2),
        discount=0.0,
    )
    seen: pd.DataFrame = returned.loc[returned["day"] < config.days]
    return seen
