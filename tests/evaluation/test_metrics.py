from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from segml.evaluation import (
    auc,
    average_precision,
    brier,
    calibration_error,
    coverage,
    gini,
    lift,
    log_loss,
    mae,
    spearman,
    total_ratio,
)

Metric = Callable[[np.ndarray, np.ndarray], float]
RANKING: list[Metric] = [auc, average_precision, lift]
PROBABILITY: list[Metric] = [brier, log_loss, calibration_error]
EMPTY = np.zeros(0)


def _made(n: int = 500) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    p = rng.uniform(0, 1, n).round(2)
    return (rng.random(n) < p).astype(float), p


@pytest.mark.parametrize("metric", RANKING)
@pytest.mark.parametrize("label", [0.0, 1.0])
def test_a_ranking_of_one_class_is_undefined(metric: Metric, label: float) -> None:
    assert np.isnan(metric(np.full(9, label), np.arange(9.0)))


@pytest.mark.parametrize("metric", [*RANKING, *PROBABILITY, mae, spearman, gini, total_ratio])
def test_nothing_has_no_metric(metric: Metric) -> None:
    assert np.isnan(metric(EMPTY, EMPTY))


def test_auc_is_scikit_learns_ties_included() -> None:
    lost, p = _made()
    assert auc(lost, p) == pytest.approx(roc_auc_score(lost, p))


@pytest.mark.parametrize("metric", RANKING)
def test_a_ranking_turned_around_is_worse(metric: Metric) -> None:
    lost, p = _made()
    assert metric(lost, p) > metric(lost, -p)


def test_lift_shares_ties_at_the_edge_evenly() -> None:
    lost = np.array([1.0] * 5 + [0.0] * 15)
    assert lift(lost, np.zeros(20)) == pytest.approx(1.0)
    assert lift(lost, lost) == pytest.approx(4.0)


@pytest.mark.parametrize("metric", PROBABILITY)
def test_a_true_probability_beats_a_confident_one(metric: Metric) -> None:
    lost, p = _made(5000)
    assert metric(lost, p) < metric(lost, np.clip(3 * p - 1, 0.01, 0.99))


def test_calibration_error_is_the_gap_of_a_constant_shift() -> None:
    assert calibration_error(np.zeros(100), np.full(100, 0.3)) == pytest.approx(0.3)


def test_probability_metrics_of_one_class_are_defined() -> None:
    assert brier(np.ones(3), np.full(3, 0.5)) == 0.25
    assert log_loss(np.ones(3), np.full(3, 0.5)) == pytest.approx(np.log(2))


def test_money_metrics_know_perfect_and_reverse_order() -> None:
    money = np.array([-5.0, 0.0, 10.0, 100.0])
    assert spearman(money, money) == 1.0
    assert spearman(money, -money) == -1.0
    assert gini(money, money) == 1.0
    assert gini(money, -money) < 0


def test_a_total_that_is_no_profit_has_no_ratio() -> None:
    assert np.isnan(total_ratio(np.array([-5.0, 1.0]), np.ones(2)))
    assert np.isnan(gini(np.array([-5.0, 1.0]), np.ones(2)))
    assert total_ratio(np.array([-1.0, 5.0]), np.array([1.0, 1.0])) == 0.5


def test_coverage_counts_both_ends() -> None:
    one = np.ones(2)
    assert coverage(np.array([0.0, 1.0]), np.array([0.0, 2.0]), one * 3) == 0.5
    assert np.isnan(coverage(EMPTY, EMPTY, EMPTY))
