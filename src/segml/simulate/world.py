"""A made ledger in which the cause of every loss is known; docs/simulator.md holds the formulas.

A world is drawn in two steps: its scene (numbers, goods, desks, events, market, hazard scales),
then its clients in blocks that know nothing of each other. Memory is that of a block, however many
there are. Everything comes from one seed through independent streams: the same arguments give the
same bytes on the same versions of the libraries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

import pandas as pd
import pyarrow as pa

from segml.simulate import tables
from segml.simulate import truth as truths
from segml.simulate.arrays import BLOCK, streams
from segml.simulate.block import draw_block
from segml.simulate.columns import plain
from segml.simulate.draws import WorldConfig
from segml.simulate.expected import expectation
from segml.simulate.scene import Scene, draw_scene

START = date(2022, 1, 1)
BLOCK_CLIENTS = 4000
"""Buyers of a block; some prospects come on top."""

_TABLES_STREAM = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What one block adds to a world: a share of four tables and of two truths.

    Parameters
    ----------
    ledger
        `transactions`, `clients`, `interactions`, `invoices`.
    truth
        `losses`, `clients`.
    toll
        What events did to its clients.
    """

    ledger: Mapping[str, pa.Table]
    truth: Mapping[str, pa.Table]
    toll: truths.Toll


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """A ledger and the truth behind it, as frames.

    Parameters
    ----------
    transactions, clients, interactions, invoices, events
        The contract's tables. The clients of a block are buyers, and after them one prospect for
        every twenty, who never bought. Within a block rows are sorted by day.
    truth
        One row a lost client, as `segml.simulate.truth.losses` says. Never a feature.
    truth_clients, truth_events
        One row a client and an event, as `truth.clients` and `truth.events` say.
    config
        The numbers the world was made with.
    """

    transactions: pd.DataFrame
    clients: pd.DataFrame
    interactions: pd.DataFrame
    invoices: pd.DataFrame
    events: pd.DataFrame
    truth: pd.DataFrame
    truth_clients: pd.DataFrame
    truth_events: pd.DataFrame
    config: WorldConfig


def make_world(
    *,
    clients: int,
    months: int,
    seed: int,
    start: date = START,
    overrides: Mapping[str, Any] = MappingProxyType({}),
) -> World:
    """A world of its own for every seed, in memory.

    Parameters
    ----------
    clients
        How many clients buy at some time (a few prospects come on top).
    months
        Calendar months of history from `start`, 6 to 600.
    seed
        Not negative; decides everything.
    start
        The first day of the window.
    overrides
        Values for names of `RANGES` instead of drawn ones, and `cause_mix`: weights by cause.

    Raises
    ------
    ConfigurationRefused
        If the size is no world; if an override is unknown or beyond its limits.

    Examples
    --------
    >>> world = make_world(clients=30, months=12, seed=1)
    >>> world.transactions["client_id"].nunique() <= 30 < len(world.clients)
    True
    """
    scene = draw_scene(clients=clients, months=months, seed=seed, start=start, overrides=overrides)
    parts = list(make_parts(scene))
    toll = truths.toll(scene, None)
    for part in parts:
        toll = toll.plus(part.toll)
    told = _joined([part.truth for part in parts])
    return World(
        **_joined([part.ledger for part in parts]),
        events=plain(tables.events(scene)),
        truth=told["losses"],
        truth_clients=told["clients"],
        truth_events=plain(truths.events(scene, toll)),
        config=scene.config,
    )


def _joined(parts: list[Mapping[str, pa.Table]]) -> dict[str, pd.DataFrame]:
    return {name: plain(pa.concat_tables([part[name] for part in parts])) for name in parts[0]}


def make_parts(scene: Scene) -> Iterator[Part]:
    """The blocks of a scene, one after another; memory is that of one."""
    expected = expectation(scene)
    left, first = scene.config.clients, 0
    for number in range(-(-scene.config.clients // BLOCK_CLIENTS)):
        buyers = min(BLOCK_CLIENTS, left)
        prospects = max(1, buyers // 20)
        block = draw_block(scene, number=number, first=first, buyers=buyers, prospects=prospects)
        (rng,) = streams(scene.config.seed, BLOCK, number, _TABLES_STREAM, count=1)
        yield Part(
            ledger={
                "transactions": tables.transactions(scene, block),
                "clients": tables.clients(rng, scene, block),
                "interactions": tables.interactions(scene, block),
                "invoices": tables.invoices(scene, block),
            },
            truth={
                "losses": truths.losses(scene, block),
                "clients": truths.clients(scene, block, expected),
            },
            toll=truths.toll(scene, block),
        )
        left, first = left - buyers, first + buyers + prospects
