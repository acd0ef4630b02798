"""Fitting a forest: the same rows, parameters and seed give the same text, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from segml.boosting.binned import BINNING, SAMPLED, Binned
from segml.boosting.forest import Forest, text_of
from segml.boosting.matrix import Matrix, checked, checked_categories
from segml.words.errors import DataRefused

if TYPE_CHECKING:
    import lightgbm as lgb

Parameter = float | int | str | bool
Rows = tuple[Matrix, npt.NDArray[np.float64]]

_OURS = frozenset({
    "bin_construct_sample_cnt", "boosting", "categorical_feature", "deterministic", "device_type",
    "early_stopping_round", "feature_pre_filter", "force_col_wise", "force_row_wise", "linear_tree",
    "monotone_constraints", "monotone_constraints_method", "num_class", "num_iterations",
    "num_threads", "objective", "seed", "verbosity",
})  # fmt: skip
_RENEWED_LEAVES = frozenset({"regression_l1", "quantile", "mape"})
_WORTH_THREADS = 1 << 21
"""Cells of X from which on a second processor is worth it. Threads of LightGBM wait for each other
hundreds of times a tree, and spin: on fewer cells a second one costs more than it brings, and where
processors are shared a hundred times as much."""


def fit_forest(
    X: Matrix | Binned,
    y: npt.ArrayLike,
    *,
    columns: Sequence[str],
    objective: str,
    rounds: int,
    params: Mapping[str, Parameter] | None = None,
    weight: npt.ArrayLike | None = None,
    monotone: Sequence[int] | None = None,
    categorical: Sequence[int] = (),
    valid: tuple[Matrix | Binned, npt.ArrayLike] | None = None,
    early_stopping_rounds: int | None = None,
    seed: int,
    threads: int = 2,
) -> Forest:
    """The forest that LightGBM grows on these rows.

    Parameters
    ----------
    X, y
        float32 of shape (n, p) with NaN for missing, or rows that were binned already (by the same
        `max_bin`, and those of `valid` with them); and n finite labels.
    columns
        The p feature names (letters, digits, `_`).
    objective
        A LightGBM objective with one output: `binary`, `regression`, `regression_l1`, `poisson` …
    rounds
        The largest number of trees.
    params
        Further LightGBM parameters by their canonical names, except those that are ours here.
    weight
        n non-negative weights.
    monotone
        p signs: +1 never falls with the feature, -1 never rises, 0 free.
    categorical
        Indices of columns that hold codes 0, 1, …
    valid, early_stopping_rounds
        Rows that stop the growth when the objective's metric has not improved for so many rounds;
        the text keeps the best round and nothing after it (`Forest.first` has what grew). Both or
        none.
    seed, threads
        Of every random choice; processors to use where X is large enough to be worth more than
        one. Their number changes no byte of the text.

    Raises
    ------
    TypeError, ValueError
        If shapes, names, codes, signs or parameters do not fit together.
    DataRefused
        If X, labels or weights are not finite, there are no rows, or a binary label has one class.
    """
    matrix, labels = _rows(X, y, columns, objective)
    checked_categories(matrix, columns, categorical)
    worth = threads if matrix.size >= _WORTH_THREADS else 1
    grown = _parameters(params, objective=objective, seed=seed, threads=worth)
    if monotone is not None and any(monotone):
        grown |= _monotone(monotone, columns, categorical, objective)
    if (valid is None) != (early_stopping_rounds is None):
        raise ValueError("valid rows and early_stopping_rounds are given together or not at all")
    weights = None if weight is None else _weights(weight, len(matrix))
    if isinstance(X, Binned):
        grown |= BINNING
        train = X.dataset(labels, weights)
    else:
        import lightgbm as lgb  # a second to import: who reads what was published needs none of it

        names = {"feature_name": list(columns), "categorical_feature": list(categorical)}
        train = lgb.Dataset(matrix, labels, weight=weights, params=grown, **names)
    held = None if valid is None else _held(valid, columns, objective, train)
    patience = early_stopping_rounds
    booster = _grow(train, grown, rounds=rounds, held=held, patience=patience)
    whole = None if patience is None else min(rounds, booster.best_iteration + patience)
    return _frozen(booster, columns, whole=whole)


def _held(
    valid: tuple[Matrix | Binned, npt.ArrayLike],
    columns: Sequence[str],
    objective: str,
    train: lgb.Dataset,
) -> lgb.Dataset:
    """The unseen rows as LightGBM judges by them, in the bins of those that teach."""
    import lightgbm as lgb

    X, y = valid
    matrix, labels = _rows(X, y, columns, objective, held=True)
    if isinstance(X, Binned):
        return X.dataset(labels, None)
    return lgb.Dataset(matrix, labels, reference=train)


def _grow(
    train: lgb.Dataset,
    params: Mapping[str, object],
    *,
    rounds: int,
    held: lgb.Dataset | None,
    patience: int | None,
) -> lgb.Booster:
    import lightgbm as lgb

    if rounds < 1:
        raise ValueError(f"a forest has at least one round, not {rounds}")
    # else LightGBM writes its text and reads it back, and forgets the rounds beyond the best
    kept = {"num_boost_round": rounds, "keep_training_booster": True}
    if held is None:
        return lgb.train(dict(params), train, **kept)
    return lgb.train(
        dict(params),
        train,
        **kept,
        valid_sets=[held],
        callbacks=[lgb.early_stopping(patience, verbose=False)],
    )


def _frozen(booster: lgb.Booster, columns: Sequence[str], *, whole: int | None) -> Forest:
    """The forest of a booster; of `whole` rounds that were grown, all are kept beside it.

    LightGBM takes a round back that finds no split. Where it did, its trees are no rounds.
    """
    grown = booster.current_iteration()
    kept = booster.best_iteration if booster.best_iteration > 0 else grown
    return Forest(
        text=text_of(booster, kept),
        columns=tuple(columns),
        rounds=int(kept),
        further=text_of(booster, grown) if grown == whole else None,
    )


def _parameters(
    params: Mapping[str, Parameter] | None, *, objective: str, seed: int, threads: int
) -> dict[str, object]:
    given: dict[str, object] = dict(params or {})
    if taken := sorted(_OURS & given.keys()):
        raise ValueError(f"params {taken} are set by fit_forest's own arguments")
    return given | {
        "objective": objective,
        "seed": seed,
        "num_threads": threads,
        "deterministic": True,
        # a column at a time, which is the faster the more rows there are: 33 ms a round of 196,000
        # rows and 124 columns on one processor, row by row 39
        "force_col_wise": True,
        **SAMPLED,
        "verbosity": -1,
    }


def _monotone(
    monotone: Sequence[int], columns: Sequence[str], categorical: Sequence[int], objective: str
) -> dict[str, object]:
    if len(monotone) != len(columns) or not set(monotone) <= {-1, 0, 1}:
        raise ValueError(f"monotone holds one of -1, 0, 1 for each of {len(columns)} columns")
    if any(monotone[j] for j in categorical):
        raise ValueError("a categorical column has no order to be monotone in")
    if objective in _RENEWED_LEAVES:
        raise ValueError(f"LightGBM renews the leaves of {objective}: no monotone constraints")
    # Measured on LightGBM 4.7 (four data sets with missing values, 150 trees of 31 leaves, 10,000
    # steps along each constrained feature): `advanced` went the wrong way by up to 0.16 log-odds on
    # all four, `intermediate` by 0.01 on one, `basic` never; its AUC was as good, its time least.
    return {"monotone_constraints": list(monotone), "monotone_constraints_method": "basic"}


def _rows(
    X: Matrix | Binned,
    y: npt.ArrayLike,
    columns: Sequence[str],
    objective: str,
    *,
    held: bool = False,
) -> Rows:
    if not all(re.fullmatch(r"\w+", name) for name in columns) or len(set(columns)) < len(columns):
        raise ValueError("feature names are distinct and made of letters, digits and _")
    if isinstance(X, Binned):
        if X.columns != tuple(columns):
            raise ValueError("binned rows have other columns")
        X = X.X
    else:
        X = checked(X, columns)
    labels = np.asarray(y, dtype=np.float64)
    if labels.shape != (len(X),):
        raise ValueError(f"{len(X)} rows have labels of shape {labels.shape}")
    if len(X) == 0 or not np.isfinite(labels).all():
        raise DataRefused(
            f"{len(X)} rows, {int((~np.isfinite(labels)).sum())} labels that are not finite",
            allowed="at least one row, finite labels",
            next_step="look at the label's population and its horizon",
        )
    if objective == "binary" and not held and len(np.unique(labels)) < 2:
        raise DataRefused(
            f"all {len(X)} labels are {labels[0]:g}",
            allowed="both classes among the training rows",
            next_step="choose a horizon or a history in which some clients left and some stayed",
        )
    return X, labels


def _weights(weight: npt.ArrayLike, rows: int) -> npt.NDArray[np.float64]:
    weights = np.asarray(weight, dtype=np.float64)
    if weights.shape != (rows,):
        raise ValueError(f"{rows} rows have weights of shape {weights.shape}")
    if not np.isfinite(weights).all() or (weights < 0).any() or weights.sum() <= 0:
        raise DataRefused(
            "weights that are negative, not finite, or all zero",
            allowed="non-negative weights, at least one of them positive",
            next_step="look at how the rows are weighed",
        )
    return weights
