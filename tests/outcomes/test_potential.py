from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from segml.outcomes import PotentialModel, Rows, fit_potential


def test_the_expected_total_is_near_the_real_one_on_unseen_rows(worth: PotentialModel) -> None:
    assert 0.9 < worth.record["metrics"]["total_ratio"] < 1.1


def test_the_expected_total_is_near_the_real_one_on_new_clients(
    worth: PotentialModel, made: Callable[..., Rows]
) -> None:
    new = made(600, 2, seed=7)
    truth = 300 * (0.2 + new.X[:, 0]) * (np.exp(0.125) - 0.2) * (1 - new.y)
    assert 0.85 < worth.expected(new.X).sum() / truth.sum() < 1.15


@pytest.mark.parametrize("part", ["buys", "spends"])
def test_each_part_sums_to_its_raw_score(worth: PotentialModel, rows: Rows, part: str) -> None:
    score = getattr(worth, part)
    values, base = score.contributions(rows.X)
    np.testing.assert_allclose(base + values.sum(axis=1), score.raw(rows.X), atol=1e-6)
    moved = score.between(rows.X[:150], rows.X[150:300])
    np.testing.assert_allclose(
        moved.sum(axis=1), score.raw(rows.X[150:300]) - score.raw(rows.X[:150]), atol=1e-6
    )


def test_buying_follows_the_signs_of_churn_turned_around(worth: PotentialModel, rows: Rows) -> None:
    X = np.repeat(rows.X[:1], 40, axis=0)
    X[:, 0] = np.linspace(0.01, 9, 40).astype(np.float32)
    assert (np.diff(worth.probability(X)) > 0).all()
    assert "[monotone_constraints: 1,-1,1,0]" in worth.forests()["buys"]


def test_low_median_high_are_in_order_around_the_expectation(
    worth: PotentialModel, rows: Rows
) -> None:
    low, median, high = worth.interval(rows.X)
    expected = worth.expected(rows.X)
    assert (low <= median).all()
    assert (median <= high).all()
    assert ((low <= expected) & (expected <= high)).all()
    assert 0.77 < worth.record["metrics"]["coverage"] < 0.9


def test_a_model_read_back_says_the_same(worth: PotentialModel, rows: Rows) -> None:
    again = PotentialModel.from_json(json.loads(json.dumps(worth.to_json())), worth.forests())
    assert again.to_json() == worth.to_json()
    np.testing.assert_array_equal(again.expected(rows.X), worth.expected(rows.X))
    np.testing.assert_array_equal(again.interval(rows.X), worth.interval(rows.X))


def test_the_order_of_rows_changes_nothing(
    worth: PotentialModel, rows: Rows, profit: np.ndarray
) -> None:
    order = np.random.default_rng(2).permutation(len(rows))
    again = fit_potential(
        rows.labelled(1 - rows.y).take(order),
        profit[order],
        horizon_days=60,
        gap_days=0,
        seed=1,
        threads=1,
    )
    assert again.to_json() == worth.to_json()


def test_clients_that_lose_money_are_expected_to_go_on_losing_it(rows: Rows) -> None:
    bought = rows.labelled(np.ones(len(rows)))
    loss = np.where(rows.X[:, 3] == 1, -400.0, 300.0)
    model = fit_potential(
        bought.signed((0, 0, 0, 0)), loss, horizon_days=60, gap_days=0, seed=1, threads=1
    )
    expected = model.expected(rows.X)
    assert expected[rows.X[:, 3] == 1].mean() < 0 < expected[rows.X[:, 3] != 1].mean()
    assert "all 900 labels are 1" in model.record["notes"][0]


def test_a_portfolio_that_bought_nothing_has_words_and_finite_numbers(rows: Rows) -> None:
    model = fit_potential(
        rows.labelled(np.zeros(len(rows))),
        np.zeros(len(rows)),
        horizon_days=60,
        gap_days=0,
        seed=1,
        threads=1,
    )
    assert "all 900 labels are 0" in model.record["notes"][0]
    assert model.forests() == {}
    assert np.isfinite(model.expected(rows.X)).all()
