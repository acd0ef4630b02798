"""How a loss goes: sudden, ramped, partial, leaking by category, or staying but unprofitable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.simulate.clients import Clients, client_ids
from segml.simulate.draws import CAUSES, WorldConfig
from segml.simulate.hazards import Onsets
from segml.simulate.market import Market

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

COURSES: tuple[str, ...] = ("sudden", "ramped", "partial", "leaking", "unprofitable")
"""The ways a client can go, in the order of every array over courses."""

KIND_OF = {"partial": "shrunk", "unprofitable": "unprofitable"}
"""The kind of loss of a course in the words of the loss analysis; the others end as `left`."""

SHARES = {
    "price": (0.35, 0.45, 0.20, 0.0, 0.0),
    "assortment": (0.15, 0.35, 0.50, 0.0, 0.0),
    "competitor": (0.0, 0.25, 0.0, 0.75, 0.0),
    "margin": (0.0, 0.0, 0.0, 0.0, 1.0),
    "unknown": (0.50, 0.40, 0.10, 0.0, 0.0),
}
"""How often a cause takes each course."""

_SPAN_DAYS = {"sudden": (1, 2), "ramped": (60, 180), "partial": (45, 90), "leaking": (60, 120),
              "unprofitable": (150, 300)}  # fmt: skip
_LATER_DAYS = (90, 180)


@dataclass(frozen=True, slots=True, eq=False)
class Courses:
    """The course of every client, arrays of length n; without meaning where `course` is -1.

    Parameters
    ----------
    course
        int64: index into `COURSES`, -1 where the client stays.
    onset, span, later
        int64 days: when it begins, how long it takes, and, where the favourite category leaks,
        how long the rest takes after it.
    floor
        What is left of the spend of a partial loss.
    discount
        The discount an unprofitable client ends at: its price is then below cost.
    favourite, share
        The category with the largest share of the mix, and that share.
    """

    course: Ints
    onset: Ints
    span: Ints
    later: Ints
    floor: Floats
    discount: Floats
    favourite: Ints
    share: Floats

    def is_on(self, name: str, client: Ints) -> npt.NDArray[np.bool_]:
        """Whether each client takes the course of this name."""
        return np.asarray(self.course[client] == COURSES.index(name))

    def progress(self, client: Ints, day: Ints) -> Floats:
        """How far each course is on a day: 0 before the onset, 1 when it is complete."""
        return np.clip((day - self.onset[client]) / self.span[client], 0.0, 1.0)

    def rate_factor(self, client: Ints, day: Ints) -> Floats:
        """What is left of a client's order rate on a day, in [0, 1].

        sudden 0 from the onset; ramped 1 - p; partial 1 - p (1 - sqrt(floor)), its baskets fall
        alike; leaking: the favourite's share falls first, then the rest; unprofitable 1.
        """
        p = self.progress(client, day)
        over = (day - self.onset[client] - self.span[client]) / self.later[client]
        rest = 1 - np.clip(over, 0.0, 1.0)
        share = self.share[client]
        return np.asarray(
            np.select(
                [self.is_on(name, client) for name in COURSES[:4]],
                [
                    (day < self.onset[client]).astype(np.float64),
                    1 - p,
                    1 - p * (1 - np.sqrt(self.floor[client])),
                    share * (1 - p) + (1 - share) * rest,
                ],
                default=1.0,
            )
        )

    def basket_factor(self, client: Ints, day: Ints) -> Floats:
        """What is left of a client's quantities: only a partial loss makes baskets smaller."""
        fallen = self.progress(client, day) * (1 - np.sqrt(self.floor[client]))
        return np.where(self.is_on("partial", client), 1 - fallen, 1.0)

    def favourite_factor(self, client: Ints, day: Ints) -> Floats:
        """What is left of the favourite category where it leaks, 1 elsewhere."""
        return np.where(self.is_on("leaking", client), 1 - self.progress(client, day), 1.0)

    def discount_at(self, usual: Floats, client: Ints, day: Ints) -> Floats:
        """The discount of a client on a day: its own, or on the way to an unprofitable one."""
        risen = usual + self.progress(client, day) * np.maximum(0, self.discount[client] - usual)
        return np.where(self.is_on("unprofitable", client), np.round(risen, 3), usual)


def draw_courses(
    rng: np.random.Generator, market: Market, clients: Clients, onsets: Onsets
) -> Courses:
    """A course for every lost client, by the shares of its cause."""
    count = len(onsets.cause)
    shares = np.array([SHARES[cause] for cause in CAUSES]).cumsum(axis=1)
    drawn = (shares[onsets.cause] <= rng.random(count)[:, None]).sum(axis=1)
    course = np.where(onsets.cause >= 0, np.minimum(drawn, len(COURSES) - 1), -1)
    bounds = np.array([_SPAN_DAYS[name] for name in COURSES])[course]
    return Courses(
        course=course,
        onset=onsets.day,
        span=rng.integers(bounds[:, 0], bounds[:, 1]),
        later=rng.integers(*_LATER_DAYS, count),
        floor=rng.uniform(0.05, 0.2, count),
        discount=1 - _cost_share(market, clients, onsets.day) * rng.uniform(0.75, 0.92, count),
        favourite=clients.mix.argmax(axis=1),
        share=clients.mix.max(axis=1),
    )


def _cost_share(market: Market, clients: Clients, day: Ints) -> Floats:
    """The cost of every client's own mix as a share of its list price on a day: float64 (n,)."""
    goods = market.goods
    then = np.minimum(day, market.config.days - 1)
    worth = clients.mix[:, goods.category] * clients.taste * (goods.cost / goods.price)
    dearer = market.cost_index(then)[:, None] / market.index[:, then].T
    return np.asarray((worth * dearer[:, goods.category]).sum(axis=1))


def truth_frame(config: WorldConfig, onsets: Onsets, courses: Courses) -> pd.DataFrame:
    """One row a lost client, sorted by client.

    Returns
    -------
    DataFrame
        `client_id, cause, onset, kind` (left, shrunk, unprofitable), `course`, `complete_on` (may
        lie after the window) and `hazard_<cause>`: each cause's hazard a year at the onset.
    """
    lost = np.flatnonzero(onsets.cause >= 0)
    ids = client_ids(len(onsets.cause))
    start = np.datetime64(config.start, "s")
    names = [COURSES[c] for c in courses.course[lost]]
    leaks = courses.is_on("leaking", lost)
    complete = courses.onset[lost] + courses.span[lost] + np.where(leaks, courses.later[lost], 0)
    frame = pd.DataFrame({
        "client_id": [ids[i] for i in lost],
        "cause": [CAUSES[c] for c in onsets.cause[lost]],
        "onset": start + onsets.day[lost].astype("timedelta64[D]"),
        "kind": [KIND_OF.get(name, "left") for name in names],
        "course": names,
        "complete_on": start + complete.astype("timedelta64[D]"),
    })  # fmt: skip
    for place, cause in enumerate(CAUSES):
        frame[f"hazard_{cause}"] = onsets.hazard[lost, place]
    return frame
