"""Who buys: what the company knows of a client, and what only the world knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segml.simulate.arrays import Bools, Floats, Ints
from segml.simulate.desks import Desks
from segml.simulate.draws import WorldConfig
from segml.simulate.goods import LINE_VALUE
from segml.simulate.market import Market
from segml.simulate.names import CHANNELS, INDUSTRIES, REGIONS

REGION_SHARES = (0.3, 0.25, 0.2, 0.15, 0.1)
CHANNEL_BASKET = np.array([1.1, 1.0, 0.9, 0.8, 1.3])
"""Factor on the baskets of clients that came through each channel."""

REFERRED_PACE = 1.25
"""Factor on the order rate of a client that another one brought."""

SIZE_OF_RATE, SIZE_OF_BASKET, BASKET_SIGMA = 0.35, 0.6, 0.5
HEADS_SIGMA, TURNOVER_SIGMA = 0.3, 0.4
ROLE_SHARES = {"magnet": 0.02, "rising": 0.03, "advisor": 0.02, "special": 0.01}
ROLE_PACE = {"magnet": 0.6, "rising": 0.8}
ROLE_BASKET = {"magnet": 0.5, "rising": 0.6}
TERMS = np.array([14, 30, 45, 60])
TERM_SHARES = (0.15, 0.5, 0.2, 0.15)


@dataclass(frozen=True, slots=True, eq=False)
class Clients:
    """n clients as arrays of length n, buyers before prospects.

    Parameters
    ----------
    buyers
        How many of them buy; the rest are prospects, acquired after all days.
    industry, region, desk, channel, acquired
        int64: indices into the names; day of acquisition from the window's start (may be negative).
    size
        Standard normal: size in its industry; drives employees, rate, basket, bargaining power.
    employees, turnover
        As the company knows them, NaN where it does not.
    rate, regularity, basket, growth, discount, returning
        Orders a year; shape of the gamma gaps (1 = Poisson); factor on quantities; yearly log
        growth; negotiated share off list; share of lines returned.
    terms, habit
        Days to pay an invoice, and days it is usually paid after that.
    mix, shares
        float64 (n, C): share of every category; float64 (n, P): share of every product.
    magnet, rising, advisor, special
        The roles that are drawn.
    """

    buyers: int
    industry: Ints
    region: Ints
    desk: Ints
    channel: Ints
    acquired: Ints
    size: Floats
    employees: Floats
    turnover: Floats
    rate: Floats
    regularity: Floats
    basket: Floats
    growth: Floats
    discount: Floats
    returning: Floats
    terms: Ints
    habit: Floats
    mix: Floats
    shares: Floats
    magnet: Bools
    rising: Bools
    advisor: Bools
    special: Bools

    def __len__(self) -> int:
        return len(self.size)


def draw_clients(
    rng: np.random.Generator,
    config: WorldConfig,
    market: Market,
    desks: Desks,
    *,
    buyers: int,
    prospects: int = 0,
) -> Clients:
    """Clients by the formulas of docs/simulator.md."""
    n = buyers + prospects
    own = rng.spawn(6)
    size = own[0].normal(size=n)
    industry = own[0].integers(len(INDUSTRIES), size=n)
    region = own[0].choice(len(REGIONS), n, p=REGION_SHARES)
    role = own[1].random(n)
    edges = np.cumsum([0.0, *ROLE_SHARES.values()])
    roles = {name: (role >= edges[k]) & (role < edges[k + 1]) for k, name in enumerate(ROLE_SHARES)}
    channel = _channels(own[2], config, n)
    acquired = _acquired(own[2], config, n)
    acquired[buyers:] = config.all_days
    employees, turnover = _known_size(own[3], size)
    mix, shares = _tastes(own[4], market, industry)
    habit = own[5].normal(config["late_days"], 4.0, n)
    return Clients(
        buyers=buyers,
        industry=industry,
        region=region,
        desk=desks.of_region(own[5], region),
        channel=channel,
        acquired=acquired,
        size=size,
        employees=employees,
        turnover=turnover,
        rate=_rates(own[3], config, size, channel, roles) * market.region_pace[region],
        regularity=own[3].uniform(1.0, 5.0, n),
        basket=_baskets(own[3], size, channel, roles),
        growth=_growth(own[3], config, roles["rising"]),
        discount=_discounts(own[3], size),
        returning=config["return_share"] * own[3].gamma(2.0, 0.5, n),
        terms=own[5].choice(TERMS, n, p=TERM_SHARES),
        habit=habit,
        mix=mix,
        shares=shares,
        **roles,
    )


def _channels(rng: np.random.Generator, config: WorldConfig, n: int) -> Ints:
    others = rng.integers(1, len(CHANNELS), n)
    return np.where(rng.random(n) < config["referred_share"], 0, others)


def _acquired(rng: np.random.Generator, config: WorldConfig, n: int) -> Ints:
    inside = rng.integers(0, max(1, config.days - 30), n)
    before = -rng.integers(1, 6 * 365, n)
    return np.where(rng.random(n) < config["acquired_in_window"], inside, before)


def _known_size(rng: np.random.Generator, size: Floats) -> tuple[Floats, Floats]:
    n = len(size)
    heads = np.maximum(1.0, np.exp(3.4 + size + rng.normal(0, HEADS_SIGMA, n)).round())
    turnover = np.round(heads * 1e5 * np.exp(rng.normal(0, TURNOVER_SIGMA, n)), -3)
    return (
        np.where(rng.random(n) < 0.05, np.nan, heads),
        np.where(rng.random(n) < 0.1, np.nan, turnover),
    )


def _rates(
    rng: np.random.Generator,
    config: WorldConfig,
    size: Floats,
    channel: Ints,
    roles: dict[str, Bools],
) -> Floats:
    own = rng.normal(size=len(size))
    mingled = SIZE_OF_RATE * size + np.sqrt(1 - SIZE_OF_RATE**2) * own
    rate = config["orders_per_year"] * np.exp(config["orders_sigma"] * mingled)
    rate *= np.where(channel == 0, REFERRED_PACE, 1.0)
    for role, factor in ROLE_PACE.items():
        rate *= np.where(roles[role], factor, 1.0)
    return np.asarray(rate)


def _baskets(
    rng: np.random.Generator, size: Floats, channel: Ints, roles: dict[str, Bools]
) -> Floats:
    basket = np.exp(SIZE_OF_BASKET * size + rng.normal(0, BASKET_SIGMA, len(size)))
    basket *= CHANNEL_BASKET[channel]
    for role, factor in ROLE_BASKET.items():
        basket *= np.where(roles[role], factor, 1.0)
    return np.asarray(basket)


def _growth(rng: np.random.Generator, config: WorldConfig, rising: Bools) -> Floats:
    usual = rng.normal(config["yearly_growth"], config["growth_sigma"], len(rising))
    return usual + np.where(rising, rng.uniform(0.35, 0.6, len(rising)), 0.0)


def _discounts(rng: np.random.Generator, size: Floats) -> Floats:
    asked = 0.03 + 0.025 * size + rng.normal(0, 0.02, len(size))
    return np.asarray(np.clip(asked, 0.0, 0.2).round(3), dtype=np.float64)


def _tastes(rng: np.random.Generator, market: Market, industry: Ints) -> tuple[Floats, Floats]:
    """The mix: Dirichlet about the industry's; within a category: popularity times own liking."""
    goods = market.goods
    raw = rng.gamma(np.maximum(4.0 * market.liked[industry], 0.05)) + 1e-9
    mix = raw / raw.sum(axis=1, keepdims=True)
    own = np.exp(rng.normal(0, 1.0, (len(industry), len(goods.products))))
    return mix, mix[:, goods.category] * goods.within(goods.popularity * own)


def yearly_spend(clients: Clients, config: WorldConfig) -> Floats:
    """What a client would spend a year at list price, undisturbed, in money: float64 (n,)."""
    return clients.rate * config["lines_per_order"] * clients.basket * LINE_VALUE


def growth_factor(clients: Clients, day: Ints) -> Floats:
    """Growth since the first day in the window: exp(g x years) within [1/3, 3].

    Parameters
    ----------
    day
        int64, broadcast against (n, 1).
    """
    since = np.clip(clients.acquired, 0, None)[:, None]
    years = np.maximum(0, day - since) / 365.25
    return np.asarray(np.clip(np.exp(clients.growth[:, None] * years), 1 / 3, 3))
