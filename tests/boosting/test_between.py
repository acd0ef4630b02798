from __future__ import annotations

import importlib
import warnings
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segml.boosting import Forest, fit_forest
from segml.boosting.between import shapley_weights


def brute_force(forest: Forest, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Shapley values by their definition, over all subsets, by LightGBM's own predictions."""
    p = len(before)
    subsets = [frozenset(c) for size in range(p + 1) for c in combinations(range(p), size)]
    mixed = np.array([[after[j] if j in s else before[j] for j in range(p)] for s in subsets])
    worth = dict(zip(subsets, forest.raw(mixed.astype(np.float32)), strict=True))
    shares = np.zeros(p)
    for s in subsets:
        for j in set(range(p)) - s:
            weight = factorial(len(s)) * factorial(p - len(s) - 1) / factorial(p)
            shares[j] += weight * (worth[s | {j}] - worth[s])
    return shares


def forest_of(
    seed: int, *, categorical: tuple[int, ...] = (), missing: float = 0.2, p: int = 5, **params: Any
) -> tuple[Forest, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = np.round(rng.normal(size=(250, p)) * 2, 1).astype(np.float32)
    for j in categorical:
        X[:, j] = rng.integers(0, 40, 250)
    X[rng.random(X.shape) < missing] = np.nan
    z = np.nan_to_num(X)
    y = z[:, 0] * z[:, 1] + np.sin(z[:, 2] * 2) * 3 + z[:, 3] * (z[:, 4] > 0)
    asked = {"min_data_in_leaf": 2, "num_leaves": 12, "min_data_per_group": 2, "cat_smooth": 1.0}
    return fit_forest(
        X, y, columns=[f"f{j}" for j in range(p)], objective="regression", rounds=5, seed=seed,
        threads=1, categorical=categorical, params=asked | params,
    ), X  # fmt: skip


ODD = np.float32([0, -0.5, -3, 1.5, 39, 41, 1e9, 3e9, 3e38, -3e38, 1e-36, -1e-35, 1e-35, np.nan])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    categorical=st.sampled_from([(), (2,), (2, 4)]),
    zero_as_missing=st.booleans(),
    use_missing=st.booleans(),
    strange=st.booleans(),
)
def test_shares_equal_the_definition_over_all_subsets(
    seed: int, categorical: tuple[int, ...], zero_as_missing: bool, use_missing: bool, strange: bool
) -> None:
    forest, X = forest_of(
        seed, categorical=categorical, zero_as_missing=zero_as_missing, use_missing=use_missing
    )
    rng = np.random.default_rng(seed + 1)
    rows = rng.choice(ODD, size=(8, 5)) if strange else X[rng.choice(250, 8)]
    before, after = rows[:4], rows[4:]
    shares = forest.between(before, after)
    wanted = [brute_force(forest, b, a) for b, a in zip(before, after, strict=True)]
    np.testing.assert_allclose(shares, wanted, rtol=0, atol=1e-9)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_shares_equal_shaps_interventional_values_with_one_background_row(seed: int) -> None:
    with warnings.catch_warnings():
        # shap 0.51 calls Colormap.set_bad on import; drop this when it no longer does.
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        shap = importlib.import_module("shap")
    forest, X = forest_of(seed, missing=0.0, num_leaves=31)
    before, after = X[:6], X[6:12]
    shares = forest.between(before, after)
    for i in range(6):
        explainer = shap.TreeExplainer(
            forest._booster, before[i : i + 1], feature_perturbation="interventional"
        )
        theirs = explainer.shap_values(after[i : i + 1], check_additivity=False)[0]
        np.testing.assert_allclose(shares[i], theirs, rtol=0, atol=1e-6)


def test_unchanged_features_get_exactly_zero_and_rows_sum_to_the_change() -> None:
    forest, X = forest_of(7, categorical=(2, 4), num_leaves=31)
    rng = np.random.default_rng(0)
    before, after = X[:120], X[120:240].copy()
    kept = rng.random(after.shape) < 0.5
    after[kept] = before[kept]
    shares = forest.between(before, after)
    same = (before == after) | (np.isnan(before) & np.isnan(after))
    assert same.sum() > 100
    assert (shares[same] == 0.0).all()
    np.testing.assert_allclose(
        shares.sum(axis=1), forest.raw(after) - forest.raw(before), rtol=0, atol=1e-9
    )


def test_a_single_changed_feature_takes_the_whole_change() -> None:
    forest, X = forest_of(3, categorical=(2,))
    after = X.copy()
    after[:, 1] = np.roll(after[:, 1], 1)
    shares = forest.between(X, after)
    np.testing.assert_allclose(shares[:, 1], forest.raw(after) - forest.raw(X), atol=1e-12)
    assert not shares[:, [0, 2, 3, 4]].any()


def test_turning_the_dates_round_turns_every_sign() -> None:
    forest, X = forest_of(11, categorical=(2,))
    there, back = forest.between(X[:100], X[100:200]), forest.between(X[100:200], X[:100])
    np.testing.assert_allclose(there, -back, rtol=0, atol=1e-12)


def test_a_pair_is_explained_alike_alone_and_among_others() -> None:
    forest, X = forest_of(12)
    together = forest.between(X[:30], X[30:60])
    for i in (0, 17):
        np.testing.assert_array_equal(
            forest.between(X[i : i + 1], X[30 + i : 31 + i])[0], together[i]
        )


def test_subtracting_two_ordinary_shap_vectors_is_not_the_same() -> None:
    forest, X = forest_of(7)
    before, after = X[:50], X[:50].copy()
    after[:, 0] = X[50:100, 0]
    difference = forest.contributions(after)[0] - forest.contributions(before)[0]
    shares = forest.between(before, after)
    assert np.abs(difference[:, 1:]).max() > 0.1
    assert np.abs(shares[:, 1:]).max() == 0.0


def test_shapley_weights_are_symmetric_and_sum_to_the_game() -> None:
    gains, losses = shapley_weights(12)
    np.testing.assert_array_equal(gains, losses.T)
    for u in range(1, 13):
        for v in range(1, 13 - u):
            assert u * gains[u, v] == pytest.approx(v * losses[u, v])
            exact = factorial(u - 1) * factorial(v) / factorial(u + v)
            assert gains[u, v] == pytest.approx(exact)
    np.testing.assert_allclose([u * gains[u, 0] for u in range(1, 13)], 1.0)
