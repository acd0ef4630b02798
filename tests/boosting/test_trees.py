from __future__ import annotations

from typing import Any

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segml.boosting import fit_forest, parse_forest, parse_trees
from segml.boosting.trees import Trees
from segml.words.errors import BundleRefused

COLUMNS = tuple("abcd")
# What reaches a model although it never was in training: codes that are negative, fractions,
# unseen or larger than an int; numbers at LightGBM's own threshold of zero; missing values.
ODD = np.float32(
    [0, -0.0, -0.5, -1, -7, 0.9, 1.5, 6.99, 31, 32, 33.2, 1e9, 3e9, 3e38, -3e38, 1e-36, -1e-36,
     1e-35, -1e-35, 1.1e-35, -1.1e-35, np.nan, 2, 3, 4, 5]
)  # fmt: skip


def training(seed: int, n: int = 300) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = np.round(rng.normal(size=(n, 4)) * 2, int(rng.integers(0, 3))).astype(np.float32)
    X[:, 2] = rng.integers(0, 45, n)
    X[:, 3] = rng.integers(0, 3, n)
    X[rng.random((n, 4)) < rng.choice([0.0, 0.2])] = np.nan
    z = np.nan_to_num(X)
    y = z[:, 0] * z[:, 1] + np.sin(z[:, 2] * 2) * 3 + z[:, 3] + rng.normal(size=n)
    return X, y


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    zero_as_missing=st.booleans(),
    use_missing=st.booleans(),
    categorical=st.sampled_from([(), (2,), (2, 3)]),
    objective=st.sampled_from(["regression", "regression_l1", "binary", "poisson"]),
)
def test_the_tables_predict_exactly_what_lightgbm_predicts(
    seed: int,
    zero_as_missing: bool,
    use_missing: bool,
    categorical: tuple[int, ...],
    objective: str,
) -> None:
    X, y = training(seed)
    y = {"binary": y > 0, "poisson": np.abs(y)}.get(objective, y)
    forest = fit_forest(
        X, y, columns=COLUMNS, objective=objective, rounds=6, seed=seed, threads=1,
        categorical=categorical,
        params={"zero_as_missing": zero_as_missing, "use_missing": use_missing,
                "min_data_in_leaf": 2, "min_data_per_group": 2, "cat_smooth": 1.0},
    )  # fmt: skip
    strange = np.random.default_rng(seed).choice(ODD, size=(400, 4))
    for asked in (X, strange):
        np.testing.assert_allclose(forest.trees.raw(asked), forest.raw(asked), rtol=1e-14, atol=0)


def test_a_forest_of_single_leaves_is_a_constant() -> None:
    X, y = training(1)
    forest = fit_forest(
        X, y, columns=COLUMNS, objective="regression", rounds=3, seed=1, threads=1,
        params={"min_data_in_leaf": 1000},
    )  # fmt: skip
    np.testing.assert_allclose(forest.trees.raw(X), forest.raw(X))
    np.testing.assert_allclose(forest.raw(X), np.float32(y).mean(), rtol=1e-6)
    assert not forest.between(X[:5], X[5:10]).any()


def text_of(**params: Any) -> str:
    X, y = training(2)
    asked = {"verbosity": -1, "num_threads": 1, "objective": "regression"} | params
    if asked.get("num_class"):
        y = (y > 0).astype(float)
    data = lgb.Dataset(X, y, feature_name=list(COLUMNS), params=asked)
    return lgb.train(asked, data, num_boost_round=2).model_to_string()


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"linear_tree": True}, "linear leaves"),
        ({"objective": "multiclass", "num_class": 3}, "num_class=3"),
        ({"boosting": "rf", "bagging_fraction": 0.5, "bagging_freq": 1}, "averaged forest"),
    ],
)
def test_models_the_tables_cannot_say_are_refused_by_name(
    params: dict[str, Any], named: str
) -> None:
    with pytest.raises(BundleRefused, match=named):
        parse_trees(text_of(**params))


def test_a_text_of_another_version_or_no_model_at_all_is_refused() -> None:
    text = text_of()
    with pytest.raises(BundleRefused, match="version v9"):
        parse_trees(text.replace("version=v4", "version=v9"))
    with pytest.raises(BundleRefused, match="no LightGBM text"):
        parse_trees("PK\x03\x04")
    with pytest.raises(BundleRefused, match="cannot be read"):
        parse_trees(text.replace("leaf_value=", "leaf_worth="))


def test_swapped_renamed_and_missing_columns_are_refused() -> None:
    text = text_of()
    assert parse_forest(text, COLUMNS).columns == COLUMNS
    with pytest.raises(BundleRefused, match="0: `b` for `a`"):
        parse_forest(text, ("b", "a", "c", "d"))
    with pytest.raises(BundleRefused, match="3 columns for 4"):
        parse_forest(text, ("a", "b", "c"))


def test_a_forest_without_a_tree_has_no_depth() -> None:
    assert Trees(columns=COLUMNS, tables=()).depth == 0
