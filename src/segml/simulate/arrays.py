"""The arrays of a world, and its streams of random numbers: one a step, none shared."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

YEAR_DAYS = 365.25
MONTH_DAYS = YEAR_DAYS / 12

WORLD, PILOT, BLOCK = 0, 1, 2
"""The first place of a stream's key: what is drawn once, the pilot sample, a block of clients."""


def streams(seed: int, *place: int, count: int) -> list[np.random.Generator]:
    """Independent generators, the same for the same seed and place, whatever else was drawn."""
    parent = np.random.SeedSequence(seed, spawn_key=place)
    return [np.random.default_rng(child) for child in parent.spawn(count)]


def picked(rng: np.random.Generator, ladder: Floats, rows: Ints) -> Ints:
    """A column for every row asked for, in proportion to the steps of the row's ladder.

    Parameters
    ----------
    ladder
        float64 (n, k): cumulated shares, each row ending at 1.
    rows
        int64 (m,): which row each draw is of; a row may be asked for often.
    """
    width = ladder.shape[1]
    steps = np.minimum(ladder, 1.0)
    steps[:, -1] = 1.0
    steps += np.arange(len(ladder))[:, None]
    place = np.searchsorted(steps.ravel(), rows + rng.random(len(rows)), side="right")
    return np.asarray(np.clip(place - width * rows, 0, width - 1))


def month_of(day: Ints) -> Ints:
    """The month of a day from the window's start, all months alike long."""
    return np.asarray((day / MONTH_DAYS).astype(np.int64))
