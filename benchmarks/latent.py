"""The latent state of a made world's clients, which its ledger does not show.

The world's own streams are drawn again up to the onsets; that they are those of the world on disk
is checked against its truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from segml.simulate import draw_scene
from segml.simulate.arrays import BLOCK, MONTH_DAYS, streams
from segml.simulate.block import _STREAMS
from segml.simulate.columns import client_ids
from segml.simulate.courses import draw_courses
from segml.simulate.draws import CAUSES
from segml.simulate.exposures import exposures
from segml.simulate.hazards import draw_onsets, monthly_hazards, sensitivities
from segml.simulate.scene import Scene, draw_life
from segml.simulate.world import BLOCK_CLIENTS, START

HAZARDS = tuple(f"hazard_{cause}" for cause in CAUSES)
LATENT = (*HAZARDS, "orders_left", "quantity_left", "progress")
"""Each cause's hazard in the month of the day, the client's own sensitivity in it, and how far a
loss that has begun has gone."""


def latent(
    folder: Path, days: Sequence[int], *, clients: int, months: int, seed: int
) -> dict[int, pd.DataFrame]:
    """The latent state on some days (counted from the world's start), by client.

    Raises
    ------
    AssertionError
        If the onsets drawn again are not those of the world's truth.
    """
    scene = draw_scene(clients=clients, months=months, seed=seed, start=START, overrides={})
    parts: dict[int, list[pd.DataFrame]] = {day: [] for day in days}
    truth = pd.read_parquet(folder / "truth" / "losses.parquet").set_index("client_id")["onset"]
    expected = (pd.to_datetime(truth) - pd.Timestamp(START)).dt.days
    left, first = clients, 0
    for number in range(-(-clients // BLOCK_CLIENTS)):
        buyers = min(BLOCK_CLIENTS, left)
        prospects = max(1, buyers // 20)
        _add(parts, scene, expected, number=number, first=first, people=(buyers, prospects))
        left, first = left - buyers, first + buyers + prospects
    return {day: pd.concat(found) for day, found in parts.items()}


def _add(
    parts: dict[int, list[pd.DataFrame]],
    scene: Scene,
    expected: pd.Series,
    *,
    number: int,
    first: int,
    people: tuple[int, int],
) -> None:
    config = scene.config
    own = streams(config.seed, BLOCK, number, count=_STREAMS)
    life = draw_life(scene, own[:3], buyers=people[0], prospects=people[1])
    found = exposures(config, life.clients, life.spells, life.contacts, scene.events)
    weight = sensitivities(own[3], config, len(life.clients)) * scene.scales
    hazards = monthly_hazards(config, life.clients, found, weight)
    onsets = draw_onsets(own[4], config, hazards)
    courses = draw_courses(own[5], config, scene.market, life.clients, onsets)
    ids = np.array(client_ids(first, len(life.clients)).to_pylist())
    assert (expected[ids[onsets.lost]] == onsets.day[onsets.lost]).all(), "another world"
    everyone, is_lost = np.arange(len(ids)), courses.course >= 0
    for day, rows in parts.items():
        then = np.full(len(ids), day)
        frame = pd.DataFrame(hazards[:, :, int(day // MONTH_DAYS)], index=ids, columns=HAZARDS)
        frame["orders_left"] = np.where(is_lost, courses.orders_left(everyone, then), 1.0)
        frame["quantity_left"] = np.where(is_lost, courses.quantity_left(everyone, then), 1.0)
        frame["progress"] = np.where(is_lost, courses.progress(everyone, then), 0.0)
        rows.append(frame)
