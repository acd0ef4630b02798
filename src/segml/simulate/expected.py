"""What a client's first year is expected to earn, given what is known at first contact.

Given the size s, rate, basket, discount, growth and everything else are independent, so their
means multiply; s itself is integrated out over its posterior by Gauss-Hermite quadrature.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segml.simulate.arrays import MONTH_DAYS, Floats, Ints, month_of
from segml.simulate.clients import (
    CHANNEL_BASKET,
    HEADS_SIGMA,
    REFERRED_PACE,
    ROLE_BASKET,
    ROLE_PACE,
    ROLE_SHARES,
    SIZE_OF_BASKET,
    SIZE_OF_RATE,
    TURNOVER_SIGMA,
    Clients,
)
from segml.simulate.expected_care import care_a_year, mean_level, overdue_days
from segml.simulate.expected_goods import GoodsWorth, goods_worth
from segml.simulate.expected_stay import staying
from segml.simulate.rates import ACQUISITION_COST, ACQUISITION_SIGMA, RATES
from segml.simulate.scene import Scene

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_RETURNED_PART = 0.77
_RISING_GROWTH = 0.475
_MEAN_STEP = 0.5 * 0.0125
_PRESSING = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """What holds for every client of a world; `of` gives one number a client."""

    scene: Scene
    worth: GoodsWorth
    stay: Floats
    reach_of_season: Floats

    def of(self, clients: Clients) -> Floats:
        """Expected profit of the first 365 days: float64 (n,), NaN where those lie before.

        A prospect's first year begins with the end of the window. Clients acquired before the
        window have none here.
        """
        days = self.scene.config.days
        first = np.minimum(clients.acquired, days)
        known = np.flatnonzero(first >= 0)
        found = np.full(len(clients), np.nan)
        found[known] = self._of(clients, known, first[known])
        return found

    def _of(self, clients: Clients, known: Ints, first: Ints) -> Floats:
        mean, sigma = size_given(clients.employees[known], clients.turnover[known])
        cost = np.array(ACQUISITION_COST) * np.exp(ACQUISITION_SIGMA**2 / 2)
        total = -cost[clients.channel[known]]
        for node, weight in zip(_NODES, _WEIGHTS, strict=True):
            size = mean + sigma * node
            for role in ("magnet", "rising", "other"):
                share = ROLE_SHARES.get(role, 1 - ROLE_SHARES["magnet"] - ROLE_SHARES["rising"])
                total += weight * share * self._year(clients, known, first, size, role)
        return np.asarray(total)

    def _year(self, clients: Clients, known: Ints, first: Ints, size: Floats, role: str) -> Floats:
        """The first year's profit before acquisition, given size and role."""
        config = self.scene.config
        industry, channel = clients.industry[known], clients.channel[known]
        sigma = config["orders_sigma"]
        rate = config["orders_per_year"] * self.scene.market.region_pace[clients.region[known]]
        rate = rate * np.where(channel == 0, REFERRED_PACE, 1.0) * ROLE_PACE.get(role, 1.0)
        rate = rate * np.exp(sigma * SIZE_OF_RATE * size + sigma**2 * (1 - SIZE_OF_RATE**2) / 2)
        level = SIZE_OF_BASKET * size + np.log(CHANNEL_BASKET[channel])
        level = level + np.log(ROLE_BASKET.get(role, 1.0))
        care = care_a_year(self.scene, size, rate)
        total = np.zeros(len(known))
        growth = config["yearly_growth"] + (_RISING_GROWTH if role == "rising" else 0.0)
        for age in range(12):
            years = (age + 0.5) / 12
            grown = np.exp(growth * years + config["growth_sigma"] ** 2 * years**2 / 2)
            orders = rate / 365.25 * grown * self._season(industry, first, age)
            orders = orders + (age == 0)
            month = month_of(first + int((age + 0.5) * MONTH_DAYS))
            each = self._order(industry, month, level, self._discount(size, years))
            total += self.stay[age] * (orders * each - care / 12)
        return total

    def _season(self, industry: Ints, first: Ints, age: int) -> Floats:
        """The season summed over the days of a month since the acquisition."""
        last = self.reach_of_season.shape[1] - 1
        begin = np.minimum(first + int(age * MONTH_DAYS), last)
        end = np.minimum(first + int((age + 1) * MONTH_DAYS), last)
        summed = self.reach_of_season
        return np.asarray(summed[industry, end] - summed[industry, begin])

    def _discount(self, size: Floats, years: float) -> Floats:
        """The mean discount: clipped to [0, 0.2] at first, then what is granted on request."""
        config = self.scene.config
        drawn = 0.03 + 0.025 * size[:, None] + 0.02 * _NODES[None, :]
        begun = np.clip(drawn, 0, 0.2) @ _WEIGHTS
        pressed = 1 + _PRESSING * mean_level(config, "pressure")
        asked = config["requests_a_year"] * np.exp(0.3 * size) * pressed
        return np.asarray(begun + np.minimum(0.1, asked * _MEAN_STEP * years))

    def _order(self, industry: Ints, month: Ints, level: Floats, discount: Floats) -> Floats:
        """What one order earns."""
        config = self.scene.config
        back = config["return_share"]
        gross, goods = self.worth.at(industry, month, level)
        amount = gross * (1 - discount)
        interest = RATES.overdue_yearly_rate / 365 * overdue_days(config)
        margin = amount * (1 - RATES.commission_rate) - goods
        returns = config["lines_per_order"] * back * RATES.return_
        return np.asarray(
            margin * (1 - _RETURNED_PART * back) - interest * amount - RATES.order - returns
        )


def expectation(scene: Scene) -> Expectation:
    """What is needed to expect a first year in this world."""
    season = np.pad(scene.market.season.cumsum(axis=1), ((0, 0), (1, 0)))
    return Expectation(
        scene=scene,
        worth=goods_worth(scene),
        stay=staying(scene.config, scene.young),
        reach_of_season=season,
    )


def size_given(employees: Floats, turnover: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the size s, given what is known.

    s ~ N(0, 1); log(employees) - 3.4 = s + N(0, 0.3^2); turnover a head adds N(0, 0.4^2), and tells
    nothing more where the employees are known.
    """
    heads = np.log(employees) - 3.4
    told = np.log(np.maximum(turnover, 1.0) / 1e5) - 3.4
    noise = np.where(np.isnan(heads), HEADS_SIGMA**2 + TURNOVER_SIGMA**2, HEADS_SIGMA**2)
    seen = np.where(np.isnan(heads), told, heads)
    blind = np.isnan(seen)
    mean = np.where(blind, 0.0, seen / (1 + noise))
    return mean, np.sqrt(np.where(blind, 1.0, noise / (1 + noise)))
