from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import comb, factorial
from types import SimpleNamespace

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segml.boosting import forest as forest_module
from segml.boosting import parse_forest, parse_trees
from segml.boosting.tables import shap_tables
from segml.boosting.trees import TreeTable
from segml.boosting.treeshap import contributions, largest, leading


def theirs(text: str, X: np.ndarray) -> tuple[np.ndarray, float]:
    told = np.asarray(lgb.Booster(model_str=text).predict(X, pred_contrib=True))
    return told[:, :-1], float(told[0, -1])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    leaves=st.sampled_from([2, 8, 31]),
    most=st.sampled_from([2, 8, 64, 4096]),
    categorical=st.sampled_from([(), (2,), (2, 3)]),
    zero_as_missing=st.booleans(),
    use_missing=st.booleans(),
)
def test_contributions_are_lightgbms_own_on_any_row(
    forests: SimpleNamespace,
    seed: int,
    leaves: int,
    most: int,
    categorical: tuple[int, ...],
    zero_as_missing: bool,
    use_missing: bool,
) -> None:
    forest = forests.fitted(
        seed, categorical=categorical, num_leaves=leaves, zero_as_missing=zero_as_missing,
        use_missing=use_missing,
    )  # fmt: skip
    tables = shap_tables(forest.trees, most=most)
    strange = np.random.default_rng(seed).choice(forests.odd, size=(60, 6))
    X = np.concatenate([forests.training(seed)[0][:60], strange])
    values, base = theirs(forest.text, X)
    np.testing.assert_allclose(contributions(tables, X), values, rtol=0, atol=1e-11)
    assert tables.base == pytest.approx(base, abs=1e-11)


def expectation(tree: TreeTable, row: np.ndarray, known: frozenset[int], node: int = 0) -> float:
    """The tree's output where splits on known features follow the row, others both ways."""
    if node < 0:
        return float(tree.value[~node])
    left, right = (
        expectation(tree, row, known, int(child[node])) for child in (tree.left, tree.right)
    )
    if int(tree.feature[node]) in known:
        return left if tree.goes_left(row[None])[0, node] else right
    share = tree.shares()[node, 0]
    return share * left + (1 - share) * right


def test_contributions_are_shapley_values_by_their_definition(forests: SimpleNamespace) -> None:
    forest = forests.fitted(5, categorical=(2, 3), num_leaves=12)
    X = forests.training(5)[0][:6]
    every = range(6)
    wanted = np.zeros((6, 6))
    for i, row in enumerate(X):
        subsets = [frozenset(c) for size in range(7) for c in combinations(every, size)]
        worth = {s: sum(expectation(t, row, s) for t in forest.trees.tables) for s in subsets}
        for s in subsets:
            for j in set(every) - s:
                weight = factorial(len(s)) * factorial(5 - len(s)) / factorial(6)
                wanted[i, j] += weight * (worth[s | {j}] - worth[s])
    got = contributions(shap_tables(forest.trees, most=32), X)
    np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize("length", [11, 20, 62, 80])
def test_deep_leaves_are_exact_in_rational_arithmetic(
    forests: SimpleNamespace, length: int
) -> None:
    failing = [0, 1, length // 2]
    X = np.ones((3, length), dtype=np.float32)
    for row, count in enumerate(failing):
        X[row, :count] = -1
    got = contributions(shap_tables(forests.chain(length)), np.tile(X, (5, 1)))
    for row, count in enumerate(failing * 5):
        holds = _share_of_one_that_holds(length, count)
        change = 3 * (count == 0) - Fraction(3, 2**length)
        np.testing.assert_allclose(got[row, count:], float(holds), rtol=1e-12, atol=1e-15)
        if count:
            fails = (change - (length - count) * holds) / count
            np.testing.assert_allclose(got[row, :count], float(fails), rtol=1e-12, atol=1e-15)


def _share_of_one_that_holds(d: int, failing: int) -> Fraction:
    """By the definition: its marginal 3 (1 - z) z^(rest) over the sets of s others that all hold.

    A set with a member that fails is worth 0, with and without it. z is one half.
    """
    weights = (Fraction(factorial(s) * factorial(d - 1 - s), factorial(d)) for s in range(d))
    return sum(
        (
            weight * comb(d - failing - 1, s) * 3 * Fraction(1, 2 ** (d - s))
            for s, weight in enumerate(weights)
        ),
        Fraction(0),
    )


@pytest.mark.parametrize("booster", ["gbdt", "dart"])
def test_early_stopping_starting_scores_and_dart_are_exact(
    forests: SimpleNamespace, booster: str
) -> None:
    X, y = forests.training(3, 600)
    params = {
        "objective": "binary", "boosting": booster, "verbosity": -1, "num_threads": 1, "seed": 1,
        "drop_rate": 0.5,
    }  # fmt: skip
    label, start = (y > 0).astype(float), np.linspace(-1, 1, 400)
    train = lgb.Dataset(X[:400], label[:400], init_score=start, feature_name=list(forests.columns))
    valid = lgb.Dataset(X[400:], label[400:], reference=train)
    stop = [] if booster == "dart" else [lgb.early_stopping(3, verbose=False)]
    grown = lgb.train(params, train, 40, valid_sets=[valid], callbacks=stop)
    if booster == "gbdt":
        assert grown.best_iteration < 40
    text = grown.model_to_string(num_iteration=grown.best_iteration or None)
    forest = parse_forest(text, forests.columns)
    values, base = theirs(text, X)
    tables = shap_tables(forest.trees)
    np.testing.assert_allclose(contributions(tables, X), values, rtol=0, atol=1e-11)
    assert tables.base == pytest.approx(base, abs=1e-11)


def test_a_forest_of_single_leaves_contributes_nothing(forests: SimpleNamespace) -> None:
    forest = forests.fitted(1, min_data_in_leaf=1000)
    tables = shap_tables(forest.trees)
    X = forests.training(1)[0]
    assert not contributions(tables, X).any()
    assert tables.base == pytest.approx(float(forest.raw(X)[0]), abs=1e-12)


def test_neither_the_block_nor_the_threads_nor_the_company_change_a_byte(
    forests: SimpleNamespace,
) -> None:
    forest = forests.fitted(8, categorical=(2,), num_leaves=31)
    tables = shap_tables(forest.trees)
    X = np.tile(forests.training(8)[0], (20, 1))
    together = contributions(tables, X)
    for rows in (slice(0, 1), slice(100, 4000), slice(5999, 6000)):
        np.testing.assert_array_equal(contributions(tables, X[rows]), together[rows])


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), top=st.integers(1, 9), weight=st.sampled_from([0.0, 0.5, 1.0]))
def test_leading_contributions_are_the_largest_of_all(
    forests: SimpleNamespace, seed: int, top: int, weight: float
) -> None:
    forest = forests.fitted(seed, categorical=(2,), num_leaves=4)
    tables, X = shap_tables(forest.trees), forests.training(seed)[0]
    X[:50] = X[0]  # with the copies, whole rows of equal contributions
    steps = np.round(np.nan_to_num(X[:, 0]).astype(np.float64), 1)
    extra = [(4, steps), (1, np.ones(len(X))), (4, steps / 3)]
    values = weight * contributions(tables, X)
    for column, more in extra:
        values[:, column] += more
    got = leading(tables, X, top=top, weight=weight, extra=extra)
    wanted = largest(values, top=top)
    np.testing.assert_array_equal(got.columns, wanted.columns)
    np.testing.assert_array_equal(got.values, wanted.values)
    np.testing.assert_allclose(got.told, values.sum(axis=1), rtol=0, atol=1e-12)


def test_largest_is_ordered_by_magnitude_then_column_and_leaves_zeros_out() -> None:
    found = largest(np.array([[1.0, -3.0, 0.0, 3.0], [0.0, 0.0, 0.0, -0.5]]), top=3)
    np.testing.assert_array_equal(found.columns, [[1, 3, 0], [3, -1, -1]])
    np.testing.assert_array_equal(found.values, [[-3.0, 3.0, 1.0], [-0.5, 0.0, 0.0]])
    np.testing.assert_array_equal(found.told, [1.0, -0.5])


def test_both_roads_of_a_forest_say_the_same(
    forests: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    forest = forests.fitted(21, categorical=(2, 3), num_leaves=8)
    X = forests.training(21)[0]
    extra = [(0, np.nan_to_num(X[:, 0]).astype(np.float64))]
    few = forest.contributions(X), forest.leading(X, top=3, weight=0.5, extra=extra)
    pairs = forest.between(X[:150], X[150:])
    monkeypatch.setattr(forest_module, "BULK_ROWS", 1)
    monkeypatch.setattr(forest_module, "BULK_PAIRS", 1)
    many = forest.contributions(X), forest.leading(X, top=3, weight=0.5, extra=extra)
    np.testing.assert_allclose(many[0][0], few[0][0], rtol=0, atol=1e-12)
    assert many[0][1] == pytest.approx(few[0][1], abs=1e-12)
    np.testing.assert_array_equal(many[1][0].columns, few[1][0].columns)
    np.testing.assert_allclose(many[1][0].values, few[1][0].values, rtol=0, atol=1e-12)
    np.testing.assert_allclose(forest.between(X[:150], X[150:]), pairs, rtol=0, atol=1e-12)


def test_no_contribution_at_all_cannot_be_asked_for(forests: SimpleNamespace) -> None:
    with pytest.raises(ValueError, match="at least one"):
        forests.fitted(1).leading(forests.training(1)[0], top=0)


def test_counts_that_are_missing_from_a_text_are_refused(forests: SimpleNamespace) -> None:
    text = forests.fitted(2).text.replace("internal_count=", "internal_counts=")
    with pytest.raises(Exception, match="cannot be read"):
        parse_trees(text)
