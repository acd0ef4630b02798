from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segml.boosting.between import between_rows
from segml.boosting.pairs import between_pairs, pair_tables


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    leaves=st.sampled_from([2, 8, 31]),
    categorical=st.sampled_from([(), (2,), (2, 3)]),
    zero_as_missing=st.booleans(),
    use_missing=st.booleans(),
)
def test_the_walk_says_what_the_plain_version_says(
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
    rng = np.random.default_rng(seed)
    X = forests.training(seed)[0]
    before = np.concatenate([X[:60], rng.choice(forests.odd, size=(60, 6))])
    after = np.concatenate([X[60:120], rng.choice(forests.odd, size=(60, 6))])
    kept = rng.random(after.shape) < 0.3
    after[kept] = before[kept]
    shares = between_pairs(pair_tables(forest.trees), before, after)
    wanted = between_rows(forest.trees, before, after)
    np.testing.assert_allclose(shares, wanted, rtol=0, atol=1e-12)
    assert (shares[kept] == 0.0).all()
    change = forest.trees.raw(after) - forest.trees.raw(before)
    np.testing.assert_allclose(shares.sum(axis=1), change, rtol=0, atol=1e-11)


def test_a_deep_path_on_which_everything_changed_is_exact(forests: SimpleNamespace) -> None:
    trees = forests.chain(40)
    before, after = -np.ones((1, 40), np.float32), np.ones((1, 40), np.float32)
    shares = between_pairs(pair_tables(trees), before, after)
    np.testing.assert_allclose(shares, np.full((1, 40), 3 / 40), rtol=1e-12)
    np.testing.assert_allclose(shares, between_rows(trees, before, after), rtol=1e-12)


def test_trees_of_a_single_leaf_share_nothing_out(forests: SimpleNamespace) -> None:
    forest = forests.fitted(1, min_data_in_leaf=1000)
    X = forests.training(1)[0]
    assert not between_pairs(pair_tables(forest.trees), X[:5], X[5:10]).any()


@pytest.mark.parametrize("rows", [slice(0, 1), slice(7, 5000)])
def test_neither_the_threads_nor_the_company_change_a_byte(
    forests: SimpleNamespace, rows: slice
) -> None:
    forest = forests.fitted(4, categorical=(2,), num_leaves=31)
    tables = pair_tables(forest.trees)
    before = np.tile(forests.training(4)[0], (20, 1))
    after = np.roll(before, 1, axis=0)
    together = between_pairs(tables, before, after)
    np.testing.assert_array_equal(between_pairs(tables, before[rows], after[rows]), together[rows])
