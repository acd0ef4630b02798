from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from segml.boosting import fit_forest
from segml.boosting.matrix import checked
from segml.words.errors import DataRefused

COLUMNS = ("silence_days", "orders_90")


def test_infinities_are_refused_with_feature_and_first_row() -> None:
    X = np.float32([[1, 2], [3, np.inf], [-np.inf, np.inf]])
    with pytest.raises(DataRefused) as refused:
        checked(X, COLUMNS)
    assert "`silence_days` (1 rows, first 2)" in str(refused.value)
    assert "`orders_90` (2 rows, first 1)" in str(refused.value)


def test_missing_values_and_no_rows_pass() -> None:
    X = np.float32([[np.nan, 2]])
    np.testing.assert_array_equal(checked(X, COLUMNS), X)
    assert checked(X[:0], COLUMNS).shape == (0, 2)


@pytest.mark.parametrize("X", [np.zeros((2, 2)), [[1.0, 2.0]], np.zeros((2, 2), dtype=np.int32)])
def test_anything_but_float32_is_refused(X: Any) -> None:
    with pytest.raises(TypeError, match="float32"):
        checked(X, COLUMNS)


@pytest.mark.parametrize("shape", [(2,), (2, 3), (2, 1), (1, 2, 2)])
def test_a_matrix_of_another_width_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected"):
        checked(np.zeros(shape, dtype=np.float32), COLUMNS)


def test_every_door_of_a_forest_checks_its_matrix() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 2)).astype(np.float32)
    forest = fit_forest(
        X, X[:, 0] > 0, columns=COLUMNS, objective="binary", rounds=3, seed=1, threads=1
    )
    bad = X.copy()
    bad[7, 1] = np.inf
    for ask in (forest.raw, forest.contributions, lambda Z: forest.between(X, Z)):
        with pytest.raises(DataRefused, match="`orders_90`"):
            ask(bad)
        with pytest.raises(ValueError, match="expected"):
            ask(X[:, :1])
    with pytest.raises(ValueError, match="no pairs"):
        forest.between(X, X[:5])
