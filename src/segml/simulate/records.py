"""What people wrote down: that a client left and why (not always rightly), and special roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from segml.simulate.arrays import Ints
from segml.simulate.clients import Clients
from segml.simulate.courses import COURSES, KIND_OF, Courses
from segml.simulate.draws import CAUSES, WorldConfig

REASONS: Mapping[str, str] = MappingProxyType({
    "price": "too expensive", "service": "unhappy with our service",
    "assortment": "we no longer have what they need", "manager": "nobody looked after them",
    "payment": "could not pay", "competitor": "went to a competitor",
    "margin": "wanted more than we could give", "unknown": "no reason given",
})  # fmt: skip
"""What is noted when the reason is noted rightly."""

VAGUE = ("no longer needs us", "changed supplier", "other", "no reason given")
NOTED_DAYS = (3, 45)
NOTES = (
    "Board asked to keep this account", "Стратегический партнёр, решает директор",
    "重点客户，总经理直接负责", "Reference client for the trade fair", "Tests our new products",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Arrays of length n: the day an end was noted for (after all days where none is), why; notes.

    Parameters
    ----------
    left
        int64: the day, `all_days` or later where nothing is noted.
    reason, note
        Text, None where nothing is noted.
    """

    left: Ints
    reason: list[str | None]
    note: list[str | None]


def draw_records(
    rng: np.random.Generator, config: WorldConfig, clients: Clients, courses: Courses
) -> Records:
    """An end is noted for RECORDED_END_SHARE of those who left, some days after the last order.

    WRONG_REASON_SHARE of the notes are vague or name another cause, half and half.
    """
    n = len(clients)
    goes = np.array([name not in KIND_OF for name in COURSES])
    left = (courses.course >= 0) & goes[courses.course]
    noted = left & (rng.random(n) < config["recorded_end_share"])
    day = courses.complete_day() + rng.integers(NOTED_DAYS[0], NOTED_DAYS[1] + 1, n)
    noted &= day < config.days
    wrong = rng.random(n) < config["wrong_reason_share"]
    vague = rng.random(n) < 0.5
    other = (courses.cause + rng.integers(1, len(CAUSES), n)) % len(CAUSES)
    which = rng.integers(len(VAGUE), size=n)
    words = list(REASONS.values())
    reason: list[str | None] = [None] * n
    for i in np.flatnonzero(noted):
        told = words[other[i]] if wrong[i] else words[courses.cause[i]]
        reason[i] = VAGUE[which[i]] if wrong[i] and vague[i] else told
    pick = rng.integers(len(NOTES), size=n)
    note = [NOTES[pick[i]] if special else None for i, special in enumerate(clients.special)]
    return Records(left=np.where(noted, day, config.all_days), reason=reason, note=note)
