"""What goes on at one client for some months: failing service, neglect, short cash, bargaining."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segml.simulate.arrays import Floats, Ints
from segml.simulate.draws import WorldConfig

_BEFORE_MONTHS = 12
RAMP_MONTHS = {"failures": 1, "neglect": 1, "stress": 3, "pressure": 2}
LONG_MONTHS = {"failures": (2, 5), "neglect": (3, 8), "stress": (4, 12), "pressure": (4, 10)}
"""Fewest and most months of a spell of each kind."""

DEPTHS = (0.4, 1.0)
MEAN_DEPTH = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Spells:
    """The level of every kind of spell: float64 (n, all months), in [0, 1]; 0 is no spell."""

    failures: Floats
    neglect: Floats
    stress: Floats
    pressure: Floats


def draw_spells(rng: np.random.Generator, config: WorldConfig, count: int) -> Spells:
    """Spells that begin at <KIND>_A_YEAR, last some months and rise over the first of them.

    Depths are uniform in [0.4, 1]; where two overlap, the deeper one counts.
    """
    own = dict(zip(LONG_MONTHS, rng.spawn(len(LONG_MONTHS)), strict=True))
    return Spells(**{kind: _levels(own[kind], config, kind, count) for kind in own})


def _levels(rng: np.random.Generator, config: WorldConfig, kind: str, count: int) -> Floats:
    months = config.all_months + _BEFORE_MONTHS
    starts = rng.random((count, months)) < -np.expm1(-config[f"{kind}_a_year"] / 12)
    client, month = np.nonzero(starts)
    low, high = LONG_MONTHS[kind]
    length = rng.integers(low, high + 1, len(client))
    depth = rng.uniform(*DEPTHS, len(client))
    level = np.zeros((count, months))
    for passed in range(high):
        on = (passed < length) & (month + passed < months)
        risen = min(1.0, (passed + 1) / RAMP_MONTHS[kind])
        np.maximum.at(level, (client[on], month[on] + passed), depth[on] * risen)
    return level[:, _BEFORE_MONTHS:]


def recent(level: Floats) -> Floats:
    """What a month's start has behind it: half the last month, 0.3 and 0.2 of those before."""
    padded = np.pad(level, ((0, 0), (3, 0)))[:, :-1]
    seen: Floats = 0.5 * padded[:, 2:] + 0.3 * padded[:, 1:-1] + 0.2 * padded[:, :-2]
    return seen


def at(level: Floats, client: Ints, day: Ints) -> Floats:
    """The level of these clients on these days."""
    month = np.minimum((day / (365.25 / 12)).astype(np.int64), level.shape[1] - 1)
    return np.asarray(level[client, np.maximum(month, 0)])
