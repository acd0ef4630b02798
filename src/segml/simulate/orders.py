"""When clients order: gamma gaps in a time that runs faster where a client's rate is higher."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segml.simulate.clients import Clients
from segml.simulate.courses import Courses
from segml.simulate.draws import MONTH_DAYS, WorldConfig
from segml.simulate.market import Market

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_WANDER_MEMORY = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Orders:
    """Orders as arrays of length m, sorted by client and day: whose, and when.

    Days count from the window's start.
    """

    client: Ints
    day: Ints


def intensity(
    rng: np.random.Generator, market: Market, clients: Clients, courses: Courses, chosen: Ints
) -> Floats:
    """Expected orders of every chosen client on every day: float64 (len(chosen), days).

    rate / 365.25 x season x growth x wander x what the course leaves; 0 before the acquisition.
    Growth is exp(g x years since the middle of the window) within [1/3, 3]; the wander is a
    log-normal AR(1) over months with mean 1.
    """
    config = market.config
    day = np.arange(config.days)
    years = (day - config.days / 2) / 365.25
    grown = np.clip(np.exp(clients.growth[chosen][:, None] * years), 1 / 3, 3)
    month = np.minimum((day / MONTH_DAYS).astype(np.int64), config.months - 1)
    daily = clients.rate[chosen][:, None] / 365.25 * market.season[clients.industry[chosen]] * grown
    daily *= _wander(rng, config, len(chosen))[:, month]
    daily *= courses.rate_factor(chosen[:, None], day[None, :])
    daily *= day[None, :] >= clients.acquired[chosen][:, None]
    return np.asarray(daily)


def _wander(rng: np.random.Generator, config: WorldConfig, count: int) -> Floats:
    shocks = rng.normal(size=(count, config.months))
    level = shocks.copy()
    for month in range(1, config.months):
        keep = np.sqrt(1 - _WANDER_MEMORY**2)
        level[:, month] = _WANDER_MEMORY * level[:, month - 1] + keep * shocks[:, month]
    return np.asarray(np.exp(config.wander_sigma * level - config.wander_sigma**2 / 2))


def draw_orders(rng: np.random.Generator, clients: Clients, chosen: Ints, daily: Floats) -> Orders:
    """The orders of the chosen clients, given their expected orders a day.

    Gaps are gamma with mean 1 and the client's own shape in operational time (the cumulated
    intensity); an order falls on the day on which the intensity reaches the sum of its gaps. A
    client from before the window is met in the middle of a gap, a new one orders soon.
    """
    reach = daily.cumsum(axis=1)
    total = reach[:, -1]
    shape = clients.regularity[chosen]
    # Ten standard deviations and some: no client runs out of gaps before the window's end.
    room = np.ceil(total + 10 * np.sqrt(total / shape) + 12).astype(np.int64)
    owner = np.repeat(np.arange(len(chosen)), room)
    gaps = rng.gamma(shape[owner]) / shape[owner]
    first = np.concatenate([[0], room.cumsum()[:-1]])
    old = clients.acquired[chosen] < 0
    # A gap one falls into is longer than a gap (shape + 1), and one falls anywhere into it: so the
    # expected number of orders of an old client is exactly its cumulated intensity.
    met = (gaps[first] + rng.exponential(size=len(chosen)) / shape) * rng.random(len(chosen))
    gaps[first] = np.where(old, met, 0.15 * gaps[first])
    sums = gaps.cumsum()
    sums -= (sums[first] - gaps[first])[owner]
    within = sums < total[owner]
    owner, sums = owner[within], sums[within]
    step = float(total.max(initial=0.0)) + 1.0
    ladder = (reach + step * np.arange(len(chosen))[:, None]).ravel()
    place = np.searchsorted(ladder, sums + step * owner)
    return Orders(client=chosen[owner], day=place - owner * daily.shape[1])
