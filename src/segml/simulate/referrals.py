"""Who brought whom: mostly an earlier client, and often one of a few magnets."""

from __future__ import annotations

import numpy as np

from segml.simulate.arrays import Floats, Ints
from segml.simulate.clients import Clients

MAGNETISM = 40.0
"""How much more often a magnet brings somebody than an ordinary client of middle attraction."""

MISRECORDED = 0.04
"""Share of referred clients whose referrer was noted wrongly: any client, perhaps a later one."""


def attraction(rng: np.random.Generator, clients: Clients) -> Floats:
    """How readily a client brings others: log-normal (sigma 0.5), for a magnet 40 times as much."""
    own = np.exp(rng.normal(0, 0.5, len(clients)))
    return np.where(clients.magnet, MAGNETISM, 1.0) * own


def draw_referrers(rng: np.random.Generator, clients: Clients) -> Ints:
    """The client that brought each one, -1 where none did: int64 (n,), buyers of the same block.

    Of the buyers acquired before it, in proportion to their attraction. Who is told to be brought
    by another (channel `referral`) but has nobody before it was brought by a stranger. A prospect
    was brought by any buyer.
    """
    buyers = clients.buyers
    order = np.argsort(clients.acquired[:buyers], kind="stable")
    reached = np.concatenate([[0.0], attraction(rng, clients)[order].cumsum()])
    earlier = np.searchsorted(clients.acquired[order], clients.acquired, side="left")
    asked = rng.random(len(clients)) * reached[earlier]
    place = np.searchsorted(reached, asked, side="right") - 1
    found = order[np.minimum(place, buyers - 1)]
    wrong = rng.random(len(clients)) < MISRECORDED
    found = np.where(wrong, rng.integers(buyers, size=len(clients)), found)
    named = (clients.channel == 0) & (earlier > 0) & (found != np.arange(len(clients)))
    return np.where(named, found, -1)
