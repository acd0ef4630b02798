"""What all clients of a world meet alike: goods, list prices by day, withdrawals, seasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segml.simulate.draws import WorldConfig
from segml.simulate.goods import Goods
from segml.simulate.happenings import Happenings, price_index, withdrawn_on
from segml.simulate.names import INDUSTRIES

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_WEEK = np.array([1.25, 1.3, 1.3, 1.3, 1.3, 0.4, 0.15])
"""Orders from Monday to Sunday against the mean day."""


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """The goods and everything about them that changes with the day.

    Parameters
    ----------
    config, goods
        As drawn.
    index
        float64 (C, days): list prices of every category against the first day.
    withdrawn
        int64 (P,): the first day without each product; the window's length where it stays.
    season
        float64 (industries, days): the pace of orders, mean 1 over a year.
    """

    config: WorldConfig
    goods: Goods
    index: Floats
    withdrawn: Ints
    season: Floats

    def cost_index(self, day: Ints) -> Floats:
        """Costs on these days against the first day: they rise by inflation alone."""
        return np.asarray(np.exp(np.log1p(self.config.inflation) * day / 365.25))


def draw_market(
    rng: np.random.Generator, config: WorldConfig, goods: Goods, happenings: Happenings
) -> Market:
    """The market of a world; only the seasons are still to be drawn."""
    return Market(
        config=config,
        goods=goods,
        index=price_index(config, goods, happenings),
        withdrawn=withdrawn_on(config, goods, happenings),
        season=_seasons(rng, config),
    )


def _seasons(rng: np.random.Generator, config: WorldConfig) -> Floats:
    """(1 + a cos) over the year, with the industry's own a and peak, times the day of the week."""
    amplitude = rng.uniform(0.3, 1.0, len(INDUSTRIES)) * config.season_amplitude
    peak = rng.uniform(0, 365.25, len(INDUSTRIES))
    day = np.arange(config.days)
    wave = np.cos(2 * np.pi * (day[None, :] - peak[:, None]) / 365.25)
    week = _WEEK[(day + config.start.weekday()) % 7] / _WEEK.mean()
    return np.asarray((1 + amplitude[:, None] * wave) * week)
