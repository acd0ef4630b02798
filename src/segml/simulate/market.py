"""What all clients of a world meet alike: goods, list prices by day, availability, seasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segml.simulate.arrays import Bools, Floats, Ints
from segml.simulate.draws import WorldConfig
from segml.simulate.events import Event
from segml.simulate.goods import Goods
from segml.simulate.names import INDUSTRIES, REGIONS

_WEEK = np.array([1.25, 1.3, 1.3, 1.3, 1.3, 0.4, 0.15])
"""Orders from Monday to Sunday against the mean day."""


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """The goods and everything about them that changes with the day.

    Parameters
    ----------
    goods
        As drawn.
    liked
        float64 (industries, C): the mix of categories of every industry.
    index
        float64 (P, all days): list prices of every product against the first day.
    launched, withdrawn
        int64 (P,): the first day with, and the first day without each product.
    cost_index
        float64 (all days,): costs against the first day; they rise by inflation alone.
    season
        float64 (industries, all days): the pace of orders, mean 1 over a year.
    region_pace
        float64 (regions,): factor on the order rates of a region.
    """

    goods: Goods
    liked: Floats
    index: Floats
    launched: Ints
    withdrawn: Ints
    cost_index: Floats
    season: Floats
    region_pace: Floats

    def is_sold(self, product: Ints, day: Ints) -> Bools:
        """Whether these products can be bought on these days."""
        return np.asarray((self.launched[product] <= day) & (day < self.withdrawn[product]))


def draw_market(
    rng: np.random.Generator, config: WorldConfig, goods: Goods, events: tuple[Event, ...]
) -> Market:
    """The market of a world, given its events."""
    launched, withdrawn = _sold(config, goods, events)
    day = np.arange(config.all_days)
    return Market(
        goods=goods,
        liked=rng.dirichlet(np.full(len(goods.categories), 1.5), len(INDUSTRIES)),
        index=price_index(config, goods, events),
        launched=launched,
        withdrawn=withdrawn,
        cost_index=np.exp(np.log1p(config["inflation"]) * day / 365.25),
        season=_seasons(rng, config),
        region_pace=np.exp(rng.normal(0, 0.1, len(REGIONS))),
    )


def price_index(config: WorldConfig, goods: Goods, events: tuple[Event, ...]) -> Floats:
    """List prices of every product against the first day: float64 (P, all days)."""
    steps = np.zeros((len(goods.products), config.all_days))
    for event in events:
        if event.kind == "price_change":
            steps[_goods_of(goods, event), event.day] += np.log1p(event.magnitude)
    return np.asarray(np.exp(steps.cumsum(axis=1)))


def _sold(config: WorldConfig, goods: Goods, events: tuple[Event, ...]) -> tuple[Ints, Ints]:
    launched = np.zeros(len(goods.products), dtype=np.int64)
    withdrawn = np.full(len(goods.products), config.all_days, dtype=np.int64)
    for event in events:
        if event.kind == "product_launch":
            launched[event.place] = event.day
        elif event.kind == "product_withdrawal":
            chosen = _goods_of(goods, event)
            withdrawn[chosen] = np.minimum(withdrawn[chosen], event.day)
    return launched, withdrawn


def _goods_of(goods: Goods, event: Event) -> Bools:
    """The products that an event of scope all, category or product touches."""
    if event.scope == "all":
        return np.ones(len(goods.products), dtype=np.bool_)
    if event.scope == "category":
        return np.asarray(goods.category == event.place)
    return np.asarray(np.arange(len(goods.products)) == event.place)


def _seasons(rng: np.random.Generator, config: WorldConfig) -> Floats:
    """(1 + a cos) over the year, with the industry's own a and peak, times the day of the week."""
    amplitude = rng.uniform(0.3, 1.0, len(INDUSTRIES)) * config["season_amplitude"]
    peak = rng.uniform(0, 365.25, len(INDUSTRIES))
    day = np.arange(config.all_days)
    wave = np.cos(2 * np.pi * (day[None, :] - peak[:, None]) / 365.25)
    week = _WEEK[(day + config.start.weekday()) % 7] / _WEEK.mean()
    return np.asarray((1 + amplitude[:, None] * wave) * week)
