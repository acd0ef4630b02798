"""How a loss goes: sudden, ramped, partial, leaking by category, or staying but unprofitable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from segml.simulate.arrays import Bools, Floats, Ints
from segml.simulate.clients import Clients
from segml.simulate.draws import CAUSES, WorldConfig
from segml.simulate.hazards import Onsets
from segml.simulate.market import Market

COURSES: tuple[str, ...] = ("sudden", "ramped", "partial", "leaking", "unprofitable")
"""The ways a client can go, in the order of every array over courses."""

KIND_OF: Mapping[str, str] = MappingProxyType({"partial": "shrunk", "unprofitable": "unprofitable"})
"""The kind of loss of a course in the words of the loss analysis; the others end as `left`."""

SHARES: Mapping[str, tuple[float, ...]] = MappingProxyType({
    "price": (0.30, 0.40, 0.30, 0.0, 0.0),
    "service": (0.40, 0.40, 0.20, 0.0, 0.0),
    "assortment": (0.10, 0.35, 0.40, 0.15, 0.0),
    "manager": (0.25, 0.50, 0.25, 0.0, 0.0),
    "payment": (0.25, 0.55, 0.20, 0.0, 0.0),
    "competitor": (0.05, 0.25, 0.15, 0.55, 0.0),
    "margin": (0.05, 0.15, 0.0, 0.0, 0.80),
    "unknown": (0.45, 0.35, 0.20, 0.0, 0.0),
})  # fmt: skip
"""How often a cause takes each course."""

SPAN_DAYS: Mapping[str, tuple[int, int]] = MappingProxyType({
    "sudden": (1, 1), "ramped": (60, 180), "partial": (45, 90), "leaking": (60, 120),
    "unprofitable": (150, 300),
})  # fmt: skip
"""Days from the onset to the end of each course, before RAMP_SCALE."""

LATER_DAYS = (90, 180)
"""Days that the rest takes after the favourite category has leaked, before RAMP_SCALE."""

FLOOR = (0.05, 0.2)
BELOW_COST = (0.75, 0.92)


@dataclass(frozen=True, slots=True, eq=False)
class Courses:
    """The course of every client, arrays of length n; without meaning where `course` is -1.

    Parameters
    ----------
    cause, course
        int64: indices into `CAUSES` and `COURSES`, -1 where the client stays.
    onset, span, later
        int64 days: when it begins, how long it takes, and, where the favourite category leaks,
        how long the rest takes after it.
    floor
        What is left of the spend of a partial loss.
    discount
        The discount an unprofitable client ends at: its price is then below cost.
    favourite
        The category with the largest share of the mix.
    """

    cause: Ints
    course: Ints
    onset: Ints
    span: Ints
    later: Ints
    floor: Floats
    discount: Floats
    favourite: Ints

    def takes(self, name: str, client: Ints) -> Bools:
        """Whether each client takes the course of this name."""
        return np.asarray(self.course[client] == COURSES.index(name))

    def is_lost_by(self, cause: str, client: Ints) -> Bools:
        """Whether each client is lost by this cause."""
        return np.asarray(self.cause[client] == CAUSES.index(cause))

    def progress(self, client: Ints, day: Ints) -> Floats:
        """How far each course is on a day: 0 before the onset, 1 when it is complete."""
        return np.clip((day - self.onset[client]) / self.span[client], 0.0, 1.0)

    def complete_day(self) -> Ints:
        """The day on which each course is complete."""
        leaks = self.course == COURSES.index("leaking")
        return self.onset + self.span + np.where(leaks, self.later, 0)

    def orders_left(self, client: Ints, day: Ints) -> Floats:
        """The share of a client's orders that is still placed on a day, in [0, 1].

        sudden 0 from the onset; ramped 1 - p; partial 1 - p (1 - sqrt(floor)), its quantities
        fall alike; leaking: 1 until the favourite is gone, then falling to 0; unprofitable 1.
        """
        p = self.progress(client, day)
        over = (day - self.onset[client] - self.span[client]) / self.later[client]
        return np.asarray(
            np.select(
                [self.takes(name, client) for name in COURSES[:4]],
                [
                    (day < self.onset[client]).astype(np.float64),
                    1 - p,
                    1 - p * (1 - np.sqrt(self.floor[client])),
                    1 - np.clip(over, 0.0, 1.0),
                ],
                default=1.0,
            )
        )

    def lines_left(self, client: Ints, day: Ints, category: Ints) -> Floats:
        """The share of an order's lines that is still bought: a leaking favourite falls to 0."""
        leaks = self.takes("leaking", client) & (category == self.favourite[client])
        return np.where(leaks, 1 - self.progress(client, day), 1.0)

    def quantity_left(self, client: Ints, day: Ints) -> Floats:
        """What is left of a client's quantities: only a partial loss makes them smaller."""
        fallen = self.progress(client, day) * (1 - np.sqrt(self.floor[client]))
        return np.where(self.takes("partial", client), 1 - fallen, 1.0)

    def discount_at(self, usual: Floats, client: Ints, day: Ints) -> Floats:
        """The discount of a client on a day: its own, or on the way to an unprofitable one."""
        risen = usual + self.progress(client, day) * np.maximum(0, self.discount[client] - usual)
        return np.where(self.takes("unprofitable", client), np.round(risen, 4), usual)


def draw_courses(
    rng: np.random.Generator,
    config: WorldConfig,
    market: Market,
    clients: Clients,
    onsets: Onsets,
) -> Courses:
    """A course for every lost client, by the shares of its cause."""
    n = len(clients)
    shares = np.array([SHARES[cause] for cause in CAUSES]).cumsum(axis=1)
    drawn = (shares[onsets.cause] <= rng.random(n)[:, None]).sum(axis=1)
    course = np.where(onsets.cause >= 0, np.minimum(drawn, len(COURSES) - 1), -1)
    bounds = np.array([SPAN_DAYS[name] for name in COURSES])[course]
    scale = config["ramp_scale"]
    span = bounds[:, 0] + (bounds[:, 1] - bounds[:, 0]) * rng.random(n)
    later = rng.uniform(*LATER_DAYS, n)
    return Courses(
        cause=onsets.cause,
        course=course,
        onset=onsets.day,
        span=np.maximum(1, np.rint(span * scale)).astype(np.int64),
        later=np.maximum(1, np.rint(later * scale)).astype(np.int64),
        floor=rng.uniform(*FLOOR, n),
        discount=1 - cost_share(market, clients, onsets.day) * rng.uniform(*BELOW_COST, n),
        favourite=clients.mix.argmax(axis=1),
    )


def cost_share(market: Market, clients: Clients, day: Ints) -> Floats:
    """The cost of every client's own mix as a share of its list price on a day: float64 (n,)."""
    goods = market.goods
    then = np.minimum(day, len(market.cost_index) - 1)
    worth = clients.shares * (goods.cost / goods.price) / market.index[:, then].T
    return np.asarray(market.cost_index[then] * worth.sum(axis=1))
