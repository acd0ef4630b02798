"""Centroids in value space, in the order of profit, and the tiers they make."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state

from segml.words.one_thread import one_thread

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STARTS_ON = 50_000
"""Rows on which k-means is restarted."""
_SAME_PROFIT = 1e-9
"""Centroids closer in the profit coordinate than this share of its range have no safe order."""

_LIFTED = 0.01
"""The share of rows that may rise where none should: chance at a border."""


@dataclass(frozen=True, slots=True, eq=False)
class Centroids:
    """The centroids of a scheme, top first, each with its tier; a tier may hold several.

    Parameters
    ----------
    points
        Shape (c, d), in value space, by falling profit coordinate.
    tier
        Shape (c,), never falling, from 0 (top) to the number of tiers less one.
    held
        Shape (tiers, tiers): what hysteresis adds to the squared distances of a tier's centroids
        (column) for those who held a tier (row); None for nothing.
    """

    points: Array
    tier: Ints
    held: Array | None = None

    @property
    def n_tiers(self) -> int:
        """How many tiers there are."""
        return int(self.tier[-1]) + 1

    def added(self, previous: Ints) -> Array:
        """What hysteresis adds to every squared distance of each row, shape (n, c).

        Parameters
        ----------
        previous
            Shape (n,), the tiers held before; -1 (`NO_TIER`) where none was: nothing is added.
        """
        if self.held is None:
            return np.zeros((len(previous), len(self.tier)))
        rows = np.vstack([self.held, np.zeros(self.n_tiers)])
        return np.asarray(rows[:, self.tier][previous])


def squared_distances(z: Array, points: Array) -> Array:
    """The squared distance of every row to every centroid, shape (n, c).

    Summed coordinate by coordinate and not by a matrix product, so that a row's distances do not
    depend, to the last bit, on the rows beside it.
    """
    total = np.zeros((len(z), len(points)))
    for column, heights in zip(z.T, points.T, strict=True):
        total += (column[:, None] - heights[None, :]) ** 2
    return total


def find_centroids(z: Array, number: int, *, n_init: int, random_state: object) -> Array:
    """At most `number` centroids of k-means, shape (c, d), each the mean of its members.

    With more than `STARTS_ON` rows the restarts are made on so many of them, drawn by the seed, and
    all rows go on from the best: ten starts on a million rows end at the same optimum within 1e-4
    of its inertia (within 1e-6 where there are clusters), at a ninth of the time.

    One thread: k-means adds the threads' partial sums in the order in which they end, which
    changes last bits from run to run.
    """
    kmeans = KMeans(number, n_init=n_init, max_iter=1000, tol=0.0, random_state=random_state)
    with one_thread(), warnings.catch_warnings():
        # fewer distinct rows than clusters is no surprise here: fewer centroids are returned
        warnings.simplefilter("ignore", ConvergenceWarning)
        if len(z) > STARTS_ON:
            drawn = check_random_state(random_state).choice(len(z), STARTS_ON, replace=False)
            best = kmeans.fit(z[np.sort(drawn)]).cluster_centers_
            kmeans.set_params(init=best, n_init=1)
        labels = np.asarray(kmeans.fit(z).labels_)
    return np.array([z[labels == label].mean(axis=0) for label in np.unique(labels)])


def band_centroids(z: Array, number: int, *, profit: int) -> Array:
    """Centroids of a ranking: the middles of `number` equal bands of clients by profit.

    All other coordinates stand at the training mean, so they cancel out of every comparison and
    their part of a margin is exactly zero.

    Parameters
    ----------
    z
        Shape (n, d), training rows in value space.
    number
        Bands asked for; bands whose middles coincide are one.
    profit
        The column of the profit coordinate.
    """
    heights = np.quantile(z[:, profit], (np.arange(number) + 0.5) / number, method="nearest")
    heights = np.unique(heights)
    if len(heights) == 1:  # most clients share one profit: the extremes are what differs
        heights = np.unique(z[:, profit])[[0, -1]]
    points = np.tile(z.mean(axis=0), (len(heights), 1))
    points[:, profit] = heights
    return points


def order_into_tiers(points: Array, z: Array, worth: Array, *, profit: int) -> Centroids:
    """The centroids by falling profit coordinate, disagreeing neighbours merged into one tier.

    Pool adjacent violators: from the top down, a tier whose members' mean worth is not below
    that of the tier above is merged with it, until the means fall strictly. Centroids at the same
    profit coordinate always share a tier, centroids without members are left out.

    Parameters
    ----------
    points
        Shape (c, d).
    z
        Shape (n, d), training rows in value space.
    worth
        Shape (n,), their profit in money.
    profit
        The column of the profit coordinate.
    """
    points = points[np.lexsort((*points.T, -points[:, profit]))]
    nearest = squared_distances(z, points).argmin(axis=1)
    points = points[np.unique(nearest)]
    nearest = squared_distances(z, points).argmin(axis=1)
    members = np.bincount(nearest, minlength=len(points))
    shares = worth / max(float(np.abs(worth).max()), np.finfo(float).tiny)  # sums stay finite
    sums = np.asarray(np.bincount(nearest, weights=shares, minlength=len(points)), np.float64)
    heights = points[:, profit]
    level = np.append(False, -np.diff(heights) <= _SAME_PROFIT * np.ptp(heights))
    return Centroids(points, _pooled(sums, members, level))


def merge_where_lifted(centroids: Centroids, now: Array, then: Array) -> Centroids:
    """The centroids, the last tiers merged until hardly any row rises on its way to another place.

    Parameters
    ----------
    centroids
        Ordered; without hysteresis.
    now, then
        Shape (m, d) each, in value space: rows, and where they go.
    """
    before, after = (
        centroids.tier[squared_distances(z, centroids.points).argmin(axis=1)] for z in (now, then)
    )
    last = centroids.n_tiers - 1
    while last > 0 and np.sum(after < np.minimum(before, last)) > _LIFTED * len(now):
        last -= 1
    return Centroids(centroids.points, np.minimum(centroids.tier, last))


def with_hysteresis(centroids: Centroids, fraction: float) -> Centroids:
    """The same centroids with what holds a client in its previous tier.

    For who held a tier, 2 · b · l is added to the squared distances of every other tier at the
    distance l. b is `fraction` of the median distance between neighbouring tiers, at most a quarter
    of the least between two. Between two centroids l apart a difference h moves the border by
    h / 2l, so every border of the tier that was held moves away by b, and (l differs by no more
    than the two lie apart) none between two others by more. Who stands on a centroid is not held
    away from its tier: 2 · b · l ≤ l² / 2.
    """
    away = tier_distances(centroids)
    band = fraction * float(np.median(np.diagonal(away, 1)))
    least = float(away[~np.eye(len(away), dtype=bool)].min())
    return Centroids(centroids.points, centroids.tier, 2.0 * min(band, least / 4) * away)


def tier_distances(centroids: Centroids) -> Array:
    """How far every two tiers lie apart, shape (tiers, tiers).

    Between their nearest centroids, or over tiers between them where that is shorter (of tiers of
    several centroids it can be): so no third tier is a short cut, and what is added on the way from
    tier to tier and on to another is never less than straight there.
    """
    tier, every = centroids.tier, range(centroids.n_tiers)
    apart = np.sqrt(squared_distances(centroids.points, centroids.points))
    away = np.array([[apart[np.ix_(tier == a, tier == b)].min() for b in every] for a in every])
    for between in every:
        away = np.minimum(away, away[:, [between]] + away[[between], :])
    return away


def _pooled(sums: Array, members: npt.NDArray[np.integer], level: npt.NDArray[np.bool_]) -> Ints:
    blocks: list[tuple[float, int, int]] = []  # sum of worth, members, centroids
    for total, count, same in zip(sums.tolist(), members.tolist(), level.tolist(), strict=True):
        block, glued = (total, count, 1), same
        while blocks and (glued or blocks[-1][0] * block[1] <= block[0] * blocks[-1][1]):
            above = blocks.pop()
            block = (above[0] + block[0], above[1] + block[1], above[2] + block[2])
            glued = False
        blocks.append(block)
    return np.repeat(np.arange(len(blocks)), [block[2] for block in blocks])
