"""Rule schemes as scikit-learn estimators: what `profitability`, `levels`, `strategic` share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from segml.tiers.criteria import Criterion, RuleCriterion, anchored, learn_criterion
from segml.tiers.margin import NO_TIER, Assignment
from segml.tiers.rule import Rule, place, plain_sides, rule_margin, rule_slope

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
POINTS = 100.0
"""The score of a client that has all that every criterion asks for."""


class RuleTiers(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no stubs
    """Tiers by an additive rule: criteria, their weighted sum in points, edges on it.

    *More profit never lowers a tier*: heights never fall as a feature gets better, weights are not
    negative, and the tier is the first whose edge is reached. The same holds for every criterion,
    with the previous tier held equal.

    *Hysteresis*: the edges around the previous tier stand `hysteresis` of the median distance
    between two neighbouring edges further off, at most half of the least.

    *Few clients*: with fewer than `min_per_tier` a tier, or where no criterion tells clients apart
    or two edges meet, the tiers are a ranking by profit (`ranking_`), under the same names.

    Parameters
    ----------
    columns
        The feature of each column of X; None: profit, then the scheme's own, in their order.
    hysteresis
        In [0, 1).
    min_per_tier
        Clients a tier that the rule needs.

    Attributes
    ----------
    rule_ : Rule
        Criteria, weights, edges.
    names_ : tuple of str
        The tiers' names, top first; `n_tiers_` is how many there are.
    background_ : ndarray of shape (d,)
        The mean heights of the training rows.
    labels_ : ndarray of shape (n,)
        The tiers of the training rows.
    ranking_ : bool
        Whether the tiers are a ranking by profit alone.
    order_note_ : str
        Why they are; empty if they are not.
    """

    scheme: ClassVar[str]
    tier_names: ClassVar[tuple[str, ...]]
    criteria: ClassVar[tuple[RuleCriterion, ...]]
    edges: ClassVar[tuple[float, ...]]

    def __init__(
        self,
        *,
        columns: Sequence[str] | None = None,
        hysteresis: float = 0.1,
        min_per_tier: int = 15,
    ) -> None:
        self.columns = columns
        self.hysteresis = hysteresis
        self.min_per_tier = min_per_tier

    def fit(self, X: npt.ArrayLike, y: object = None) -> Self:
        """The estimator, fitted; the order of the rows changes nothing.

        Parameters
        ----------
        X
            Shape (n, d), finite; each column in its feature's unit, profit first.
        y
            Ignored.

        Raises
        ------
        ValueError
            If a parameter is out of range, a value is not finite, or a ranking is needed and all
            rows have one profit.
        """
        rows = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        if not 0 <= self.hysteresis < 1:
            raise ValueError(f"hysteresis is {self.hysteresis}: it lies in [0, 1)")
        ordered = rows[np.lexsort(rows.T)]  # so that sums do not depend on the order of rows
        self.rule_, self.names_, self.order_note_ = self._learnt(ordered)
        self.ranking_: bool = bool(self.order_note_)
        self.n_tiers_: int = self.rule_.n_tiers
        self.background_: Array = self.rule_.heights(ordered).mean(axis=0)
        self.labels_: Ints = self.assign(rows).label
        return self

    def transform(self, X: npt.ArrayLike) -> Array:
        """The height of every criterion, shape (n, d), in [0, 1]; 0 for a column not read."""
        return self._heights(X)

    def predict(self, X: npt.ArrayLike) -> Ints:
        """The tier of each row without a previous tier, shape (n,), 0 = top."""
        return self.assign(X).label

    def score_points(self, X: npt.ArrayLike) -> Array:
        """The weighted sum that the first edge is laid on, shape (n,), from 0 to 100 points."""
        heights = self._heights(X)
        held = np.full(len(heights), NO_TIER, dtype=np.int64)
        return np.asarray(self.rule_.standing(heights, held)[:, 0] + self.rule_.edges[0])

    def assign(self, X: npt.ArrayLike, previous: npt.ArrayLike | None = None) -> Assignment:
        """Tier, rival, margin in points (never negative) and the pair (tier, rival) of each row.

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
        heights = self._heights(X)
        return place(self.rule_, heights, self._checked_previous(previous, len(heights)))

    def pair_contributions(
        self, X: npt.ArrayLike, pair: Ints, previous: npt.ArrayLike | None = None
    ) -> tuple[Array, Array]:
        """The exact Shapley values (n, d) of each pair's margin and their base (n,), in points."""
        heights = self._heights(X)
        held = self._checked_previous(previous, len(heights))
        values = rule_slope(self.rule_, pair) * (heights - self.background_)
        typical = np.broadcast_to(self.background_, heights.shape)
        return values, rule_margin(self.rule_, typical, pair, held)

    def margin_contributions(
        self, X: npt.ArrayLike, previous: npt.ArrayLike | None = None
    ) -> tuple[Array, Array]:
        """The same for the pair that decides: base + sum is the margin of `assign`."""
        found = self.assign(X, previous)
        return self.pair_contributions(X, found.pair, found.previous)

    def margin_between(self, X0: npt.ArrayLike, X1: npt.ArrayLike, pair: Ints) -> Array:
        """Each criterion's part in the change of a fixed pair's margin from X0 to X1, (n, d)."""
        return rule_slope(self.rule_, pair) * (self._heights(X1) - self._heights(X0))

    def pair_margin(
        self, X: npt.ArrayLike, pair: Ints, previous: npt.ArrayLike | None = None
    ) -> Array:
        """The margin of a given pair on other rows, shape (n,); negative behind its edge."""
        heights = self._heights(X)
        return rule_margin(
            self.rule_, heights, pair, self._checked_previous(previous, len(heights))
        )

    def threshold_distances(
        self, X: npt.ArrayLike, pair: Ints, previous: npt.ArrayLike | None = None
    ) -> Array:
        """How far each feature alone is from the pair's edge, shape (n, d), in its own unit.

        What would have to be added to the feature, all else equal, for the client to stand on the
        edge; NaN where no value of it gets there.
        """
        rows = self._rows(X)
        heights, margin = self.rule_.heights(rows), self.pair_margin(X, pair, previous)
        slope = rule_slope(self.rule_, pair)
        asked = heights - margin[:, None] / np.where(slope == 0, np.nan, slope)
        found = np.full(rows.shape, np.nan)
        for column, criterion in enumerate(self.rule_.criteria):
            if criterion is not None:
                found[:, column] = criterion.value_at(asked[:, column]) - rows[:, column]
        return found

    def _heights(self, X: npt.ArrayLike) -> Array:
        rows = self._rows(X)
        return self.rule_.heights(rows)

    def _rows(self, X: npt.ArrayLike) -> Array:
        check_is_fitted(self)
        return np.asarray(
            validate_data(self, X, dtype=np.float64, reset=False, ensure_min_samples=0)
        )

    def _learnt(self, rows: Array) -> tuple[Rule, tuple[str, ...], str]:
        needed = self.min_per_tier * len(self.tier_names)
        if len(rows) < needed:
            return self._ranking(rows, f"{len(rows)} rows, the rule needs {needed}")
        lines = self._lines(rows.shape[1])
        learnt = [
            None if line is None else learn_criterion(line, column, bands=self._bands(rows))
            for line, column in zip(lines, rows.T, strict=True)
        ]
        raw = np.array(
            [
                line.weight if line is not None and criterion is not None else 0.0
                for line, criterion in zip(lines, learnt, strict=True)
            ]
        )
        if raw.sum() == 0:
            return self._ranking(rows, "no criterion of the rule tells clients apart")
        return self._with_edges(rows, tuple(learnt), POINTS * raw / raw.sum())

    def _with_edges(
        self, rows: Array, criteria: tuple[Criterion | None, ...], points: Array
    ) -> tuple[Rule, tuple[str, ...], str]:
        """The rule of these criteria; a scheme that learns its edges does it here."""
        return banded(criteria, points, np.array(self.edges), self.hysteresis), self.tier_names, ""

    def _bands(self, rows: Array) -> tuple[float, ...] | None:
        """Yearly spend of the rule's bands, lowest first; None where a scheme has none."""
        del rows
        return None

    def _ranking(self, rows: Array, because: str) -> tuple[Rule, tuple[str, ...], str]:
        """Equal bands of clients by profit alone, under the scheme's names."""
        names = self._ranking_names()
        bands = len(names)
        shares = np.arange(bands + 1) / bands
        criterion = anchored(np.quantile(rows[:, 0], shares, method="lower"), shares)
        if criterion is None:
            raise ValueError("all rows have one profit: tiers need at least two different ones")
        criteria = (criterion, *(None for _ in range(rows.shape[1] - 1)))
        points = np.append(POINTS, np.zeros(rows.shape[1] - 1))
        edges = POINTS * shares[bands - 1 : 0 : -1]
        rule = banded(criteria, points, edges, self.hysteresis)
        return rule, names, f"ranking by profit alone: {because}"

    def _ranking_names(self) -> tuple[str, ...]:
        return self.tier_names

    def _lines(self, columns: int) -> list[RuleCriterion | None]:
        """The criterion of each column, None where the scheme asks nothing of it."""
        names = self.columns
        if names is None:
            own = [line.features[0] for line in self.criteria if line.features[0] != "profit_365"]
            names = ["profit_365", *own, *[""] * columns][:columns]
        if len(names) != columns:
            raise ValueError(f"columns names {len(names)} features, X has {columns}")
        by_name = {name: line for line in self.criteria for name in line.features}
        return [by_name.get(name) for name in names]

    def _checked_previous(self, previous: npt.ArrayLike | None, rows: int) -> Ints:
        if previous is None:
            return np.full(rows, NO_TIER, dtype=np.int64)
        held = np.asarray(previous, dtype=np.int64)
        if held.shape != (rows,):
            raise ValueError(f"previous has shape {held.shape}, the rows ask for ({rows},)")
        if rows and (held.min() < NO_TIER or held.max() >= self.n_tiers_):
            raise ValueError(f"previous holds tiers outside -1 to {self.n_tiers_ - 1}")
        return held


def banded(
    criteria: tuple[Criterion | None, ...], points: Array, edges: Array, hysteresis: float
) -> Rule:
    """A rule whose edges lie on one weighted sum.

    Parameters
    ----------
    criteria
        One a column.
    points
        Shape (d,), what a height of 1 is worth.
    edges
        Shape (k,), in points, falling.
    hysteresis
        The share of the median distance between two edges (or to the ends, of a single one).
    """
    ends = np.concatenate([[POINTS], edges, [0.0]]) if len(edges) == 1 else edges
    apart = -np.diff(ends)
    held = min(hysteresis * float(np.median(apart)), float(apart.min()) / 2)
    return Rule(
        criteria=criteria,
        weights=np.tile(points, (len(edges), 1)),
        edges=edges,
        held=np.full(len(edges), held),
        sides=plain_sides(len(edges)),
    )
