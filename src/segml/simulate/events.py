"""What the company and its market do: harmful events, and decoys that harm nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from segml.simulate.desks import Desks
from segml.simulate.draws import WorldConfig
from segml.simulate.goods import Goods
from segml.simulate.names import INDUSTRIES, REGIONS

CAUSE_OF: Mapping[str, str] = MappingProxyType({
    "price_change": "price",
    "service_outage": "service",
    "product_withdrawal": "assortment",
    "manager_change": "manager",
    "competitor_entry": "competitor",
})  # fmt: skip
"""The cause that an event of a kind works through, where it is no decoy; others harm nobody."""

LEAST_RISE = 0.05
"""A smaller rise of prices harms nobody."""

_NONE = float("nan")


@dataclass(frozen=True, slots=True)
class Event:
    """One event; days count from the window's start.

    Parameters
    ----------
    place
        Index of what it touches in its scope (category, product, region, industry, desk).
    strength
        Its weight in the exposure of whom it touches; 0 for a decoy.
    magnitude
        Of a price change, as in the ledger; else NaN.
    """

    day: int
    kind: str
    scope: str
    place: int
    scope_value: str | None
    description: str
    strength: float
    magnitude: float = _NONE

    @property
    def is_decoy(self) -> bool:
        """Whether it harms nobody."""
        return self.strength == 0


def draw_events(
    rng: np.random.Generator, config: WorldConfig, goods: Goods, desks: Desks
) -> tuple[Event, ...]:
    """All events of a world by day: Poisson counts on uniform days after the first sixth.

    Harmful kinds are decoys with probability DECOY_SHARE, but the first of each kind never is.
    """
    own = rng.spawn(6)
    gone: dict[int, int] = {}
    drawn = [
        *_yearly_prices(config, goods),
        *_rises(own[0], config, goods),
        *_withdrawals(own[1], config, goods, gone),
        *_outages(own[2], config),
        *_rivals(own[3], config, goods),
        *_handovers(own[4], config, desks),
        *_harmless(own[5], config, goods, gone),
    ]
    return tuple(sorted(drawn, key=lambda event: (event.day, event.kind, event.place)))


def _days(rng: np.random.Generator, config: WorldConfig, yearly: float) -> list[int]:
    first = config.days // 6
    count = int(rng.poisson(yearly * (config.days - first) / 365.25))
    count = max(count, 1) if yearly > 0 else 0
    return sorted(int(day) for day in rng.integers(first, config.days, count))


def _strengths(rng: np.random.Generator, config: WorldConfig, count: int) -> list[float]:
    """From 0.5 to 1.5, or 0 for a decoy; the first always bites."""
    drawn = rng.uniform(0.5, 1.5, count)
    decoy = rng.random(count) < config["decoy_share"]
    decoy[:1] = False
    return [float(value) for value in np.where(decoy, 0.0, drawn)]


def _yearly_prices(config: WorldConfig, goods: Goods) -> list[Event]:
    """The ordinary rise of every category once a year, spread over the year: decoys."""
    kinds = len(goods.categories)
    size = round(config["inflation"], 4)
    return [
        Event(day, "price_change", "category", c, goods.categories[c],
              f"Yearly list prices for {goods.categories[c]}", 0.0, size)
        for c in range(kinds)
        for day in range(30 + (c * 331) // kinds, config.days, 365)
    ]  # fmt: skip


def _rises(rng: np.random.Generator, config: WorldConfig, goods: Goods) -> list[Event]:
    """Three in four are rises of 6 to 20 %, the rest move by -3 to 4.5 % and harm nobody."""
    days = _days(rng, config, config["rises_a_year"])
    events = []
    for number, (day, strength) in enumerate(
        zip(days, _strengths(rng, config, len(days)), strict=True)
    ):
        large = rng.random() < 0.75 or number == 0
        size = round(float(rng.uniform(0.06, 0.2) if large else rng.uniform(-0.03, 0.045)), 3)
        scope, place, value = _goods_scope(rng, goods, number)
        weight = strength * size / 0.1 if size >= LEAST_RISE else 0.0
        told = f"List prices {size:+.1%} for {value or 'everything'}"
        events.append(Event(day, "price_change", scope, place, value, told, weight, size))
    return events


def _goods_scope(
    rng: np.random.Generator, goods: Goods, number: int
) -> tuple[str, int, str | None]:
    """Eight in ten a category, one everything, one a product; the first is a category."""
    kind = rng.random() if number else 0.0
    category = int(rng.integers(len(goods.categories)))
    product = int(rng.integers(len(goods.products)))
    if kind < 0.8:
        return "category", category, goods.categories[category]
    return ("all", 0, None) if kind < 0.9 else ("product", product, goods.products[product])


def _withdrawals(
    rng: np.random.Generator, config: WorldConfig, goods: Goods, gone: dict[int, int]
) -> list[Event]:
    """Groups of products of one category, one row a product; one group in twelve is a category."""
    days = _days(rng, config, config["withdrawals_a_year"])
    events = []
    for number, (day, strength) in enumerate(
        zip(days, _strengths(rng, config, len(days)), strict=True)
    ):
        category = int(rng.integers(len(goods.categories)))
        left = np.array([p for p in np.flatnonzero(goods.category == category) if p not in gone])
        whole = number > 0 and rng.random() < 1 / 12
        share = 1.0 if whole else rng.uniform(0.2, 0.45)
        chosen = sorted(int(p) for p in rng.permutation(left)[: _at_least_one(len(left) * share)])
        gone.update(dict.fromkeys(chosen, day))
        if whole and chosen:
            name = goods.categories[category]
            events.append(Event(day, "product_withdrawal", "category", category, name,
                                f"{name} is no longer sold", strength))  # fmt: skip
            continue
        events += [
            Event(day, "product_withdrawal", "product", p, goods.products[p],
                  f"{goods.products[p]} is no longer sold", strength)
            for p in chosen
        ]  # fmt: skip
    return events


def _at_least_one(number: float) -> int:
    """The number rounded down, at least 1."""
    return max(1, int(number))


def _outages(rng: np.random.Generator, config: WorldConfig) -> list[Event]:
    days = _days(rng, config, config["outages_a_year"])
    events = []
    for day, strength in zip(days, _strengths(rng, config, len(days)), strict=True):
        scope, place, value = _market_scope(rng)
        told = f"Deliveries failed for {value}"
        events.append(Event(day, "service_outage", scope, place, value, told, strength))
    return events


def _market_scope(rng: np.random.Generator) -> tuple[str, int, str]:
    region, industry = int(rng.integers(len(REGIONS))), int(rng.integers(len(INDUSTRIES)))
    if rng.random() < 0.6:
        return "region", region, REGIONS[region]
    return "industry", industry, INDUSTRIES[industry]


def _rivals(rng: np.random.Generator, config: WorldConfig, goods: Goods) -> list[Event]:
    days = _days(rng, config, config["rivals_a_year"])
    events = []
    for day, strength in zip(days, _strengths(rng, config, len(days)), strict=True):
        scope, place, value = _market_scope(rng)
        category = int(rng.integers(len(goods.categories)))
        if rng.random() < 0.5:
            scope, place, value = "category", category, goods.categories[category]
        told = f"A competitor enters with {value}" if scope == "category" else (
            f"A competitor opens for {value}"
        )  # fmt: skip
        events.append(Event(day, "competitor_entry", scope, place, value, told, strength))
    return events


def _handovers(rng: np.random.Generator, config: WorldConfig, desks: Desks) -> list[Event]:
    """One event a handover; its scope value is today's manager of the desk."""
    found = sorted(
        (day, desk, turn) for desk, days in enumerate(desks.handovers)
        for turn, day in enumerate(days)
    )  # fmt: skip
    strengths = _strengths(rng, config, len(found))
    return [
        Event(day, "manager_change", "manager", desk, desks.managers[desk],
              f"{desks.people[desk][turn]} hands over to {desks.people[desk][turn + 1]}", strength)
        for (day, desk, turn), strength in zip(found, strengths, strict=True)
    ]  # fmt: skip


def _harmless(
    rng: np.random.Generator, config: WorldConfig, goods: Goods, gone: dict[int, int]
) -> list[Event]:
    """Launches of products that are sold from that day on, and changes of policy."""
    stays = [p for p in range(len(goods.products)) if p not in gone]
    fresh = [int(p) for p in rng.permutation(stays)]
    launches = _days(rng, config, config["launches_a_year"])[: len(fresh) // 4]
    events = [
        Event(day, "product_launch", "product", p, goods.products[p],
              f"{goods.products[p]} is new", 0.0)
        for day, p in zip(launches, fresh, strict=False)
    ]  # fmt: skip
    policies = _days(rng, config, config["policies_a_year"])
    return events + [
        Event(day, "policy_change", "all", 0, None, "New terms of delivery", 0.0)
        for day in policies
    ]  # fmt: skip
