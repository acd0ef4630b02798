"""The tier margin: who holds a client, who is next, by how much, and each coordinate's part.

For the centroids a (own) and b (nearest of another tier) the margin

    ‖z − b‖² − ‖z − a‖²  =  Σⱼ 2 (aⱼ − bⱼ) zⱼ + ‖b‖² − ‖a‖²

is linear in z. The Shapley values of a linear function against independent backgrounds with mean
z̄ are coefficient times distance from the mean (Štrumbelj and Kononenko 2014, eq. 12): here
2 (aⱼ − bⱼ)(zⱼ − z̄ⱼ), with the margin at z̄ as their base. Nothing is approximated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segml.tiers.centroids import Array, Centroids, Ints, squared_distances

NO_TIER = -1
"""The previous tier of a client that has none."""


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """Each row's tier, its nearest rival, and the pair of centroids that decides between them.

    Parameters
    ----------
    label, rival
        Shape (n,), tiers from 0 (top); never equal.
    margin
        Shape (n,), ≥ 0, squared distance in value space, hysteresis included.
    pair
        Shape (n, 2), the indices of the own and the rival centroid.
    previous
        Shape (n,), the tier that was held, `NO_TIER` where none was.
    """

    label: Ints
    rival: Ints
    margin: Array
    pair: Ints
    previous: Ints


def assign(z: Array, centroids: Centroids, previous: Ints) -> Assignment:
    """The assignment of every row.

    The own centroid has the least squared distance, with what hysteresis adds for the previous
    tier; the rival is the least of those of any other tier. Ties go to the higher one.

    Parameters
    ----------
    z
        Shape (n, d), rows in value space.
    centroids
        At least two tiers.
    previous
        Shape (n,), labels or `NO_TIER`.
    """
    rows = np.arange(len(z))
    distances = squared_distances(z, centroids.points)
    distances += centroids.added(previous)
    own = distances.argmin(axis=1)
    label = centroids.tier[own]
    elsewhere = np.where(centroids.tier[None, :] == label[:, None], np.inf, distances)
    other = elsewhere.argmin(axis=1)
    return Assignment(
        label=label,
        rival=centroids.tier[other],
        margin=distances[rows, other] - distances[rows, own],
        pair=np.column_stack([own, other]),
        previous=previous,
    )


def pair_margin(z: Array, centroids: Centroids, pair: Ints, previous: Ints) -> Array:
    """The margin of each row's given pair, shape (n,); below 0 where the rival would hold it."""
    own, other = centroids.points[pair[:, 0]], centroids.points[pair[:, 1]]
    return np.asarray(
        ((z - other) ** 2 - (z - own) ** 2).sum(axis=1) + _constant(centroids, pair, previous)
    )


def contributions(
    z: Array, centroids: Centroids, pair: Ints, previous: Ints, *, background: Array
) -> tuple[Array, Array]:
    """The Shapley values of the margin, shape (n, d), and their base, shape (n,).

    Base + sum = margin on every row. The base is the pair's margin at the background and holds
    what hysteresis adds.

    Parameters
    ----------
    z
        Shape (n, d), the rows that were assigned.
    centroids
        What they were assigned to.
    pair, previous
        Of their assignment.
    background
        Shape (d,), the training mean in value space.
    """
    values = _slope(centroids, pair) * (z - background)
    base = pair_margin(np.broadcast_to(background, z.shape), centroids, pair, previous)
    return values, base


def between(z_before: Array, z_after: Array, centroids: Centroids, pair: Ints) -> Array:
    """Each coordinate's part in the change of one fixed pair's margin, shape (n, d).

    Parts sum to the margin after less the margin before; a coordinate that stood still has
    exactly zero. What hysteresis adds is the same on both sides and cancels.
    """
    return _slope(centroids, pair) * (z_after - z_before)


def _slope(centroids: Centroids, pair: Ints) -> Array:
    return np.asarray(2.0 * (centroids.points[pair[:, 0]] - centroids.points[pair[:, 1]]))


def _constant(centroids: Centroids, pair: Ints, previous: Ints) -> Array:
    added, rows = centroids.added(previous), np.arange(len(pair))
    return np.asarray(added[rows, pair[:, 1]] - added[rows, pair[:, 0]])
