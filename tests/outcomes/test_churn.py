from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from segml.boosting import BULK_ROWS, largest
from segml.outcomes import ChurnModel, Rows, churn, fit_churn

SHUFFLES = int(os.environ.get("SEGML_SHUFFLES", "1"))
"""Label shuffles to try; `SEGML_SHUFFLES=20` tries twenty."""


def _fit(rows: Rows, **options: Any) -> ChurnModel:
    return fit_churn(rows, **{"horizon_days": 60, "gap_days": 0, "seed": 1, "threads": 1} | options)


@pytest.mark.parametrize("rows_in_all", [None, BULK_ROWS], ids=["few rows", "in bulk"])
def test_leading_contributions_are_the_largest_of_all_and_sum_to_the_raw_score(
    model: ChurnModel, rows: Rows, rows_in_all: int | None
) -> None:
    values, base = model.contributions(rows.X)
    told, same_base = model.score.leading(rows.X, top=3, rows=rows_in_all)
    wanted = largest(values, top=3)
    np.testing.assert_allclose(told.values, wanted.values, rtol=0, atol=1e-9)
    assert (told.columns == wanted.columns).mean() > 0.99  # two within 1e-9 may change places
    assert same_base == pytest.approx(base, abs=1e-12)
    np.testing.assert_allclose(same_base + told.told, model.raw(rows.X), rtol=0, atol=1e-6)


def test_contributions_and_base_sum_to_the_raw_score(model: ChurnModel, rows: Rows) -> None:
    values, base = model.contributions(rows.X)
    np.testing.assert_allclose(base + values.sum(axis=1), model.raw(rows.X), atol=1e-6)


def test_the_base_is_the_mean_score_and_no_feature_is_left_at_zero_for_all(
    model: ChurnModel, rows: Rows
) -> None:
    values, base = model.contributions(rows.X)
    assert base == pytest.approx(np.average(model.raw(rows.X), weights=rows.weight), abs=0.2)
    assert (np.abs(values[:, 0]) > 0).mean() > 0.9


def test_between_sums_to_the_change_and_unchanged_features_have_exactly_zero(
    model: ChurnModel, rows: Rows
) -> None:
    before, after = rows.X[:150].copy(), rows.X[150:300].copy()
    after[:, 1] = before[:, 1]  # holds missing values, too
    parts = model.between(before, after)
    np.testing.assert_allclose(parts.sum(axis=1), model.raw(after) - model.raw(before), atol=1e-6)
    assert (parts[:, 1] == 0.0).all()
    assert (np.abs(parts[:, 0]) > 0).any()


def test_the_score_follows_the_monotone_signs(model: ChurnModel, rows: Rows) -> None:
    for column, sign in ((0, -1), (1, 1), (2, -1)):
        X = np.repeat(rows.X[rows.X[:, 1] > 0][:20], 30, axis=0)
        X[:, column] = np.tile(np.linspace(0, 20, 30), 20).astype(np.float32)
        steps = np.diff(model.raw(X).reshape(20, 30), axis=1)
        assert (sign * steps >= -1e-9).all()


def test_more_expected_orders_strictly_lower_the_probability(model: ChurnModel, rows: Rows) -> None:
    X = np.repeat(rows.X[:1], 50, axis=0)
    X[:, 0] = np.linspace(0.01, 9, 50).astype(np.float32)
    assert (np.diff(model.probability(X)) < 0).all()


def test_it_ranks_rows_of_clients_it_has_not_seen(
    model: ChurnModel, made: Callable[..., Rows]
) -> None:
    new = made(300, 2, seed=9)
    assert roc_auc_score(new.y, model.probability(new.X)) > 0.72
    assert model.record["metrics"]["auc"] > 0.7


def test_probabilities_are_near_the_rate_and_lie_in_their_interval(
    model: ChurnModel, made: Callable[..., Rows]
) -> None:
    new = made(400, 2, seed=8)
    p, (low, high) = model.probability(new.X), model.interval(new.X)
    assert abs(p.mean() - new.y.mean()) < 0.06
    assert (low <= p).all()
    assert (p <= high).all()


def test_a_model_read_back_says_the_same(model: ChurnModel, rows: Rows) -> None:
    told = json.loads(json.dumps(model.to_json()))
    again = ChurnModel.from_json(told, model.forests())
    assert again.to_json() == model.to_json()
    assert again.forests() == model.forests()
    np.testing.assert_array_equal(again.probability(rows.X), model.probability(rows.X))
    np.testing.assert_array_equal(again.contributions(rows.X)[0], model.contributions(rows.X)[0])


def test_the_order_of_rows_changes_nothing(model: ChurnModel, rows: Rows) -> None:
    shuffled = rows.take(np.random.default_rng(2).permutation(len(rows)))
    again = _fit(shuffled)
    assert again.to_json() == model.to_json()
    assert again.forests() == model.forests()


def test_another_seed_gives_another_forest(model: ChurnModel, rows: Rows) -> None:
    assert _fit(rows, seed=2).forests() != model.forests()


def test_the_record_tells_how_it_was_validated(model: ChurnModel) -> None:
    assert model.record["folds"] == "time and client"
    assert model.record["notes"] == []
    assert model.record["validated_cutoffs"] == [1090, 1120, 1150]


def test_a_short_history_is_validated_by_client_and_noted(made: Callable[..., Rows]) -> None:
    short = _fit(made(60, 3), horizon_days=200)
    assert short.record["folds"] == "client"
    assert short.record["level_error"]["seen"] == {}
    assert "too short" in short.record["notes"][0]


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_labels_of_one_class_give_clear_words_and_a_probability(rows: Rows, label: float) -> None:
    same = _fit(rows.labelled(np.full(len(rows), label)))
    assert f"all 900 labels are {label:g}" in same.record["notes"][0]
    assert same.forests() == {}
    assert abs(same.probability(rows.X).mean() - label) < 0.05
    few, many = rows.X[:1].copy(), rows.X[:1].copy()
    few[:, 0], many[:, 0] = 0.1, 5.0
    assert same.probability(many) < same.probability(few)
    values, base = same.contributions(rows.X)
    np.testing.assert_allclose(base + values.sum(axis=1), same.raw(rows.X), atol=1e-6)
    assert ChurnModel.from_json(same.to_json(), {}).to_json() == same.to_json()


def test_a_handful_of_clients_is_enough_to_go_on(made: Callable[..., Rows]) -> None:
    tiny = _fit(made(4, 3))
    assert np.isfinite(tiny.probability(made(4, 3).X)).all()


def test_a_ledger_without_the_expectation_is_carried_by_the_forest(rows: Rows) -> None:
    bare = _fit(
        type(rows)(
            X=rows.X[:, 2:].copy(),
            y=rows.y,
            cutoff=rows.cutoff,
            client=rows.client,
            columns=rows.columns[2:],
            categorical=(1,),
            monotone=(-1, 0),
        )
    )
    assert bare.score.curves == ()
    assert bare.score.forest_weight > 0


def with_order_sizes(rows: Rows, unit: float) -> Rows:
    """The rows with the size of the orders for a third column, which truly lowers the risk."""
    rng = np.random.default_rng(11)
    size = rng.lognormal(4.0, 1.0, len(rows))
    size[::37] = 0.0
    gone = rng.random(len(rows)) < 1 / (1 + np.exp(1.5 * (np.log(size + 1.0) - 4.0)))
    X = rows.X.copy()
    X[:, 2] = size * unit
    columns = (*rows.columns[:2], churn.ORDER, *rows.columns[3:])
    return replace(rows, X=X, y=gone.astype(float), columns=columns)


def test_the_size_of_the_orders_speaks_in_any_currency(rows: Rows) -> None:
    told = [with_order_sizes(rows, unit) for unit in (1.0, 1024.0)]
    euros, others = (_fit(each) for each in told)
    size = next(curve for curve in euros.score.curves if curve.feature == churn.ORDER)
    assert size.weight > 0.2
    assert size.scale == pytest.approx(np.median(told[0].X[told[0].X[:, 2] > 0, 2]))
    X = np.repeat(told[0].X[:20], 30, axis=0)
    X[:, 2] = np.tile(np.geomspace(1.0, 1000.0, 30), 20).astype(np.float32)
    assert (np.diff(euros.raw(X).reshape(20, 30), axis=1) < 0).all()
    assert euros.raw(told[0].X).tobytes() == others.raw(told[1].X).tobytes()


def test_only_active_clients_can_churn() -> None:
    status = pd.Series(["active", "lapsed", "prospect"], index=["a", "b", "c"])
    assert churn.population(status).tolist() == [True, False, False]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SHUFFLES))
def test_of_shuffled_labels_nothing_is_learnt(made: Callable[..., Rows], seed: int) -> None:
    rows = made(4000, 5, seed=seed)
    shuffled = rows.labelled(np.random.default_rng(seed).permutation(rows.y))
    metrics = _fit(shuffled, seed=seed).record["metrics"]
    assert abs(metrics["auc"] - 0.5) < 0.03
    assert _fit(made(300, 5, seed=seed)).record["metrics"]["auc"] > 0.65  # of true ones much is
