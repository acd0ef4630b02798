"""The `clusters` scheme: value tiers by k-means, as a scikit-learn estimator."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClusterMixin, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from segml.tiers.centroids import (
    Centroids,
    band_centroids,
    find_centroids,
    merge_where_lifted,
    order_into_tiers,
    with_hysteresis,
)
from segml.tiers.margin import NO_TIER, Assignment, assign, between, contributions, pair_margin
from segml.tiers.monotone import MonotoneMap, learn_monotone_map

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_ONE_PROFIT = "all rows have one profit: tiers need at least two different ones"


class ClusterTiers(OneToOneFeatureMixin, ClusterMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no stubs
    """Value tiers, top first, from k-means on one increasing function of each coordinate.

    *More profit never lowers a tier.* Let c be a row's centroid, that is
    ‖z − c‖² + h(c) ≤ ‖z − c'‖² + h(c') for every c', where h is what hysteresis adds to a
    centroid, given the previous tier. Raise the profit coordinate by t > 0 and let c'
    be the centroid then. Every squared distance to a centroid e has changed by
    t² + 2t(z_p − e_p), so c' being best after the raise says
    ‖z − c'‖² + h(c') − 2t c'_p ≤ ‖z − c‖² + h(c) − 2t c_p. Add both lines: c'_p ≥ c_p. Centroids
    are ordered by their profit coordinate and a tier is a run of neighbours, so the tier is the
    same or a higher one. The proof needs three things, which `fit` keeps: the order is by the
    profit coordinate itself, one feature moves one coordinate (no rotation), and h
    depends on the previous tier alone. It breaks if a second column is computed from profit.

    *Honest splits.* Neighbouring clusters whose members' mean profit disagrees with the order are
    merged into one tier; so are the last ones, as long as rows that bring profit would rise if what
    ends with the last purchase were zero (`ending_columns`): nobody rises by leaving. With fewer
    rows than `min_per_tier` a tier, or where all clusters would be merged into one, the tiers are a
    ranking: equal bands by profit alone (`ranking_`).

    Parameters
    ----------
    n_tiers
        Tiers asked for, at least 2; merging can leave fewer (`n_tiers_`).
    profit_column
        The position of profit among the columns.
    weights
        One positive number a column, on the coordinate's standard deviation; None for ones.
    ending_columns
        The positions of what is zero a year after the last purchase, profit among them; none: it is
        not asked who would rise by leaving.
    hysteresis
        In [0, 1): how far a tier's border moves away from who held it, at most, as a share of the
        median distance between neighbouring tiers.
    min_per_tier
        Rows a tier that a clustering needs.
    n_init
        Restarts of k-means.
    random_state
        The seed of k-means.

    Attributes
    ----------
    n_tiers_ : int
        Tiers found.
    centers_ : ndarray of shape (c, d)
        Centroids in value space, top first.
    center_tiers_ : ndarray of shape (c,)
        The tier of each, from 0 (top).
    centroids_, map_
        The same with what hysteresis adds; the map to value space.
    background_ : ndarray of shape (d,)
        The training mean in value space.
    labels_ : ndarray of shape (n,)
        The tiers of the training rows.
    ranking_ : bool
        Whether the tiers are a ranking by profit alone.
    order_note_ : str
        What was merged or ranked; empty if nothing was.

    Examples
    --------
    >>> profit = np.repeat([9000.0, 500.0, -20.0], 20) + np.arange(60)
    >>> tiers = ClusterTiers(n_tiers=3).fit(profit[:, None])
    >>> tiers.predict([[10_000.0], [450.0], [-500.0]])
    array([0, 1, 2])
    """

    def __init__(
        self,
        n_tiers: int = 3,
        *,
        profit_column: int = 0,
        weights: npt.ArrayLike | None = None,
        ending_columns: tuple[int, ...] = (),
        hysteresis: float = 0.1,
        min_per_tier: int = 15,
        n_init: int = 10,
        random_state: Any = 0,
    ) -> None:
        self.n_tiers = n_tiers
        self.profit_column = profit_column
        self.weights = weights
        self.ending_columns = ending_columns
        self.hysteresis = hysteresis
        self.min_per_tier = min_per_tier
        self.n_init = n_init
        self.random_state = random_state

    def fit(self, X: npt.ArrayLike, y: object = None) -> Self:
        """The estimator, fitted; the order of the rows changes nothing.

        Parameters
        ----------
        X
            Shape (n, d), finite; profit in money, the rest in their features' units.
        y
            Ignored.

        Raises
        ------
        ValueError
            If a parameter is out of range, a value is not finite, or all rows have one profit.
        """
        return self._fit(X, "")

    def fit_ranking(self, X: npt.ArrayLike, because: str) -> Self:
        """The same with a ranking for tiers, however many rows there are.

        Parameters
        ----------
        X
            As for `fit`.
        because
            Why no clusters are used; part of the note.

        Raises
        ------
        ValueError
            As for `fit`.
        """
        return self._fit(X, because)

    def _fit(self, X: npt.ArrayLike, because: str) -> Self:
        rows = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        weights = self._checked_weights(rows.shape[1])
        ordered = rows[np.lexsort(rows.T)]  # so that sums do not depend on the order of rows
        self.map_: MonotoneMap = learn_monotone_map(ordered, weights)
        z, worth = self.map_.apply(ordered), ordered[:, self.profit_column]
        if np.ptp(z[:, self.profit_column]) == 0:
            raise ValueError(_ONE_PROFIT)
        self.background_: Array = z.mean(axis=0)
        gone = ordered.copy()
        gone[:, list(self.ending_columns)] = 0.0
        centroids, self.order_note_ = self._tiers(z, worth, self.map_.apply(gone), because)
        self.ranking_: bool = self.order_note_.startswith("ranking")
        self.centroids_ = with_hysteresis(centroids, self.hysteresis)
        self.centers_, self.center_tiers_ = centroids.points, centroids.tier
        self.n_tiers_ = centroids.n_tiers
        self.labels_ = self.assign(rows).label
        return self

    def transform(self, X: npt.ArrayLike) -> Array:
        """The rows in value space, shape (n, d), without unit; each column rises with its own."""
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=np.float64, reset=False, ensure_min_samples=0)
        return self.map_.apply(rows)

    def predict(self, X: npt.ArrayLike) -> Ints:
        """The tier of each row without a previous tier, shape (n,), 0 = top."""
        return self.assign(X).label

    def assign(self, X: npt.ArrayLike, previous: npt.ArrayLike | None = None) -> Assignment:
        """Tier, rival, margin (never negative) and the deciding pair of each row.

        Parameters
        ----------
        X
            Shape (n, d).
        previous
            Shape (n,), the tiers held before, `NO_TIER` (-1) where none was; None: nobody's.

        Raises
        ------
        ValueError
            If `previous` names a tier that does not exist or has another length.
        """
        z = self.transform(X)
        return assign(z, self.centroids_, self._checked_previous(previous, len(z)))

    def margin_contributions(
        self, X: npt.ArrayLike, previous: npt.ArrayLike | None = None
    ) -> tuple[Array, Array]:
        """The exact Shapley values of each margin, shape (n, d), and their base, shape (n,)."""
        found = self.assign(X, previous)
        return self.pair_contributions(X, found.pair, found.previous)

    def pair_contributions(
        self, X: npt.ArrayLike, pair: Ints, previous: npt.ArrayLike | None = None
    ) -> tuple[Array, Array]:
        """The same for given pairs; base + sum is `pair_margin` of these rows."""
        z = self.transform(X)
        held = self._checked_previous(previous, len(z))
        return contributions(z, self.centroids_, pair, held, background=self.background_)

    def margin_between(self, X0: npt.ArrayLike, X1: npt.ArrayLike, pair: Ints) -> Array:
        """Each coordinate's part in the change of a fixed pair's margin from X0 to X1, (n, d)."""
        return between(self.transform(X0), self.transform(X1), self.centroids_, pair)

    def pair_margin(
        self, X: npt.ArrayLike, pair: Ints, previous: npt.ArrayLike | None = None
    ) -> Array:
        """The margin of a given pair on other rows, shape (n,); negative on the rival's side."""
        z = self.transform(X)
        held = self._checked_previous(previous, len(z))
        return pair_margin(z, self.centroids_, pair, held)

    def _tiers(self, z: Array, worth: Array, gone: Array, because: str) -> tuple[Centroids, str]:
        if because:
            return self._ranking(z, worth), f"ranking by profit alone: {because}"
        needed = self.n_tiers * self.min_per_tier
        if len(z) < needed:
            note = f"ranking by profit alone: {len(z)} rows, clusters need {needed}"
            return self._ranking(z, worth), note
        found = find_centroids(z, self.n_tiers, n_init=self.n_init, random_state=self.random_state)
        ordered = order_into_tiers(found, z, worth, profit=self.profit_column)
        earning = worth > 0
        centroids = merge_where_lifted(ordered, z[earning], gone[earning])
        why = "" if centroids.n_tiers == ordered.n_tiers else ", or clients would rise by leaving"
        if centroids.n_tiers == 1:
            note = "ranking by profit alone: the clusters' mean profit contradicts their order"
            return self._ranking(z, worth), f"{note}{why}"
        if centroids.n_tiers < self.n_tiers:
            note = f"{self.n_tiers} clusters make {centroids.n_tiers} tiers: {_merges(centroids)}"
            return centroids, f"{note}{why}"
        return centroids, ""

    def _ranking(self, z: Array, worth: Array) -> Centroids:
        bands = band_centroids(z, self.n_tiers, profit=self.profit_column)
        centroids = order_into_tiers(bands, z, worth, profit=self.profit_column)
        if centroids.n_tiers == 1:
            raise ValueError(_ONE_PROFIT)
        return centroids

    def _checked_weights(self, columns: int) -> Array:
        if self.n_tiers < 2:
            raise ValueError(f"n_tiers is {self.n_tiers}: at least 2 are allowed")
        if not 0 <= self.profit_column < columns:
            raise ValueError(f"profit_column {self.profit_column} is none of {columns} columns")
        if not 0 <= self.hysteresis < 1:
            raise ValueError(f"hysteresis is {self.hysteresis}: it lies in [0, 1)")
        weights = np.ones(columns) if self.weights is None else np.asarray(self.weights, np.float64)
        if weights.shape != (columns,) or not (np.isfinite(weights) & (weights > 0)).all():
            raise ValueError(f"weights must be {columns} positive numbers")
        return weights

    def _checked_previous(self, previous: npt.ArrayLike | None, rows: int) -> Ints:
        if previous is None:
            return np.full(rows, NO_TIER, dtype=np.int64)
        held = np.asarray(previous, dtype=np.int64)
        if held.shape != (rows,):
            raise ValueError(f"previous has shape {held.shape}, the rows ask for ({rows},)")
        if rows and (held.min() < NO_TIER or held.max() >= self.n_tiers_):
            raise ValueError(f"previous holds tiers outside -1 to {self.n_tiers_ - 1}")
        return held


def _merges(centroids: Centroids) -> str:
    sizes = np.bincount(centroids.tier)
    parts = [f"tier {rank + 1} holds {size}" for rank, size in enumerate(sizes) if size > 1]
    return "; ".join(parts) if parts else "fewer distinct clients than tiers"
