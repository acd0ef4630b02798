"""Whom an event touches, and for how long it is felt."""

from __future__ import annotations

import numpy as np

from segml.simulate.arrays import MONTH_DAYS, Floats
from segml.simulate.clients import Clients
from segml.simulate.draws import WorldConfig
from segml.simulate.events import Event

CATEGORY_RIVAL = 2.0
"""A rival with a category is felt as twice the category's share of the mix, at most 1."""


def reach(clients: Clients, events: tuple[Event, ...]) -> Floats:
    """How much of a client every event touches: float64 (n, events), in [0, 1].

    A category or a product touches by its share of the client's own mix; a region, an industry or
    a desk touches its own clients wholly, scope `all` everybody.
    """
    columns = [_touched(clients, event) for event in events]
    return np.stack(columns, axis=1) if columns else np.zeros((len(clients), 0))


def _touched(clients: Clients, event: Event) -> Floats:
    if event.scope == "category":
        share = clients.mix[:, event.place]
        rival = event.kind == "competitor_entry"
        return np.minimum(1.0, CATEGORY_RIVAL * share) if rival else share
    if event.scope == "product":
        return clients.shares[:, event.place]
    if event.scope == "all":
        return np.ones(len(clients))
    column = {"region": clients.region, "industry": clients.industry, "manager": clients.desk}
    return np.asarray(column[event.scope] == event.place, dtype=np.float64)


def decay(config: WorldConfig, events: tuple[Event, ...]) -> Floats:
    """Strength x exp(-age / memory) at every month's start, 0 before: (events, months)."""
    start = np.arange(config.months) * MONTH_DAYS
    age = start[None, :] - np.array([event.day for event in events], dtype=np.float64)[:, None]
    strength = np.array([event.strength for event in events], dtype=np.float64)[:, None]
    felt = np.exp(-np.maximum(age, 0) / config["memory_days"])
    return np.where(age >= 0, strength * felt, 0.0)
