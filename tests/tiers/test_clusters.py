"""The `clusters` scheme as scikit-learn and managers expect it."""

from __future__ import annotations

import io
import os
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from segml.tiers import NO_TIER, ClusterTiers

PORTFOLIOS = int(os.environ.get("SEGML_PORTFOLIOS", "150"))


# array_api checks need SCIPY_ARRAY_API in the environment and skip themselves
@parametrize_with_checks(
    [ClusterTiers(), ClusterTiers(n_tiers=2, min_per_tier=1), ClusterTiers(min_per_tier=10**6)]
)
def test_scikit_learn_accepts_the_estimator(estimator: Any, check: Any) -> None:
    check(estimator)


def _portfolio(seed: int, rows: int = 120, columns: int = 4) -> np.ndarray:
    """Heavy tails, losses, zeros and ties, as ledgers have them."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 4, rows)
    profit = rng.lognormal(3.0 + 1.5 * group, 1.0) - rng.exponential(30, rows)
    rest = rng.lognormal(1.0, rng.uniform(0.2, 1.5), (rows, columns - 1)) * (group + 1)[:, None]
    rest[rng.random(rest.shape) < 0.2] = 0.0
    return np.round(np.column_stack([profit, rest]), 2)


@settings(max_examples=PORTFOLIOS, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(8, 90),
    n_tiers=st.integers(2, 6),
    min_per_tier=st.sampled_from([1, 15]),
)
def test_more_profit_never_lowers_a_tier_in_random_portfolios(
    seed: int, rows: int, n_tiers: int, min_per_tier: int
) -> None:
    X = _portfolio(seed, rows)
    tiers = ClusterTiers(n_tiers, min_per_tier=min_per_tier, n_init=1).fit(X)
    rng = np.random.default_rng(seed)
    for raise_ in (0.01, 5.0, 200.0, 1e6):
        richer = X.copy()
        richer[:, 0] += raise_ * rng.random(rows)
        for previous in (None, rng.integers(NO_TIER, tiers.n_tiers_, rows)):
            before, after = tiers.assign(X, previous), tiers.assign(richer, previous)
            assert (after.label <= before.label).all()
            assert (before.margin >= 0).all()


@settings(max_examples=30, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1))
def test_contributions_sum_to_the_margin_with_and_without_a_previous_tier(seed: int) -> None:
    X = _portfolio(seed)
    tiers = ClusterTiers(4, n_init=1).fit(X)
    for previous in (None, np.random.default_rng(seed).integers(NO_TIER, tiers.n_tiers_, len(X))):
        values, base = tiers.margin_contributions(X, previous)
        margin = tiers.assign(X, previous).margin
        np.testing.assert_allclose(base + values.sum(axis=1), margin, rtol=0, atol=1e-9)


def test_the_mean_contribution_over_the_training_rows_of_one_pair_is_zero() -> None:
    X = _portfolio(3)
    tiers = ClusterTiers(3).fit(X)
    pair = np.tile(tiers.assign(X).pair[:1], (len(X), 1))
    values, _ = tiers.pair_contributions(X, pair)
    np.testing.assert_allclose(values.mean(axis=0), 0, atol=1e-12)


def test_mean_profit_falls_from_tier_to_tier() -> None:
    for seed in range(20):
        X = _portfolio(seed)
        tiers = ClusterTiers(5, n_init=1).fit(X)
        means = [X[tiers.labels_ == rank, 0].mean() for rank in range(tiers.n_tiers_)]
        assert (np.diff(means) < 0).all()


def test_disagreeing_neighbours_become_one_tier_and_it_is_said() -> None:
    rng = np.random.default_rng(0)
    steady = np.column_stack([rng.normal(100, 2, 40), rng.normal(9, 0.1, 40)])
    # below the steady ones by the mean of logs, but three of them lift the mean of money
    giants = np.column_stack([rng.normal(60, 2, 40), rng.normal(3, 0.1, 40)])
    giants[:3, 0] = 5_000.0
    small = np.column_stack([rng.normal(1, 0.1, 40), rng.normal(0, 0.1, 40)])
    tiers = ClusterTiers(3, weights=[1.0, 9.0]).fit(np.vstack([steady, giants, small]))
    assert tiers.center_tiers_.tolist() == [0, 0, 1]
    assert tiers.labels_.tolist() == [0] * 80 + [1] * 40
    assert tiers.order_note_ == "3 clusters make 2 tiers: tier 1 holds 2"
    assert not tiers.ranking_


def test_too_few_clients_are_ranked_by_profit_alone_and_it_is_said() -> None:
    X = _portfolio(5, rows=20)
    tiers = ClusterTiers(4).fit(X)
    assert tiers.ranking_
    assert tiers.order_note_ == "ranking by profit alone: 20 rows, clusters need 60"
    by_profit = np.argsort(-X[:, 0], kind="stable")
    assert (np.diff(tiers.labels_[by_profit]) >= 0).all()
    assert tiers.n_tiers_ == 4
    values, base = tiers.margin_contributions(X)
    assert (values[:, 1:] == 0).all()
    np.testing.assert_allclose(base + values.sum(axis=1), tiers.assign(X).margin, atol=1e-9)


def test_enough_clients_are_clustered() -> None:
    tiers = ClusterTiers(4).fit(_portfolio(5, rows=60))
    assert not tiers.ranking_


def test_two_clients_make_two_tiers() -> None:
    assert ClusterTiers(4).fit([[5.0], [-1.0]]).predict([[5.0], [-1.0]]).tolist() == [0, 1]


def test_one_profit_for_all_is_refused() -> None:
    with pytest.raises(ValueError, match="at least two different"):
        ClusterTiers(2).fit([[3.0, 1.0], [3.0, 2.0], [3.0, 5.0]])


def test_row_order_changes_nothing_to_the_last_bit() -> None:
    X = _portfolio(7)
    order = np.random.default_rng(0).permutation(len(X))
    one, two = ClusterTiers(4).fit(X), ClusterTiers(4).fit(X[order])
    assert (one.centers_ == two.centers_).all()
    assert (one.background_ == two.background_).all()
    assert (one.labels_[order] == two.labels_).all()
    assert (one.assign(X).margin[order] == one.assign(X[order]).margin).all()


def test_same_seed_same_bytes() -> None:
    def fitted() -> bytes:
        file = io.BytesIO()
        pickle.dump(ClusterTiers(4).fit(_portfolio(8)), file)
        return file.getvalue()

    assert fitted() == fitted()


def test_fitting_changes_neither_the_rows_nor_the_parameters() -> None:
    X = _portfolio(9)
    kept = X.copy()
    tiers = ClusterTiers(3, weights=(1.0, 2.0, 1.0, 1.0))
    before = clone(tiers).get_params()
    tiers.fit(X)
    np.testing.assert_array_equal(X, kept)
    assert tiers.get_params() == before


def test_a_heavier_coordinate_stretches_by_its_weight() -> None:
    X = _portfolio(10)
    plain = ClusterTiers(3).fit(X).transform(X)
    heavy = ClusterTiers(3, weights=[3.0, 1.0, 1.0, 1.0]).fit(X).transform(X)
    np.testing.assert_allclose(heavy, plain * [3.0, 1.0, 1.0, 1.0])


@pytest.mark.parametrize(
    ("parameters", "match"),
    [
        ({"n_tiers": 1}, "n_tiers"),
        ({"profit_column": 4}, "profit_column"),
        ({"hysteresis": 1.0}, "hysteresis"),
        ({"hysteresis": -0.1}, "hysteresis"),
        ({"weights": [1.0]}, "weights"),
        ({"weights": [1.0, 0.0, 1.0, 1.0]}, "weights"),
    ],
)
def test_parameters_out_of_range_are_refused_at_fit(parameters: dict[str, Any], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        ClusterTiers(**parameters).fit(_portfolio(1))


@pytest.mark.parametrize("previous", [[0] * 119, [3] * 120, [-2] * 120])
def test_a_previous_tier_that_does_not_exist_is_refused(previous: list[int]) -> None:
    X = _portfolio(1)
    tiers = ClusterTiers(3).fit(X)
    with pytest.raises(ValueError, match="previous"):
        tiers.assign(X, previous)


def test_profit_may_stand_in_any_column() -> None:
    X = _portfolio(2)
    last = ClusterTiers(4, profit_column=3).fit(X[:, [1, 2, 3, 0]])
    assert (np.diff(last.centers_[:, 3]) <= 0).all()
    richer = X[:, [1, 2, 3, 0]] + [0, 0, 0, 500]
    assert (last.predict(richer) <= last.labels_).all()
