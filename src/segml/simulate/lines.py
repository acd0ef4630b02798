"""What an order holds: products, quantities, prices, costs, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segml.simulate.arrays import Bools, Floats, Ints, picked
from segml.simulate.clients import Clients
from segml.simulate.courses import Courses
from segml.simulate.draws import WorldConfig
from segml.simulate.market import Market
from segml.simulate.orders import Orders
from segml.simulate.spells import at

SUBSTITUTED = 0.5
"""How often another product of the category is looked for where one is not sold."""

RETURN_DAYS = (3, 40)


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Lines as they would be bought, arrays of length l in the order of their orders.

    Parameters
    ----------
    order, client, day, product
        int64: index of the order, of the client, the day, index of the product.
    wanted
        Pieces before rounding.
    discount
        Share off the list price.
    chance
        Uniform: whether a leaking category takes the line.
    back, wait, part
        Whether it comes back, after how many days, and which part of it.
    """

    order: Ints
    client: Ints
    day: Ints
    product: Ints
    wanted: Floats
    discount: Floats
    chance: Floats
    back: Bools
    wait: Ints
    part: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Sold:
    """Lines with money, in cents exactly; of returns all four numbers are negative or 0.

    `order` is the order's index; where it is a return, that of the return document.
    """

    order: Ints
    client: Ints
    day: Ints
    product: Ints
    quantity: Floats
    amount: Floats
    cost: Floats
    discount: Floats


def draw_lines(
    rng: np.random.Generator,
    config: WorldConfig,
    market: Market,
    clients: Clients,
    *,
    orders: Orders,
    discounts: Floats,
) -> Lines:
    """The lines of these orders: 1 + Poisson(LINES_PER_ORDER - 1) each.

    A product that is not sold is replaced half of the time by one that its category's popularity
    picks; where nothing is found, or that is not sold either, the line is not bought.
    """
    own = rng.spawn(4)
    count = 1 + own[0].poisson(config["lines_per_order"] - 1, len(orders.client))
    order = np.repeat(np.arange(len(count)), count)
    client, day = orders.client[order], orders.day[order]
    product = picked(own[1], clients.shares.cumsum(axis=1), client)
    product = _replaced(own[2], market, product, day)
    kept = product >= 0
    order, client, day, product = order[kept], client[kept], day[kept], product[kept]
    n = len(product)
    noise = np.exp(config["quantity_sigma"] * own[3].standard_normal(n))
    whole = own[3].random(n) < 0.5
    return Lines(
        order=order,
        client=client,
        day=day,
        product=product,
        wanted=market.goods.pieces[product] * clients.basket[client] * noise,
        discount=at(discounts, client, day),
        chance=own[3].random(n),
        back=own[3].random(n) < clients.returning[client],
        wait=own[3].integers(RETURN_DAYS[0], RETURN_DAYS[1] + 1, n),
        part=np.where(whole, 1.0, 1.0 - own[3].random(n)),
    )


def _replaced(rng: np.random.Generator, market: Market, product: Ints, day: Ints) -> Ints:
    """The product that is really bought, -1 where nothing is."""
    goods = market.goods
    gone = np.flatnonzero(~market.is_sold(product, day))
    category = goods.category[product[gone]]
    ladder = category_ladder(market)
    other = picked(rng, ladder, category)
    found = (rng.random(len(gone)) < SUBSTITUTED) & market.is_sold(other, day[gone])
    bought = product.copy()
    bought[gone] = np.where(found, other, -1)
    return bought


def category_ladder(market: Market) -> Floats:
    """Cumulated popularity of every category's products: float64 (C, P)."""
    goods = market.goods
    share = goods.within(goods.popularity)
    own = goods.category[None, :] == np.arange(len(goods.categories))[:, None]
    return np.asarray(np.where(own, share, 0.0).cumsum(axis=1))


def is_bought(lines: Lines, market: Market, courses: Courses, orders: Orders) -> Bools:
    """Which lines the courses leave: those of orders still placed, and not leaking."""
    placed = orders.chance < courses.orders_left(orders.client, orders.day)
    category = market.goods.category[lines.product]
    stays = lines.chance < courses.lines_left(lines.client, lines.day, category)
    return np.asarray(placed[lines.order] & stays)


def sell(market: Market, lines: Lines, chosen: Ints, courses: Courses | None) -> Sold:
    """The chosen lines at their price; with the courses' quantities and discounts, or without."""
    client, day, product = lines.client[chosen], lines.day[chosen], lines.product[chosen]
    wanted, share = lines.wanted[chosen], lines.discount[chosen]
    if courses is not None:
        wanted = wanted * courses.quantity_left(client, day)
        share = courses.discount_at(share, client, day)
    goods = market.goods
    quantity = np.maximum(1.0, np.rint(wanted))
    list_price = np.round(goods.price[product] * market.index[product, day], 2)
    amount = np.round(quantity * list_price * (1 - share), 2)
    return Sold(
        order=lines.order[chosen],
        client=client,
        day=day,
        product=product,
        quantity=quantity,
        amount=amount,
        cost=np.round(quantity * goods.cost[product] * market.cost_index[day], 2),
        discount=np.asarray(np.round(np.maximum(0.0, quantity * list_price - amount), 2)),
    )


def take_back(lines: Lines, chosen: Ints, sold: Sold) -> Sold:
    """What comes back of the chosen lines, which were sold as `sold`: 3 to 40 days later.

    A returned piece takes back its share of the amount and of the cost; its discount is 0. What a
    client sends back of one order on one day is one document.
    """
    picked_lines = np.flatnonzero(lines.back[chosen])
    from_line = chosen[picked_lines]
    quantity = sold.quantity[picked_lines]
    pieces = np.ceil(quantity * lines.part[from_line])
    share = pieces / quantity
    day = lines.day[from_line] + lines.wait[from_line]
    document = np.unique((lines.order[from_line] << 16) + day, return_inverse=True)[1]
    return Sold(
        order=document,
        client=lines.client[from_line],
        day=day,
        product=lines.product[from_line],
        quantity=-pieces,
        amount=-np.round(sold.amount[picked_lines] * share, 2),
        cost=-np.round(sold.cost[picked_lines] * share, 2),
        discount=np.zeros(len(from_line), dtype=np.float64),
    )
