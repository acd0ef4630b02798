from __future__ import annotations

import numpy as np
import pytest

from segml.boosting import Forest, fit_forest

Case = tuple[Forest, np.ndarray, np.ndarray]

COLUMNS = tuple("abcde")


@pytest.fixture(scope="module")
def case() -> Case:
    rng = np.random.default_rng(4)
    X = rng.normal(size=(800, 5)).astype(np.float32)
    X[:, 4] = rng.integers(0, 12, 800)
    X[rng.random((800, 5)) < 0.1] = np.nan
    z = np.nan_to_num(X)
    y = 1000 * (z[:, 0] + z[:, 1] * z[:, 2] + np.isin(z[:, 4], [2, 3])) + rng.normal(size=800)
    forest = fit_forest(
        X, y, columns=COLUMNS, objective="regression", rounds=60, seed=1, threads=1,
        categorical=(4,),
    )  # fmt: skip
    return forest, X, y


def test_contributions_and_base_sum_to_the_raw_score(case: Case) -> None:
    forest, X, _ = case
    values, base = forest.contributions(X)
    np.testing.assert_allclose(base + values.sum(axis=1), forest.raw(X), rtol=0, atol=1e-6)
    assert values.shape == X.shape
    assert abs(values.mean()) > 0


def test_the_base_is_the_mean_of_the_training_rows(case: Case) -> None:
    forest, X, y = case
    assert forest.contributions(X)[1] == pytest.approx(y.mean(), rel=1e-4)


def test_no_rows_have_no_scores_and_the_same_base(case: Case) -> None:
    forest, X, _ = case
    values, base = forest.contributions(X[:0])
    assert values.shape == (0, 5)
    assert base == forest.contributions(X)[1]
    assert forest.raw(X[:0]).shape == (0,)
    assert forest.between(X[:0], X[:0]).shape == (0, 5)


def test_a_row_is_scored_alike_alone_and_among_others(case: Case) -> None:
    forest, X, _ = case
    alone = np.concatenate([forest.raw(X[i : i + 1]) for i in range(20)])
    np.testing.assert_array_equal(alone, forest.raw(X)[:20])
    np.testing.assert_array_equal(forest.raw(np.asfortranarray(X)), forest.raw(X))


def test_gain_is_on_the_features_that_matter(case: Case) -> None:
    forest, _, _ = case
    gain = forest.gain()
    assert gain.shape == (5,)
    assert (gain.argmax(), gain.argmin()) == (0, 3)
