from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segml.boosting.leaves import leaf_tables, raw_scores


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    leaves=st.sampled_from([2, 8, 31, 64]),
    categorical=st.sampled_from([(), (2,), (2, 3)]),
    zero_as_missing=st.booleans(),
    use_missing=st.booleans(),
)
def test_scores_are_lightgbms_to_the_last_bit(
    forests: SimpleNamespace,
    seed: int,
    leaves: int,
    categorical: tuple[int, ...],
    zero_as_missing: bool,
    use_missing: bool,
) -> None:
    forest = forests.fitted(
        seed, categorical=categorical, num_leaves=leaves, zero_as_missing=zero_as_missing,
        use_missing=use_missing,
    )  # fmt: skip
    strange = np.random.default_rng(seed).choice(forests.odd, size=(400, 6))
    X = np.concatenate([forests.training(seed)[0], strange])
    tables = leaf_tables(forest.trees)
    assert tables is not None
    assert raw_scores(tables, X).tobytes() == forest.raw(X).tobytes()


def test_trees_of_a_single_leaf_say_its_value(forests: SimpleNamespace) -> None:
    forest = forests.fitted(1, min_data_in_leaf=1000)
    X = forests.training(1)[0]
    np.testing.assert_array_equal(raw_scores(leaf_tables(forest.trees), X), forest.raw(X))


def test_the_longest_path_of_a_word_is_followed_to_its_end(forests: SimpleNamespace) -> None:
    tables = leaf_tables(forests.chain(63))
    X = np.ones((2, 63), np.float32)
    X[1, 62] = -1
    np.testing.assert_array_equal(raw_scores(tables, X), [3.0, 0.0])


@pytest.mark.parametrize("leaves", [16, 100])
def test_many_rows_are_scored_like_few(
    forests: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, leaves: int
) -> None:
    forest = forests.fitted(3, categorical=(2,), num_leaves=leaves, min_data_in_leaf=1)
    assert (leaf_tables(forest.trees) is None) == (leaves > 64)
    X = np.tile(forests.training(3)[0], (20, 1))
    few = forest.raw(X)
    monkeypatch.setattr("segml.boosting.forest.BULK_SCORES", 1)
    np.testing.assert_array_equal(forest.raw(X), few)
    np.testing.assert_array_equal(forest.raw(X[5:300]), few[5:300])
