"""The two halves of an additive score: declared curves of one feature each, and a forest."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

import numpy as np

from segml.boosting import Forest, fit_forest
from segml.outcomes.curve import Curve
from segml.outcomes.rows import Matrix, Rows, Values
from segml.outcomes.stacking import Loss, Weights, fit_weights
from segml.words.forest import ForestPlan

MOST_BINS = 63
FIXED = {"bagging_freq": 1, "max_bin": MOST_BINS, "cat_smooth": 50.0}
"""What no configuration sets. The rest is `ForestPlan`'s.

Its defaults are slow and of random thresholds: a few thousand clients, seen several times each, are
not many facts, and a threshold fitted to one season's noise is wrong in the next.

Of bounded depth, because that costs nothing and makes explanations cheap. Measured: with 60,000
rows of a made world 8 leaves lose 0.002 of AUC to trees of any size, 16 leaves of depth 6 less than
0.001; with 6,000 rows, and on Online Retail's backtest, 8, 16 and more are alike
(`python -m benchmarks explanations`; `segml backtest configs/online-retail.yaml`)."""
CURVE_RIDGE = 3.0
"""How many clients a curve's prior weight is worth."""
PATIENCE = 30
FEWEST_IN_LEAF, MOST_ROWS = 5, 20_000
"""The fewest rows of a leaf; the rows beyond which the share of a leaf counts no more."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one outcome's score is learnt.

    Parameters
    ----------
    loss
        `logistic` for 0/1 labels, `squared` for numbers.
    curves
        The declared curves; those whose feature is absent are left out.
    seed, threads
        Of LightGBM; the number of threads changes nothing but the time.
    forest
        How the forest grows.
    pool
        Whose free threads help to grow forests; None: nobody's.
    """

    loss: Loss
    curves: tuple[Curve, ...]
    seed: int
    threads: int
    forest: ForestPlan = field(default_factory=ForestPlan)
    pool: Executor | None = None

    def known(self, columns: Sequence[str]) -> tuple[Curve, ...]:
        """The curves whose feature is among the columns."""
        return tuple(curve for curve in self.curves if curve.feature in columns)


@dataclass(frozen=True, kw_only=True)
class Halves:
    """Curves with their weights, and a forest, fitted on the same rows.

    Parameters
    ----------
    columns
        The p feature names.
    curves, weights
        The known curves with their means, and one weight >= 0 each.
    forest
        None where the labels held nothing a forest could learn.
    """

    columns: tuple[str, ...]
    curves: tuple[Curve, ...]
    weights: Weights
    forest: Forest | None

    def parts(self, X: Matrix) -> Values:
        """What curves and forest say of X, float32 (n, p): float64 of shape (n, 2)."""
        told = self.weights.score(_bent(self.curves, X, self.columns))
        grown = np.zeros(len(X)) if self.forest is None else self.forest.raw(X)
        return np.column_stack([told, grown])


def fit_halves(rows: Rows, recipe: Recipe, *, rounds: int, grown: Forest | None = None) -> Halves:
    """Both halves of labelled rows; with a single label the curves' priors and no forest.

    Parameters
    ----------
    rows
        Labelled rows in a fixed order.
    recipe
        Loss, curves, seed.
    rounds
        Of the forest.
    grown
        What `grow` made of the same rows and recipe with unseen rows beside them: its rounds are
        taken, all of them where it was stopped before so many. Their unseen rows no longer gained.
    """
    weight = rows.weight
    curves = tuple(
        curve.fitted(rows.X[:, rows.columns.index(curve.feature)], weight)
        for curve in recipe.known(rows.columns)
    )
    prior = np.array([curve.prior for curve in curves])
    if len(np.unique(rows.y)) < 2:
        alone = Weights(intercept=0.0, values=tuple(float(p) for p in prior))
        return Halves(columns=rows.columns, curves=curves, weights=alone, forest=None)
    weights = fit_weights(
        _bent(curves, rows.X, rows.columns),
        rows.y,
        weight,
        loss=recipe.loss,
        prior=prior,
        ridge=CURVE_RIDGE,
    )
    known = None if grown is None else grown.first(rounds)
    forest = known or grow(rows, recipe, rounds=rounds)
    return Halves(columns=rows.columns, curves=curves, weights=weights, forest=forest)


def grow(rows: Rows, recipe: Recipe, *, rounds: int, unseen: Rows | None = None) -> Forest:
    """The forest of labelled rows, stopped early where unseen rows no longer gain.

    Parameters
    ----------
    rows
        Labelled rows in a fixed order, not all of one label.
    recipe
        Loss and seed.
    rounds
        The most rounds.
    unseen
        Rows of other clients that choose the number of rounds.
    """
    weight = rows.weight
    return fit_forest(
        rows.binned or rows.X,
        rows.y,
        columns=rows.columns,
        objective="binary" if recipe.loss == "logistic" else "regression",
        rounds=rounds,
        params=_params(recipe.forest, len(rows)),
        weight=weight * (len(rows) / weight.sum()),
        monotone=rows.signs,
        categorical=rows.categorical,
        valid=None if unseen is None else (unseen.binned or unseen.X, unseen.y),
        early_stopping_rounds=None if unseen is None else PATIENCE,
        seed=recipe.seed,
        threads=recipe.threads,
    )


def _params(plan: ForestPlan, rows: int) -> dict[str, float | int | bool]:
    """LightGBM's parameters for so many rows."""
    values = plan.values
    # what a leaf of fewer clients says is of them rather than of the next ones; a share times a
    # number of rows may fall short of a whole number by a rounding
    fewest = int(min(rows, MOST_ROWS) * float(values.pop("leaf_share")) + 1e-9)
    return FIXED | values | {"min_data_in_leaf": max(fewest, FEWEST_IN_LEAF)}


def _bent(curves: Sequence[Curve], X: Matrix, columns: tuple[str, ...]) -> Values:
    values = [curve.values(X[:, columns.index(curve.feature)]) for curve in curves]
    return np.column_stack(values) if values else np.zeros((len(X), 0))
