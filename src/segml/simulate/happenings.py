"""What the company and its market do: price rises, withdrawn products, rivals that enter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segml.simulate.draws import WorldConfig
from segml.simulate.goods import Goods

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rise:
    """List prices of a category rise by `magnitude` (0.12 = +12 %) on a day of the window."""

    day: int
    category: int
    magnitude: float


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Products of one category are no longer sold from a day on."""

    day: int
    products: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rival:
    """A competitor enters one region with one category."""

    day: int
    region: int
    category: int


@dataclass(frozen=True, slots=True)
class Happenings:
    """Everything that happened, in the order of days; days count from the world's start."""

    rises: tuple[Rise, ...]
    withdrawals: tuple[Withdrawal, ...]
    rivals: tuple[Rival, ...]


def draw_happenings(
    rng: np.random.Generator, config: WorldConfig, goods: Goods, *, regions: int
) -> Happenings:
    """Happenings with Poisson counts (at least one of each) on uniform days of the window.

    None falls in the first sixth, so that every client has a time before.
    """
    kinds = len(goods.categories)

    def days(yearly: float) -> list[int]:
        count = max(1, int(rng.poisson(yearly * config.years)))
        return sorted(int(d) for d in rng.integers(config.days // 6, config.days, count))

    rises = tuple(
        Rise(day, int(rng.integers(kinds)), float(np.round(rng.uniform(0.07, 0.22), 3)))
        for day in days(config.rises_a_year)
    )
    withdrawals = []
    for day in days(config.withdrawals_a_year):
        within = np.flatnonzero(goods.category == rng.integers(kinds))
        gone = rng.permutation(within)[: max(1, int(len(within) * rng.uniform(0.2, 0.45)))]
        withdrawals.append(Withdrawal(day, tuple(sorted(int(p) for p in gone))))
    rivals = tuple(
        Rival(day, int(rng.integers(regions)), int(rng.integers(kinds)))
        for day in days(config.rivals_a_year)
    )
    return Happenings(rises, tuple(withdrawals), rivals)


def price_index(config: WorldConfig, goods: Goods, happenings: Happenings) -> Floats:
    """List prices of every category against the first day: float64 (C, days).

    Every category moves by the year's inflation on one day a year, spread over the year by its
    place in the catalogue, and by its rises.
    """
    kinds = len(goods.categories)
    steps = np.zeros((kinds, config.days))
    for category in range(kinds):
        first = 30 + (category * 331) // kinds
        steps[category, first::365] += np.log1p(config.inflation)
    for rise in happenings.rises:
        steps[rise.category, rise.day] += np.log1p(rise.magnitude)
    return np.asarray(np.exp(steps.cumsum(axis=1)))


def withdrawn_on(config: WorldConfig, goods: Goods, happenings: Happenings) -> Ints:
    """The first day without each product: int64 (P,); the window's length where it stays."""
    gone = np.full(len(goods.products), config.days, dtype=np.int64)
    for withdrawal in reversed(happenings.withdrawals):
        gone[list(withdrawal.products)] = withdrawal.day
    return gone
