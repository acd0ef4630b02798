"""The truth behind a ledger: who was lost and why, what clients are, what events did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from segml.simulate.arrays import MONTH_DAYS, Floats, Ints
from segml.simulate.block import Block
from segml.simulate.clients import growth_factor, yearly_spend
from segml.simulate.columns import client_ids, days, numbers, words
from segml.simulate.courses import COURSES, KIND_OF
from segml.simulate.draws import CAUSES
from segml.simulate.events import CAUSE_OF
from segml.simulate.expected import Expectation
from segml.simulate.scene import Scene
from segml.simulate.tables import event_ids

ROLES = ("anchor", "rising", "magnet", "advisor", "special")
STEADY = 2.0
"""An anchor's gaps are at least so regular (shape of the gamma distribution)."""


@dataclass(frozen=True, slots=True, eq=False)
class Toll:
    """What events did to the clients seen so far, arrays over the world's events.

    Parameters
    ----------
    added
        Losses to be expected through each.
    losses
        Losses that came through each.
    profit
        What those earned in the year after their onsets, less what they would have.
    """

    added: Floats
    losses: Ints
    profit: Floats

    def plus(self, other: Toll) -> Toll:
        """Both together."""
        return Toll(
            added=self.added + other.added,
            losses=self.losses + other.losses,
            profit=self.profit + other.profit,
        )


def toll(scene: Scene, block: Block | None) -> Toll:
    """What events did to a block; nothing where there is none."""
    n = len(scene.events)
    if block is None:
        return Toll(added=np.zeros(n), losses=np.zeros(n, dtype=np.int64), profit=np.zeros(n))
    hit = np.flatnonzero(block.sources.event >= 0)
    event = block.sources.event[hit]
    change = (block.actual - block.undisturbed)[hit]
    return Toll(
        added=block.sources.added,
        losses=np.bincount(event, minlength=n),
        profit=np.bincount(event, weights=change, minlength=n).astype(np.float64),
    )


def losses(scene: Scene, block: Block) -> pa.Table:
    """One row a lost client, by client.

    Returns
    -------
    Table
        `client_id, cause, onset, kind` (left, shrunk, unprofitable), `course`, `complete_on` (may
        lie after the window), `event_id` (through which it came, else null), `hazard_<cause>` (a
        year, in the month of the onset), `observer` (the cause with the greatest of them),
        `profit_year_after_undisturbed`, `profit_year_after`.
    """
    start, lost, courses = scene.config.start, block.onsets.lost, block.courses
    ids = client_ids(block.first, len(block.clients))
    kinds = [KIND_OF.get(name, "left") for name in COURSES]
    hazard = block.onsets.hazard[lost]
    table = {
        "client_id": words(ids, lost),
        "cause": words(CAUSES, block.onsets.cause[lost]),
        "onset": days(start, block.onsets.day[lost]),
        "kind": words(kinds, courses.course[lost]),
        "course": words(COURSES, courses.course[lost]),
        "complete_on": days(start, courses.complete_day()[lost]),
        "event_id": words(event_ids(len(scene.events)), block.sources.event[lost]),
    }
    table |= {f"hazard_{cause}": pa.array(hazard[:, k]) for k, cause in enumerate(CAUSES)}
    table["observer"] = words(CAUSES, hazard.argmax(axis=1))
    table["profit_year_after_undisturbed"] = pa.array(np.round(block.undisturbed[lost], 2))
    table["profit_year_after"] = pa.array(np.round(block.actual[lost], 2))
    return pa.table(table)


def clients(scene: Scene, block: Block, expected: Expectation) -> pa.Table:
    """One row a client: its roles, its latent course by month, its expected first year.

    Returns
    -------
    Table
        `client_id, roles` (list), `rate` (orders a year before the season), `basket`, `growth`
        (lists, one number a month of the window; loss included in the first two) and
        `expected_first_year_profit`.
    """
    known, months = block.clients, scene.config.months
    n = len(known)
    day = ((np.arange(months) + 0.5) * MONTH_DAYS).astype(np.int64)
    client = np.repeat(np.arange(n), months)
    each = np.tile(day, n)
    rate = block.pace[:, :months].ravel() * block.courses.orders_left(client, each)
    basket = known.basket[client] * block.courses.quantity_left(client, each)
    return pa.table({
        "client_id": client_ids(block.first, n),
        "roles": _roles(scene, block),
        "rate": _by_month(rate, months),
        "basket": _by_month(basket, months),
        "growth": _by_month(growth_factor(known, day[None, :]).ravel(), months),
        "expected_first_year_profit": numbers(np.round(expected.of(known), 2)),
    })  # fmt: skip


def events(scene: Scene, found: Toll) -> pa.Table:
    """One row an event of the ledger.

    Returns
    -------
    Table
        `event_id, is_decoy, cause` (null for a decoy), `hazard_added` (losses to be expected
        through it), `losses` (that came through it), `profit_effect` (of those, in the year after
        their onsets).
    """
    cause = [None if e.is_decoy else CAUSE_OF[e.kind] for e in scene.events]
    return pa.table({
        "event_id": event_ids(len(scene.events)),
        "is_decoy": pa.array([e.is_decoy for e in scene.events], type=pa.bool_()),
        "cause": pa.array(cause, type=pa.string()),
        "hazard_added": pa.array(found.added),
        "losses": pa.array(found.losses),
        "profit_effect": pa.array(np.round(found.profit, 2)),
    })  # fmt: skip


def _by_month(values: Floats, months: int) -> pa.Array:
    offsets = np.arange(0, len(values) + 1, months, dtype=np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values.astype(np.float32)))


def _roles(scene: Scene, block: Block) -> pa.Array:
    """Anchor: among the tenth that spends most, steady and not rising; the others are drawn."""
    known = block.clients
    large = yearly_spend(known, scene.config) >= scene.large_spend
    held = (
        large & (known.regularity >= STEADY) & ~known.rising,
        known.rising,
        known.magnet,
        known.advisor,
        known.special,
    )
    table = np.stack(held, axis=1)
    table[known.buyers :] = False
    offsets = np.concatenate([[0], table.sum(axis=1).cumsum()]).astype(np.int32)
    names = pa.array(ROLES).take(pa.array(np.nonzero(table)[1]))
    return pa.ListArray.from_arrays(pa.array(offsets), names)
