"""What a seed draws for a whole world: one number of each range, and the mix of causes."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import numpy as np

from segml.words.errors import ConfigurationRefused

CAUSES: tuple[str, ...] = ("price", "assortment", "competitor", "margin", "unknown")
"""Why a client is lost in a world, in the order of every array over causes."""

MONTH_DAYS = 365.25 / 12

RANGES = MappingProxyType({
    "yearly_loss": (0.10, 0.20),
    "sensitivity_sigma": (0.6, 1.1),
    "orders_per_year": (8.0, 12.0),
    "orders_sigma": (0.55, 0.85),
    "lines_per_order": (2.6, 4.2),
    "season_amplitude": (0.1, 0.45),
    "wander_sigma": (0.15, 0.35),
    "yearly_growth": (-0.03, 0.08),
    "growth_sigma": (0.08, 0.2),
    "inflation": (0.01, 0.035),
    "margin_rate": (0.28, 0.42),
    "return_share": (0.01, 0.04),
    "acquired_in_window": (0.35, 0.55),
    "rises_a_year": (0.8, 2.0),
    "withdrawals_a_year": (0.8, 2.0),
    "rivals_a_year": (1.5, 4.0),
    "memory_days": (90.0, 200.0),
})  # fmt: skip
"""The uniform range of every number of a world; what each means stands at `WorldConfig`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldConfig:
    """One world's size and the numbers its seed drew from `RANGES`.

    Parameters
    ----------
    clients, months, seed, start
        What was asked for; the window is [start, end).
    cause_mix
        Expected share of every cause among losses, in the order of `CAUSES`.
    yearly_loss
        Share of clients at risk that a year takes, all causes together, before the cap.
    sensitivity_sigma
        Spread (log) of the clients' sensitivity to one cause.
    orders_per_year, orders_sigma
        Median of the clients' own order rates, and their spread (log).
    lines_per_order
        Mean number of lines an order.
    season_amplitude
        Largest swing of an industry's season, as a share of its mean.
    wander_sigma
        Spread (log) of the slow wander of a client's rate from month to month.
    yearly_growth, growth_sigma
        Mean and spread of the clients' yearly growth (log).
    inflation
        Ordinary yearly rise of list prices and costs.
    margin_rate
        Mean share of the list price that is not cost.
    return_share
        Mean share of lines that come back.
    acquired_in_window
        Share of clients whose first day lies in the window.
    rises_a_year, withdrawals_a_year, rivals_a_year
        Mean number of each happening.
    memory_days
        How long the hazard of a happening lasts (time constant of its decay).
    """

    clients: int
    months: int
    seed: int
    start: date
    cause_mix: tuple[float, ...]
    yearly_loss: float
    sensitivity_sigma: float
    orders_per_year: float
    orders_sigma: float
    lines_per_order: float
    season_amplitude: float
    wander_sigma: float
    yearly_growth: float
    growth_sigma: float
    inflation: float
    margin_rate: float
    return_share: float
    acquired_in_window: float
    rises_a_year: float
    withdrawals_a_year: float
    rivals_a_year: float
    memory_days: float

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
    def years(self) -> float:
        """How many years the window has."""
        return self.days / 365.25


def draw_config(
    rng: np.random.Generator, *, clients: int, months: int, seed: int, start: date
) -> WorldConfig:
    """A world's numbers, drawn from their ranges.

    Raises
    ------
    ConfigurationRefused
        If there is no client, or fewer months than any loss could be seen in.
    """
    if clients < 1 or not 6 <= months <= 600:
        raise ConfigurationRefused(
            f"a world of {clients} clients and {months} months",
            allowed="at least 1 client, 6 to 600 months",
            next_step="ask for a larger world",
        )
    drawn = {name: float(rng.uniform(*bounds)) for name, bounds in RANGES.items()}
    mix = tuple(float(share) for share in rng.dirichlet(np.full(len(CAUSES), 3.0)))
    return WorldConfig(
        clients=clients, months=months, seed=seed, start=start, cause_mix=mix, **drawn
    )
