from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import segml.boosting.forest as forest_module
from segml.boosting import parting
from segml.boosting.between import between_rows
from segml.boosting.pairs import PairTables, between_pairs, pair_tables
from segml.boosting.parting import DEEPEST
from segml.boosting.trees import Trees


def tables_of(trees: Trees) -> PairTables:
    tables = pair_tables(trees)
    assert tables is not None
    return tables


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    leaves=st.sampled_from([2, 8, 31]),
    categorical=st.sampled_from([(), (2,), (2, 3)]),
    zero_as_missing=st.booleans(),
    use_missing=st.booleans(),
)
def test_the_compiled_loops_say_what_the_plain_version_says(
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
    shares = between_pairs(tables_of(forest.trees), before, after)
    wanted = between_rows(forest.trees, before, after)
    np.testing.assert_allclose(shares, wanted, rtol=0, atol=1e-12)
    assert (shares[kept] == 0.0).all()
    change = forest.trees.raw(after) - forest.trees.raw(before)
    np.testing.assert_allclose(shares.sum(axis=1), change, rtol=0, atol=1e-11)


@pytest.mark.parametrize("length", [40, DEEPEST])
def test_a_deep_path_on_which_everything_changed_is_exact(
    forests: SimpleNamespace, length: int
) -> None:
    trees = forests.chain(length)
    before, after = -np.ones((1, length), np.float32), np.ones((1, length), np.float32)
    for old, new, share in ((before, after, 3 / length), (after, before, -3 / length)):
        shares = between_pairs(tables_of(trees), old, new)
        np.testing.assert_allclose(shares, np.full((1, length), share), rtol=1e-11)
        np.testing.assert_allclose(shares, between_rows(trees, old, new), rtol=1e-11)


def test_a_forest_with_longer_paths_than_can_be_counted_is_explained_the_plain_way(
    forests: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pair_tables(forests.chain(DEEPEST + 1)) is None
    forest = forests.fitted(3, num_leaves=31)
    X = forests.training(3)[0]
    monkeypatch.setattr(forest_module, "BULK_PAIRS", 1)
    monkeypatch.setattr(parting, "DEEPEST", 1)
    np.testing.assert_array_equal(
        forest.between(X[:100], X[100:200]), between_rows(forest.trees, X[:100], X[100:200])
    )


def test_trees_of_a_single_leaf_share_nothing_out(forests: SimpleNamespace) -> None:
    forest = forests.fitted(1, min_data_in_leaf=1000)
    X = forests.training(1)[0]
    assert not between_pairs(tables_of(forest.trees), X[:5], X[5:10]).any()


@pytest.mark.parametrize("rows", [slice(0, 1), slice(7, 5000)])
def test_neither_the_threads_nor_the_company_change_a_byte(
    forests: SimpleNamespace, rows: slice
) -> None:
    forest = forests.fitted(4, categorical=(2,), num_leaves=31)
    tables = tables_of(forest.trees)
    before = np.tile(forests.training(4)[0], (20, 1))
    after = np.roll(before, 1, axis=0)
    together = between_pairs(tables, before, after)
    np.testing.assert_array_equal(between_pairs(tables, before[rows], after[rows]), together[rows])
