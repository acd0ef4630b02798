"""What a loss does to contacts: they thin out with the orders, and others are added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from segml.simulate.contacts import NEVER, Contacts, described, joined
from segml.simulate.courses import Courses
from segml.simulate.draws import CAUSES
from segml.simulate.rates import KINDS


@dataclass(frozen=True, slots=True)
class Added:
    """Contacts of a kind that a loss adds: their mean number over so many days from the onset."""

    kind: str
    mean: float
    days: int


ADDED: Mapping[str, tuple[Added, ...]] = MappingProxyType({
    "price": (Added("discount_request", 0.5, 60),),
    "service": (Added("complaint", 2.0, 75),),
    "assortment": (Added("support", 0.8, 60),),
    "manager": (Added("complaint", 0.3, 90),),
    "payment": (Added("call", 2.0, 90),),
    "competitor": (Added("discount_request", 0.5, 90),),
    "margin": (
        Added("discount_request", 8.0, 540),
        Added("support", 12.0, 540),
        Added("return_request", 6.0, 540),
        Added("complaint", 2.0, 540),
    ),
    "unknown": (),
})  # fmt: skip
"""By cause, what a loss adds."""

OPEN_SHARE, SLOWER = 0.4, 4
"""Complaints of a loss by service that are never answered; the others wait so much longer."""

REFUSED = ("price", "competitor")
"""Causes whose last demands are refused."""


def after_losses(rng: np.random.Generator, usual: Contacts, courses: Courses) -> Contacts:
    """The contacts that happen: the usual ones that a course leaves, and what it adds."""
    left = courses.orders_left(usual.client, usual.day)
    parts = [usual.where(usual.chance < left)]
    for cause, own in zip(CAUSES, rng.spawn(len(CAUSES)), strict=True):
        parts += [_added(own, courses, cause, added) for added in ADDED[cause]]
    return joined(parts)


def _added(rng: np.random.Generator, courses: Courses, cause: str, added: Added) -> Contacts:
    lost = np.flatnonzero(courses.cause == CAUSES.index(cause))
    client = np.repeat(lost, rng.poisson(added.mean, len(lost)))
    day = courses.onset[client] + rng.integers(0, added.days, len(client))
    contacts = described(rng, client, day, KINDS.index(added.kind))
    if cause == "service":
        never = rng.random(len(client)) < OPEN_SHARE
        contacts = replace(contacts, wait=np.where(never, NEVER, SLOWER * contacts.wait))
    if cause in REFUSED:
        contacts = replace(contacts, upheld=np.zeros(len(client), dtype=np.bool_))
    return contacts
