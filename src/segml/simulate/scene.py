"""What is drawn once for a world: its numbers, goods, desks, events, market, and hazard scales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np

from segml.simulate.arrays import PILOT, WORLD, Floats, streams
from segml.simulate.clients import Clients, draw_clients, yearly_spend
from segml.simulate.contacts import Contacts, draw_contacts
from segml.simulate.desks import Desks, draw_desks
from segml.simulate.draws import WorldConfig, draw_config
from segml.simulate.events import Event, draw_events
from segml.simulate.exposures import exposures
from segml.simulate.goods import Goods, draw_goods
from segml.simulate.hazards import hazard_scales, hazards_by_age
from segml.simulate.market import Market, draw_market
from segml.simulate.spells import Spells, draw_spells

PILOT_CLIENTS = 2500
"""Clients of the sample that sets the hazard scales; none of them is in the world."""

LARGE_QUANTILE = 0.9
_TASTES = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """The world before its clients.

    Parameters
    ----------
    scales
        float64 (causes,): what turns sensitivity x exposure into a hazard a month.
    young
        float64 (12,): the mean hazard a month of a new client by its age in months.
    large_spend
        The 0.9 quantile of the yearly spend at list price in the pilot sample.
    taste
        float64 (P,): the mean share of every product within its category.
    """

    config: WorldConfig
    goods: Goods
    desks: Desks
    events: tuple[Event, ...]
    market: Market
    scales: Floats
    young: Floats
    large_spend: float
    taste: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Life:
    """Clients, what goes on at each of them, and the contacts they would have undisturbed."""

    clients: Clients
    spells: Spells
    contacts: Contacts


def draw_scene(
    *,
    clients: int,
    months: int,
    seed: int,
    start: date,
    overrides: Mapping[str, Any] = MappingProxyType({}),
) -> Scene:
    """A world's scene; the same arguments give the same.

    Raises
    ------
    ConfigurationRefused
        As `draw_config`.
    """
    own = streams(seed, WORLD, count=6)
    config = draw_config(
        own[0], clients=clients, months=months, seed=seed, start=start, overrides=overrides
    )
    goods = draw_goods(own[1], config)
    desks = draw_desks(own[2], config)
    events = draw_events(own[3], config, goods, desks)
    liking = goods.popularity * np.exp(own[5].normal(0, 1.0, (_TASTES, len(goods.products))))
    scene = Scene(
        config=config,
        goods=goods,
        desks=desks,
        events=events,
        market=draw_market(own[4], config, goods, events),
        scales=np.zeros(0),
        young=np.zeros(0),
        large_spend=0.0,
        taste=goods.within(liking).mean(axis=0),
    )
    return _piloted(scene)


def draw_life(
    scene: Scene, own: list[np.random.Generator], *, buyers: int, prospects: int = 0
) -> Life:
    """Clients of a scene and their undisturbed contacts, from three streams."""
    config = scene.config
    clients = draw_clients(
        own[0], config, scene.market, scene.desks, buyers=buyers, prospects=prospects
    )
    spells = draw_spells(own[1], config, len(clients))
    contacts = draw_contacts(
        own[2], config, clients, spells, desks=scene.desks, events=scene.events
    )
    return Life(clients=clients, spells=spells, contacts=contacts)


def _piloted(scene: Scene) -> Scene:
    own = streams(scene.config.seed, PILOT, count=3)
    life = draw_life(scene, own, buyers=PILOT_CLIENTS)
    found = exposures(scene.config, life.clients, life.spells, life.contacts, scene.events)
    spend = yearly_spend(life.clients, scene.config)
    scales = hazard_scales(scene.config, life.clients, found)
    return replace(
        scene,
        scales=scales,
        young=hazards_by_age(scene.config, life.clients, found, scales),
        large_spend=float(np.quantile(spend, LARGE_QUANTILE)),
    )
