"""The rule schemes as scikit-learn and managers expect them."""

from __future__ import annotations

import io
import os
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.utils.estimator_checks import parametrize_with_checks

from segml.tiers import NO_TIER, RULE_SCHEMES, LevelTiers, ProfitabilityTiers, StrategicTiers
from segml.tiers.criteria import profit_anchors
from segml.tiers.rules import RuleTiers

SCHEMES = list(RULE_SCHEMES.values())
PORTFOLIOS = int(os.environ.get("SEGML_PORTFOLIOS", "60"))
NAMED = pytest.mark.parametrize("scheme", SCHEMES, ids=list(RULE_SCHEMES))


# array_api checks need SCIPY_ARRAY_API in the environment and skip themselves
@parametrize_with_checks(
    [
        *(scheme() for scheme in SCHEMES),
        *(scheme(min_per_tier=1) for scheme in SCHEMES),
        StrategicTiers(bands=(3.0, 2.0, 1.0), min_per_tier=1),
    ]
)
def test_scikit_learn_accepts_the_estimators(estimator: Any, check: Any) -> None:
    check(estimator)


def _columns(scheme: type[RuleTiers]) -> list[str]:
    own = [line.features[0] for line in scheme.criteria if line.features[0] != "profit_365"]
    return ["profit_365", *own]


_SCALES = {
    "profit_365": 900.0,
    "spend_365": 5000.0,
    "wallet": 20_000.0,
    "annual_turnover": 1e6,
    "tenure_days": 1200.0,
    "minutes_365": 90.0,
    "orders_365": 6.0,
    "complaints_180": 1.0,
    "demands_180": 2.0,
}


def _portfolio(scheme: type[RuleTiers], seed: int, rows: int = 150) -> np.ndarray:
    """Heavy tails, losses, zeros and ties, each column about as large as ledgers have it."""
    rng = np.random.default_rng(seed)
    columns = []
    for name in _columns(scheme):
        column = rng.lognormal(0.0, rng.uniform(0.2, 1.5), rows) * _SCALES.get(name, 0.3)
        if name == "profit_365":
            column -= rng.exponential(400.0, rows)
        column[rng.random(rows) < rng.choice([0.0, 0.2, 0.6])] = 0.0
        columns.append(np.round(column, rng.integers(0, 4)))
    return np.column_stack(columns)


def _fitted(scheme: type[RuleTiers], X: np.ndarray, seed: int) -> RuleTiers:
    least = [1, 15, 10**6][seed % 3]
    tiers = scheme(columns=_columns(scheme), min_per_tier=least)
    if isinstance(tiers, StrategicTiers) and seed % 2:
        tiers.set_params(bands=(20_000.0, 5000.0, 1000.0))
    return tiers.fit(X)


def _better(scheme: type[RuleTiers], X: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same clients, each better in some columns: more, or less of what is care."""
    by_name = {name: line for line in scheme.criteria for name in line.features}
    better = X.copy()
    for place, name in enumerate(_columns(scheme)):
        line = by_name.get(name)
        sign = -1.0 if line is not None and line.falling else 1.0
        some = rng.random(len(X)) < 0.5
        size = rng.choice([0.01, 0.3, 5.0, 1e3]) * _SCALES.get(name, 0.3)
        better[:, place] += sign * some * size * rng.random(len(X))
    return better


def _check_rules(scheme: type[RuleTiers], seed: int, rows: int) -> None:
    X = _portfolio(scheme, seed, rows)
    if np.ptp(X[:, 0]) == 0:
        return
    tiers, rng = _fitted(scheme, X, seed), np.random.default_rng(seed)
    richer = X.copy()
    richer[:, 0] += rng.choice([0.01, 50.0, 1e6]) * rng.random(rows)
    for previous in (None, rng.integers(NO_TIER, tiers.n_tiers_, rows)):
        found = tiers.assign(X, previous)
        for other in (richer, _better(scheme, X, rng)):
            assert (tiers.assign(other, previous).label <= found.label).all()
        assert (found.margin >= 0).all()
        assert (found.rival != found.label).all()
        values, base = tiers.pair_contributions(X, found.pair, found.previous)
        np.testing.assert_allclose(base + values.sum(axis=1), found.margin, rtol=0, atol=1e-9)
        again = tiers.assign(X, found.label)
        np.testing.assert_array_equal(tiers.assign(X, again.label).label, again.label)
        np.testing.assert_array_equal(again.label, found.label)


@NAMED
@settings(max_examples=PORTFOLIOS, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(8, 150))
def test_better_never_lowers_a_tier_margins_are_not_negative_parts_sum_and_a_rerun_changes_nothing(
    scheme: type[RuleTiers], seed: int, rows: int
) -> None:
    _check_rules(scheme, seed, rows)


@NAMED
def test_all_tiers_are_found_in_a_mixed_portfolio(scheme: type[RuleTiers]) -> None:
    tiers = scheme(columns=_columns(scheme)).fit(_portfolio(scheme, 2, 4000))
    assert not tiers.ranking_
    assert set(tiers.labels_) == set(range(len(scheme.tier_names)))


@NAMED
def test_the_parts_of_a_change_sum_to_the_change_of_one_edges_margin(
    scheme: type[RuleTiers],
) -> None:
    X, later = _portfolio(scheme, 3), _portfolio(scheme, 4)
    tiers = scheme(columns=_columns(scheme)).fit(X)
    later[:40] = X[:40]
    pair = tiers.assign(X).pair
    parts = tiers.margin_between(X, later, pair)
    change = tiers.pair_margin(later, pair) - tiers.pair_margin(X, pair)
    np.testing.assert_allclose(parts.sum(axis=1), change, atol=1e-9)
    assert (parts[:40] == 0).all()


@NAMED
def test_contributions_are_the_shapley_values_of_the_margin(scheme: type[RuleTiers]) -> None:
    """Against the definition: the mean over the training rows of swapping one column's values."""
    X = _portfolio(scheme, 5, 90)
    tiers = scheme(columns=_columns(scheme)).fit(X)
    found = tiers.assign(X)
    values, _ = tiers.pair_contributions(X, found.pair)
    for row in (0, 17, 44):
        pair = np.repeat(found.pair[row : row + 1], len(X), axis=0)
        own = np.repeat(X[row : row + 1], len(X), axis=0)
        for column in range(X.shape[1]):
            swapped = own.copy()
            swapped[:, column] = X[:, column]
            alone = (tiers.pair_margin(own, pair) - tiers.pair_margin(swapped, pair)).mean()
            assert values[row, column] == pytest.approx(alone, abs=1e-9)


@NAMED
def test_a_previous_tier_holds_a_client_within_the_band_and_not_beyond_it(
    scheme: type[RuleTiers],
) -> None:
    X = _portfolio(scheme, 6, 3000)
    tiers = scheme(columns=_columns(scheme)).fit(X)
    top_edge, held = tiers.rule_.edges[0], tiers.rule_.held[0]
    score = tiers.score_points(X)
    zero = np.zeros(len(X), dtype=np.int64)
    kept, plain = tiers.assign(X, zero).label == 0, tiers.predict(X) == 0
    within = (score >= top_edge - held) & (score < top_edge)
    assert within.any()
    np.testing.assert_array_equal(kept, score >= top_edge - held)
    np.testing.assert_array_equal(kept & ~plain, within)


@NAMED
def test_the_band_is_at_most_a_tenth_of_the_distance_between_neighbouring_edges(
    scheme: type[RuleTiers],
) -> None:
    tiers = scheme(columns=_columns(scheme)).fit(_portfolio(scheme, 6, 3000))
    edges = tiers.rule_.edges[: 3 if scheme is StrategicTiers else 2]
    assert tiers.rule_.held[0] <= 0.1 * np.median(-np.diff(edges)) + 1e-12


@NAMED
def test_a_feature_moved_by_its_distance_stands_on_the_edge(scheme: type[RuleTiers]) -> None:
    X = _portfolio(scheme, 7, 400)
    tiers = scheme(columns=_columns(scheme)).fit(X)
    pair = tiers.assign(X).pair
    distance = tiers.threshold_distances(X, pair)
    assert np.isfinite(distance).any(axis=0).sum() >= 2
    for column in range(X.shape[1]):
        known = np.isfinite(distance[:, column])
        moved = X[known].copy()
        moved[:, column] += distance[known, column]
        np.testing.assert_allclose(tiers.pair_margin(moved, pair[known]), 0.0, atol=1e-7)


@NAMED
def test_few_clients_are_ranked_by_profit_and_it_is_said(scheme: type[RuleTiers]) -> None:
    X = _portfolio(scheme, 8, 30)
    tiers = scheme(columns=_columns(scheme)).fit(X)
    assert tiers.ranking_
    assert tiers.order_note_.startswith("ranking by profit alone: 30 rows, the rule needs ")
    assert (np.diff(tiers.labels_[np.argsort(-X[:, 0], kind="stable")]) >= 0).all()
    values, _ = tiers.margin_contributions(X)
    assert (values[:, 1:] == 0).all()


@NAMED
def test_the_order_of_the_rows_changes_nothing_to_the_last_bit(scheme: type[RuleTiers]) -> None:
    X = _portfolio(scheme, 9)
    order = np.random.default_rng(0).permutation(len(X))
    one, two = scheme().fit(X), scheme().fit(X[order])
    assert (one.rule_.edges == two.rule_.edges).all()
    assert (one.background_ == two.background_).all()
    assert (one.assign(X).margin[order] == two.assign(X[order]).margin).all()


@NAMED
def test_the_same_rows_give_the_same_bytes(scheme: type[RuleTiers]) -> None:
    def fitted() -> bytes:
        file = io.BytesIO()
        pickle.dump(scheme().fit(_portfolio(scheme, 10)), file)
        return file.getvalue()

    assert fitted() == fitted()


@NAMED
@pytest.mark.parametrize("hysteresis", [-0.1, 1.0])
def test_a_hysteresis_out_of_range_is_refused(scheme: type[RuleTiers], hysteresis: float) -> None:
    with pytest.raises(ValueError, match="hysteresis"):
        scheme(hysteresis=hysteresis).fit(_portfolio(scheme, 1))


@NAMED
def test_a_previous_tier_that_does_not_exist_is_refused(scheme: type[RuleTiers]) -> None:
    X = _portfolio(scheme, 1)
    tiers = scheme().fit(X)
    with pytest.raises(ValueError, match="previous"):
        tiers.assign(X, [tiers.n_tiers_] * len(X))
    with pytest.raises(ValueError, match="previous"):
        tiers.assign(X, [0])


def test_a_client_is_a_problem_by_care_against_profit_and_not_by_size() -> None:
    rng = np.random.default_rng(0)
    profit, care = rng.lognormal(6, 1, 300), rng.lognormal(-3, 0.5, 300)
    tiers = ProfitabilityTiers(columns=["profit_365", "care_share_365"])
    tiers.fit(np.column_stack([profit, care]))
    small_and_quiet, small_and_loud, large_and_loud = [20.0, 0.0], [20.0, 0.9], [900.0, 0.9]
    found = tiers.predict([small_and_quiet, small_and_loud, large_and_loud])
    assert [tiers.names_[rank] for rank in found] == ["regular", "problem", "regular"]


def test_one_request_that_was_not_upheld_can_cost_a_level_and_never_gains_one() -> None:
    columns = _columns(LevelTiers)
    X = _portfolio(LevelTiers, 11, 2000)
    place = columns.index("demands_rejected_365")
    X[:, place] = np.random.default_rng(1).integers(0, 2, len(X))
    tiers = LevelTiers(columns=columns).fit(X)
    calm, loud = X.copy(), X.copy()
    calm[:, place], loud[:, place] = 0.0, 1.0
    assert (tiers.predict(loud) >= tiers.predict(calm)).all()
    assert (tiers.predict(loud) > tiers.predict(calm)).any()


def test_strategic_shares_lie_where_they_are_expected() -> None:
    X = _portfolio(StrategicTiers, 12, 5000)
    tiers = StrategicTiers(columns=_columns(StrategicTiers)).fit(X)
    shares = np.bincount(tiers.labels_, minlength=5) / len(X)
    assert 0.05 <= shares[0] <= 0.10
    assert 0.15 <= shares[1] <= 0.20
    assert 0.40 <= shares[2] <= 0.50
    assert 0.20 <= shares[3] + shares[4] <= 0.30


def test_fixed_bands_put_a_client_that_just_meets_every_criterion_on_the_edge() -> None:
    columns = ["profit_365", "spend_365", "tenure_days"]
    rng = np.random.default_rng(3)
    X = np.column_stack([rng.normal(0, 1, 200), rng.lognormal(12, 1, 200), rng.random(200) * 2e3])
    tiers = StrategicTiers(columns=columns, bands=(1e6, 5e5, 1e5)).fit(X)
    just = [[0.0, 1e6, 1825.0], [0.0, 5e5, 1095.0], [0.0, 1e5, 365.0], [0.0, 99_999.0, 365.0]]
    found = tiers.assign(just)
    assert [tiers.names_[rank] for rank in found.label] == ["vip", "important", "ordinary", "small"]
    np.testing.assert_allclose(found.margin[:3], 0.0, atol=1e-9)


def test_potential_needs_room_and_without_a_wallet_the_last_tier_is_small() -> None:
    columns = ["profit_365", "spend_365", "wallet"]
    rng = np.random.default_rng(4)
    X = np.column_stack(
        [rng.normal(0, 1, 200), rng.lognormal(9, 1, 200), rng.lognormal(10, 1, 200)]
    )
    tiers = StrategicTiers(columns=columns, bands=(1e6, 5e5, 1e5)).fit(X)
    rows = [[0.0, 1e3, 6e5], [0.0, 1e3, 4e5]]
    assert [tiers.names_[rank] for rank in tiers.predict(rows)] == ["potential", "small"]
    without = StrategicTiers(columns=columns[:2], bands=(1e6, 5e5, 1e5)).fit(X[:, :2])
    assert without.names_ == ("vip", "important", "ordinary", "small")


def test_buying_more_out_of_the_same_wallet_never_lowers_a_tier() -> None:
    columns = ["profit_365", "spend_365", "wallet"]
    rng = np.random.default_rng(5)
    X = np.column_stack(
        [rng.normal(9, 1, 500), rng.lognormal(9, 1, 500), rng.lognormal(10, 1, 500)]
    )
    tiers = StrategicTiers(columns=columns).fit(X)
    more = X.copy()
    more[:, :2] *= 1.3
    assert (tiers.predict(more) <= tiers.predict(X)).all()
    assert (tiers.predict(more) < tiers.predict(X)).any()


@pytest.mark.parametrize("bands", [(1.0, 2.0), (2.0, 2.0, 1.0), (2.0, 1.0, 0.0)])
def test_bands_that_are_not_three_amounts_are_refused(bands: Any) -> None:
    with pytest.raises(ValueError, match="bands"):
        StrategicTiers(bands=bands).fit(_portfolio(StrategicTiers, 1))


def test_a_vips_profit_is_that_of_the_least_of_those_who_make_half_of_all_profit() -> None:
    at, heights = profit_anchors(np.array([40.0, -2.0, 30.0, 20.0, 7.0, 3.0]))  # 40 + 30 of 100
    assert at == pytest.approx([-3.0, 0.0, 15.0, 30.0, 90.0])
    assert heights == pytest.approx([0.0, 1 / 3, 1 / 2, 2 / 3, 1.0])
