"""Who buys: what the company knows of a client, and what only the world knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.simulate.draws import WorldConfig
from segml.simulate.goods import Goods
from segml.simulate.names import CHANNELS, INDUSTRIES, MANAGERS, REGIONS, client_names

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_LINE_VALUE = 90.0
"""List value of a line of a client of middle size, in money."""


@dataclass(frozen=True, slots=True, eq=False)
class Clients:
    """n clients as arrays of length n; all but the first group is hidden from the ledger.

    Parameters
    ----------
    industry, region, manager, acquired
        int64: indices into the names; day of acquisition from the window's start (may be negative).
    size
        Standard normal: size in its industry; drives employees, rate, basket, bargaining power.
    rate, regularity, basket, growth, discount, returning
        Orders a year; shape of the gamma gaps (1 = Poisson); factor on quantities; yearly log
        growth; negotiated share off list; share of lines returned.
    mix, taste
        float64 (n, C): share of every category, rows sum to 1; float64 (n, P): share of every
        product within its category.
    """

    industry: Ints
    region: Ints
    manager: Ints
    acquired: Ints
    size: Floats
    rate: Floats
    regularity: Floats
    basket: Floats
    growth: Floats
    discount: Floats
    returning: Floats
    mix: Floats
    taste: Floats


def draw_clients(
    rng: np.random.Generator, config: WorldConfig, goods: Goods, *, count: int
) -> Clients:
    """Clients by the formulas of `segml.simulate.world`."""
    size = rng.normal(size=count)
    industry = rng.integers(len(INDUSTRIES), size=count)
    region = rng.choice(len(REGIONS), count, p=[0.3, 0.25, 0.2, 0.15, 0.1])
    mingled = 0.35 * size + np.sqrt(1 - 0.35**2) * rng.normal(size=count)
    kinds = len(goods.categories)
    liked = rng.dirichlet(np.full(kinds, 1.5), len(INDUSTRIES))[industry]
    raw_mix = rng.gamma(np.maximum(4.0 * liked, 0.05)) + 1e-9
    return Clients(
        industry=industry,
        region=region,
        manager=(2 * region + rng.integers(2, size=count)) % len(MANAGERS),
        acquired=_acquired(rng, config, count),
        size=size,
        rate=config.orders_per_year * np.exp(config.orders_sigma * mingled),
        regularity=rng.uniform(1.0, 5.0, count),
        basket=np.exp(0.6 * size + rng.normal(0, 0.5, count)),
        growth=rng.normal(config.yearly_growth, config.growth_sigma, count),
        discount=_discounts(rng, size),
        returning=config.return_share * rng.gamma(2.0, 0.5, count),
        mix=raw_mix / raw_mix.sum(axis=1, keepdims=True),
        taste=_taste(rng, goods, count),
    )


def _acquired(rng: np.random.Generator, config: WorldConfig, count: int) -> Ints:
    inside = rng.integers(0, max(1, config.days - 30), count)
    before = -rng.integers(1, 6 * 365, count)
    return np.where(rng.random(count) < config.acquired_in_window, inside, before)


def _discounts(rng: np.random.Generator, size: Floats) -> Floats:
    asked = 0.03 + 0.025 * size + rng.normal(0, 0.02, len(size))
    return np.asarray(np.clip(asked, 0.0, 0.2).round(3), dtype=np.float64)


def _taste(rng: np.random.Generator, goods: Goods, count: int) -> Floats:
    liking = goods.popularity * np.exp(rng.normal(0, 1.0, (count, len(goods.products))))
    starts = np.searchsorted(goods.category, np.arange(len(goods.categories)))
    sums = np.add.reduceat(liking, starts, axis=1)
    return np.asarray(liking / sums[:, goods.category])


def yearly_spend(clients: Clients, config: WorldConfig) -> Floats:
    """What a client would spend a year at list price, undisturbed, in money: float64 (n,)."""
    return clients.rate * config.lines_per_order * clients.basket * _LINE_VALUE


def piece_quantity(goods: Goods) -> Floats:
    """The pieces of a line of a client of middle size, by product: float64 (P,)."""
    return np.maximum(1.0, _LINE_VALUE / goods.price)


def clients_frame(
    rng: np.random.Generator, config: WorldConfig, clients: Clients, *, buyers: int
) -> pd.DataFrame:
    """The `clients` table of the ledger; rows from `buyers` on are prospects, never acquired."""
    count = len(clients.size)
    spend = yearly_spend(clients, config)
    heads = np.exp(3.4 + clients.size + rng.normal(0, 0.3, count))
    employees = np.maximum(1.0, heads.round())
    turnover = employees * 1e5 * np.exp(rng.normal(0, 0.4, count))
    wallet = spend / rng.beta(2.5, 2.5, count).clip(0.05)
    channel = rng.integers(len(CHANNELS), size=count)
    paid = np.array([150.0, 900.0, 600.0, 300.0, 1500.0])[channel]
    paid = np.round(paid * np.exp(rng.normal(0, 0.4, count)), 2)
    bought = np.arange(count) < buyers
    start = np.datetime64(config.start, "s")
    day = start + clients.acquired.astype("timedelta64[D]")
    return pd.DataFrame({
        "client_id": client_ids(count),
        "name": client_names(rng, np.where(bought, spend, 0.0)),
        "industry": np.array(INDUSTRIES)[clients.industry],
        "region": np.array(REGIONS)[clients.region],
        "employees": np.where(rng.random(count) < 0.05, np.nan, employees),
        "annual_turnover": np.where(rng.random(count) < 0.1, np.nan, np.round(turnover, -3)),
        "manager": np.array(MANAGERS)[clients.manager],
        "acquired_on": np.where(bought, day, np.datetime64("NaT", "s")),
        "acquisition_channel": np.array(CHANNELS)[channel],
        "acquisition_cost": np.where(bought, paid, np.nan),
        "wallet": np.where(rng.random(count) < 0.2, np.nan, np.round(wallet, -2)),
    })  # fmt: skip


def client_ids(count: int) -> list[str]:
    """`C00001`, `C00002`, … in the order of the arrays."""
    return [f"C{number:05d}" for number in range(1, count + 1)]
