"""The least step along a ray of value space that leaves a tier, in closed form (see `levers`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segml.tiers.centroids import Array, Centroids, Ints, squared_distances

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """Where clients stand in value space, the tiers they hold and held, and how far they can go.

    Parameters
    ----------
    z
        Shape (n, d).
    label, previous
        Shape (n,), tiers from 0 (top); `previous` is `NO_TIER` where none was held.
    low, high
        Shape (n, d), the range of every coordinate: what sales allow, and what profit asks of them,
        differs by client.
    """

    z: Array
    label: Ints
    previous: Ints
    low: Array
    high: Array

    def only(self, rows: slice | npt.NDArray[np.intp]) -> Standing:
        """The same of some clients."""
        return Standing(
            z=self.z[rows],
            label=self.label[rows],
            previous=self.previous[rows],
            low=self.low[rows],
            high=self.high[rows],
        )


def steps(
    at: Standing, centroids: Centroids, signs: Mapping[int, int], sense: int
) -> Iterator[tuple[Array, Array]]:
    """The least step of each client towards each centroid that it can aim at, and its direction.

    Parameters
    ----------
    at
        The clients.
    centroids
        Of their scheme.
    signs
        The columns that may move, each with the way it may.
    sense
        +1 to aim at higher tiers, -1 at lower ones.

    Yields
    ------
    tuple
        The step's length, shape (n,), infinite where there is none, and its direction, shape
        (n, d), of length 1.
    """
    distances = squared_distances(at.z, centroids.points)
    distances += centroids.added(at.previous)
    label = at.label[:, None]
    aimed = sense * centroids.tier[None, :] < sense * label
    inside = np.where(centroids.tier[None, :] == label, distances, np.inf)
    own = centroids.points[inside.argmin(axis=1)]
    places = list(signs)
    wanted = np.array([signs[place] for place in places], dtype=np.float64)
    for goal, point in enumerate(centroids.points):
        way = np.zeros_like(at.z)
        if len(places) == 1:
            way[:, places] = wanted
        else:
            towards = (point - own)[:, places]
            allowed = (towards * wanted > 0).all(axis=1) & aimed[:, goal]
            sizes = np.sqrt((towards**2).sum(axis=1))
            sizes[~allowed] = 1.0
            way[:, places] = np.where(allowed[:, None], towards / sizes[:, None], 0.0)
        # u·(b − c) for every centroid c, summed coordinate by coordinate
        slope = np.zeros_like(distances)
        for place in places:
            slope += way[:, [place]] * (point[place] - centroids.points[:, place])[None, :]
        lead = distances - distances[:, [goal]]
        length = _least(lead, 2.0 * slope, ~aimed)
        length[~aimed[:, goal] | (length > _room(at, way, places))] = np.inf
        yield length, way


def _least(lead: Array, slope: Array, against: Bools) -> Array:
    """The least t ≥ 0 with lead + t·slope ≥ 0 in every column counted against; infinite if none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        border = -lead / slope
    low = np.where(against & (slope > 0), border, 0.0).max(axis=1)
    high = np.where(against & (slope < 0), border, np.inf).min(axis=1)
    never = (against & (slope == 0) & (lead < 0)).any(axis=1)
    least = np.maximum(low, 0.0)
    return np.asarray(np.where(never | (least > high), np.inf, least))


def _room(at: Standing, way: Array, places: list[int]) -> Array:
    """How far each client can go along its direction within the range of every lever."""
    room = np.full(len(way), np.inf)
    for place in places:
        part = way[:, place]
        end = np.where(part > 0, at.high[:, place], at.low[:, place])
        with np.errstate(divide="ignore", invalid="ignore"):
            steps = (end - at.z[:, place]) / part
        room = np.minimum(room, np.where(part != 0, steps, np.inf))
    return room
