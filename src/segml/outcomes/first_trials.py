"""Newcomers in the order of their first orders, and which model foretold the later ones best."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from segml.boosting import Forest, fit_forest
from segml.outcomes.amount import Spread, fit_spread
from segml.outcomes.first_amount import fit_first_amount
from segml.outcomes.ridge import fit_ridge

Values = npt.NDArray[np.float64]
WEIGHTS = (0.0, 0.5, 1.0)
BLOCKS, FOLDS = 4, 5
ROUNDS = 150
PARAMS: dict[str, float | int] = {
    "learning_rate": 0.04,
    "num_leaves": 8,
    "max_depth": 4,
    "min_data_in_leaf": 20,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "feature_fraction": 0.5,
    "lambda_l2": 10.0,
}


@dataclass(frozen=True, kw_only=True)
class FirstRows:
    """Newcomers in the order of their first orders: columns (n, p), labels (n,), their names."""

    Z: Values
    y: Values
    columns: tuple[str, ...]
    seed: int
    threads: int

    def forest(self, learnt: npt.NDArray[np.bool_] | None = None) -> Forest:
        """The forest of some rows; of all if None."""
        chosen = np.ones(len(self.y), dtype=bool) if learnt is None else learnt
        return fit_forest(
            self.Z[chosen].astype(np.float32),
            self.y[chosen],
            columns=self.columns,
            objective="regression",
            rounds=ROUNDS,
            params=PARAMS,
            seed=self.seed,
            threads=self.threads,
        )

    def only(self, chosen: npt.NDArray[np.bool_]) -> FirstRows:
        """Some of the rows."""
        return replace(self, Z=self.Z[chosen], y=self.y[chosen])

    def foretold(
        self, learnt: npt.NDArray[np.bool_], asked: npt.NDArray[np.bool_], weight: float
    ) -> Values:
        """The raw scores of some rows by a model of others."""
        centre = self.Z[learnt].mean(axis=0)
        told = np.zeros(int(asked.sum()))
        if weight < 1.0:
            ridge, _ = fit_ridge(self.Z[learnt] - centre, self.y[learnt])
            told += (1 - weight) * ridge.raw(self.Z[asked] - centre)
        if weight > 0.0:
            told += weight * self.forest(learnt).raw(self.Z[asked].astype(np.float32))
        return told

    def held_out(self, weight: float) -> Values:
        """The raw score of every row by a model of the other folds' rows."""
        fold = np.random.default_rng(self.seed).permutation(len(self.y)) % FOLDS
        told = np.empty(len(self.y))
        for one in range(FOLDS):
            told[fold == one] = self.foretold(fold != one, fold == one, weight)
        return told


def chosen_weight(rows: FirstRows) -> tuple[float, dict[str, Any]]:
    """The forest's weight that foretold later newcomers best, and what each weight came to."""
    tried = in_time(rows, WEIGHTS)
    errors = tried["errors"]
    return min(WEIGHTS, key=lambda weight: (errors[str(weight)], weight)), tried


def in_time(rows: FirstRows, weights: tuple[float, ...]) -> dict[str, Any]:
    """Each block of newcomers foretold from all that came before it.

    Those that came before have first years that reach into the block: no client is in both, but a
    year's luck may be. Waiting a year would leave nothing of most histories.
    """
    block = np.arange(len(rows.y)) * BLOCKS // len(rows.y)
    later = block > 0
    told = {
        weight: np.concatenate(
            [rows.foretold(block < one, block == one, weight) for one in range(1, BLOCKS)]
        )
        for weight in weights
    }
    y = rows.y[later]
    return {
        "rows": int(later.sum()),
        "errors": {str(weight): float(((y - raw) ** 2).mean()) for weight, raw in told.items()},
        "spearman": {str(weight): spearman(raw, y) for weight, raw in told.items()},
    }


def later_spread(rows: FirstRows, profit: Values, weight: float, *, scale: float) -> Spread:
    """How far the first years of the newer half lie from what those before them foretold.

    Everything is learnt anew from the rows before a block, its level in money too: of rows that
    taught a model, or lived through the same years, the errors are smaller than those to come.

    Parameters
    ----------
    rows
        In the order of their first orders.
    profit
        In money, shape (n,).
    weight
        The forest's.
    scale
        The money of the asinh scale.
    """
    block = np.arange(len(rows.y)) * BLOCKS // len(rows.y)
    told = []
    for one in range(BLOCKS // 2, BLOCKS):
        before = block < one
        held = rows.only(before).held_out(weight)
        amount = fit_first_amount(held, profit[before], scale=scale)
        told.append(amount.expected(rows.foretold(before, block == one, weight)))
    return fit_spread(np.concatenate(told), profit[block >= BLOCKS // 2], unit=scale)


def spearman(expected: Values, actual: Values) -> float | None:
    """The rank correlation, in [-1, 1], higher is better; None where either is constant.

    Examples
    --------
    >>> spearman(np.array([1.0, 2.0, 3.0]), np.array([10.0, 20.0, 25.0]))
    1.0
    """
    one, two = rankdata(expected), rankdata(actual)
    if len(one) < 2 or min(one.std(), two.std()) == 0.0:
        return None
    return round(float(np.corrcoef(one, two)[0, 1]), 12)
