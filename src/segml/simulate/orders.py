"""When clients would order: gamma gaps in a time that runs faster where a client's rate is higher.

Orders are drawn as if nobody were ever lost; what a loss takes away is decided later, by a uniform
number that every order carries.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segml.simulate.arrays import MONTH_DAYS, Floats, Ints, month_of
from segml.simulate.clients import Clients, growth_factor
from segml.simulate.draws import WorldConfig
from segml.simulate.market import Market

WANDER_MEMORY = 0.7
FIRST_ORDER_DAYS = 21
"""The first order of a new client falls on one of so many days from its acquisition."""


@dataclass(frozen=True, slots=True, eq=False)
class Orders:
    """Orders as arrays of length m, sorted by day: whose, when, and a uniform number.

    Days count from the window's start; `chance` decides whether a loss takes the order.
    """

    client: Ints
    day: Ints
    chance: Floats


def monthly_pace(rng: np.random.Generator, config: WorldConfig, clients: Clients) -> Floats:
    """Orders a year of every client in every month, before the season: float64 (n, all months).

    rate x growth (at the month's middle) x wander, a log-normal AR(1) with mean 1.
    """
    middle = (np.arange(config.all_months) + 0.5) * MONTH_DAYS
    grown = growth_factor(clients, middle[None, :].astype(np.int64))
    return np.asarray(clients.rate[:, None] * grown * wander(rng, config, len(clients)))


def wander(rng: np.random.Generator, config: WorldConfig, count: int) -> Floats:
    """exp(s y - s^2 / 2) with y(m) = 0.7 y(m - 1) + sqrt(1 - 0.7^2) N: (count, all months)."""
    level = rng.normal(size=(count, config.all_months))
    keep = np.sqrt(1 - WANDER_MEMORY**2)
    for month in range(1, config.all_months):
        level[:, month] = WANDER_MEMORY * level[:, month - 1] + keep * level[:, month]
    sigma = config["wander_sigma"]
    return np.asarray(np.exp(sigma * level - sigma**2 / 2))


def intensity(market: Market, clients: Clients, pace: Floats, chosen: Ints, days: int) -> Floats:
    """Expected orders of every chosen client on every day: float64 (len(chosen), days).

    pace / 365.25 x season of the industry; 0 before the acquisition.
    """
    day = np.arange(days)
    daily = pace[chosen][:, month_of(day)] / 365.25
    daily *= market.season[clients.industry[chosen], :days]
    daily *= day[None, :] >= clients.acquired[chosen][:, None]
    return np.asarray(daily)


def draw_orders(rng: np.random.Generator, clients: Clients, chosen: Ints, daily: Floats) -> Orders:
    """The orders of the chosen clients, given their expected orders a day.

    Gaps are gamma with mean 1 and the client's own shape in operational time (the cumulated
    intensity); an order falls on the day on which the intensity reaches the sum of its gaps. Every
    client is met in the middle of a gap, so that the expected number of orders is the cumulated
    intensity; one that is acquired in the window orders once more, within three weeks.
    """
    reached = daily.cumsum(axis=1)
    total = reached[:, -1]
    shape = clients.regularity[chosen]
    # Ten standard deviations and some: no client runs out of gaps before the last day.
    room = np.ceil(total + 10 * np.sqrt(total / shape) + 12).astype(np.int64)
    owner = np.repeat(np.arange(len(chosen)), room)
    gaps = rng.standard_gamma(shape[owner]) / shape[owner]
    first = np.concatenate([[0], room.cumsum()[:-1]])
    # A gap one falls into is longer than a gap (shape + 1), and one falls anywhere into it.
    met = gaps[first] + rng.exponential(size=len(chosen)) / shape
    gaps[first] = met * rng.random(len(chosen))
    sums = gaps.cumsum()
    sums -= (sums[first] - gaps[first])[owner]
    within = sums < total[owner]
    owner, sums = owner[within], sums[within]
    step = float(total.max(initial=0.0)) + 1.0
    ladder = (reached + step * np.arange(len(chosen))[:, None]).ravel()
    place = np.searchsorted(ladder, sums + step * owner)
    day = place - owner * daily.shape[1]
    new = np.flatnonzero((clients.acquired[chosen] >= 0) & (total > 0))
    soon = clients.acquired[chosen[new]] + rng.integers(0, FIRST_ORDER_DAYS, len(new))
    seen = soon < daily.shape[1]
    client = chosen[np.concatenate([owner, new[seen]])]
    return sorted_orders(rng, client, np.concatenate([day, soon[seen]]))


def sorted_orders(rng: np.random.Generator, client: Ints, day: Ints) -> Orders:
    """Orders by day, then client, each with its chance."""
    order = np.lexsort((client, day))
    return Orders(client=client[order], day=day[order], chance=rng.random(len(order)))


def undisturbed_orders(
    rng: np.random.Generator,
    config: WorldConfig,
    market: Market,
    clients: Clients,
    *,
    pace: Floats,
    late: Ints,
) -> Orders:
    """Everybody's orders in the window; of those in `late` (lost near its end) a year longer."""
    own = rng.spawn(3)
    buyers = np.arange(clients.buyers)
    rest = np.setdiff1d(buyers, late)
    lots = [(own[0], rest, config.days), (own[1], late, config.all_days)]
    drawn = [
        draw_orders(stream, clients, chosen, intensity(market, clients, pace, chosen, days))
        for stream, chosen, days in lots
        if len(chosen)
    ]
    client = np.concatenate([orders.client for orders in drawn])
    return sorted_orders(own[2], client, np.concatenate([orders.day for orders in drawn]))
