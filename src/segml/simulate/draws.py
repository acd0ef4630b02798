"""What a seed draws for a whole world: one number of each range, and the mix of causes."""

from __future__ import annotations

import difflib
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np

from segml.simulate.ranges import RANGES
from segml.words.errors import ConfigurationRefused
from segml.words.feature import REASONS

CAUSES: tuple[str, ...] = REASONS
"""Why a client is lost in a world, in the order of every array over causes."""

AFTER_DAYS = 366
"""Days after the window in which the lost are still followed, so that their year is whole."""

_EVENNESS = 6.0
"""Parameter of the symmetric Dirichlet distribution that the mix of causes is drawn from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldConfig:
    """One world's size and the numbers its seed drew; what each means stands in `RANGES`.

    Parameters
    ----------
    clients, months, seed, start
        What was asked for; the window is [start, end).
    cause_mix
        Expected share of every cause among losses, in the order of `CAUSES`.
    numbers
        The drawn or overridden value of every name in `RANGES`.
    """

    clients: int
    months: int
    seed: int
    start: date
    cause_mix: tuple[float, ...]
    numbers: Mapping[str, float]

    def __getitem__(self, name: str) -> float:
        return self.numbers[name]

    @property
    def end(self) -> date:
        """The first day after the window: `months` calendar months after `start`."""
        years, month = divmod(self.start.month - 1 + self.months, 12)
        year, month = self.start.year + years, month + 1
        return date(year, month, min(self.start.day, monthrange(year, month)[1]))

    @property
    def days(self) -> int:
        """How many days the window has."""
        return (self.end - self.start).days

    @property
    def all_days(self) -> int:
        """The days of the window and of the year after it."""
        return self.days + AFTER_DAYS

    @property
    def all_months(self) -> int:
        """The months that hold all days."""
        return self.months + 13

    @property
    def years(self) -> float:
        """How many years the window has."""
        return self.days / 365.25


def draw_config(
    rng: np.random.Generator,
    *,
    clients: int,
    months: int,
    seed: int,
    start: date,
    overrides: Mapping[str, Any] = MappingProxyType({}),
) -> WorldConfig:
    """A world's numbers, drawn from their ranges, some of them overridden.

    What is overridden moves no other number: every one is drawn first.

    Raises
    ------
    ConfigurationRefused
        If there is no client, or fewer months than any loss could be seen in; if an override is
        unknown, no number, or beyond its limits.
    """
    if clients < 1 or not 6 <= months <= 600:
        raise ConfigurationRefused(
            f"a world of {clients} clients and {months} months",
            allowed="at least 1 client, 6 to 600 months",
            next_step="ask for a larger world",
        )
    drawn = {name: float(rng.uniform(number.low, number.high)) for name, number in RANGES.items()}
    mix = rng.dirichlet(np.full(len(CAUSES), _EVENNESS)).tolist()
    for name, value in overrides.items():
        if name == "cause_mix":
            mix = _mix(value)
        else:
            drawn[name] = _number(name, value)
    return WorldConfig(
        clients=clients,
        months=months,
        seed=seed,
        start=start,
        cause_mix=tuple(float(share) for share in mix),
        numbers=MappingProxyType(drawn),
    )


def _number(name: str, value: Any) -> float:
    if name not in RANGES:
        raise _unknown(name, [*RANGES, "cause_mix"])
    number = RANGES[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        found = f"`{name}` is {str(value)[:60]!r}"
    elif not number.least <= value <= number.most:
        found = f"`{name}` is {value}"
    else:
        return float(value)
    raise ConfigurationRefused(
        found,
        allowed=f"a number from {number.least:g} to {number.most:g}",
        next_step="mend the value, or leave the key out to have it drawn",
    )


def _mix(shares: Any) -> list[float]:
    """Shares of every cause from weights; a cause that is not named has none."""
    if not isinstance(shares, Mapping):
        raise _bad_mix(f"`cause_mix` is {str(shares)[:60]!r}")
    for cause, weight in shares.items():
        if cause not in CAUSES:
            raise _unknown(f"cause_mix.{cause}", [f"cause_mix.{known}" for known in CAUSES])
        number = isinstance(weight, int | float) and not isinstance(weight, bool)
        if not number or not 0 <= weight < float("inf"):
            raise _bad_mix(f"`cause_mix.{cause}` is {str(weight)[:60]!r}")
    total = float(sum(shares.values()))
    if not 0 < total < float("inf"):
        raise _bad_mix("the weights of `cause_mix` sum to nothing")
    return [float(shares.get(cause, 0.0)) / total for cause in CAUSES]


def _bad_mix(found: str) -> ConfigurationRefused:
    return ConfigurationRefused(
        found,
        allowed="a weight of 0 or more for each cause, such as {price: 2, unknown: 1}",
        next_step="mend the weights, or leave the key out to have the mix drawn",
    )


def _unknown(name: str, known: list[str]) -> ConfigurationRefused:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]
    return ConfigurationRefused(
        f"unknown key `{name}`, did you mean `{near}`?",
        allowed="the names of docs/simulator.md",
        next_step="rename the key or remove it",
    )
