from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    mean_pinball_loss,
    roc_auc_score,
)
from sklearn.metrics import log_loss as sklearn_log_loss

from segml.evaluation import (
    auc,
    average_precision,
    brier,
    calibration_error,
    calibration_slope,
    coverage,
    empb,
    gini,
    lift,
    log_loss,
    mae,
    money_saved,
    pinball,
    profit_caught,
    spearman,
    total_ratio,
    width,
)
from segml.evaluation.empb import ACCEPTS, CONTACT, OFFER

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


def test_what_scikit_learn_knows_too_is_the_same_ties_included() -> None:
    lost, p = _made()
    assert average_precision(lost, p) == pytest.approx(average_precision_score(lost, p), abs=1e-14)
    assert brier(lost, p) == pytest.approx(brier_score_loss(lost, p), abs=1e-14)
    assert log_loss(lost, p) == pytest.approx(sklearn_log_loss(lost, p), abs=1e-14)


def test_the_calibration_slope_is_that_of_an_unpenalised_regression() -> None:
    lost, p = _made()
    p = np.clip(p, 0.02, 0.98)
    x = np.log(p / (1 - p))[:, None]
    asked = LogisticRegression(C=np.inf, tol=1e-10).fit(x, lost).coef_[0, 0]
    assert calibration_slope(lost, p) == pytest.approx(asked, rel=1e-4)


def test_probabilities_too_far_apart_have_a_slope_below_one() -> None:
    rng = np.random.default_rng(3)
    logit = rng.normal(0, 1, 20_000)
    lost = (rng.random(20_000) < 1 / (1 + np.exp(-logit))).astype(float)
    assert calibration_slope(lost, 1 / (1 + np.exp(-logit))) == pytest.approx(1.0, abs=0.05)
    assert calibration_slope(lost, 1 / (1 + np.exp(-2 * logit))) == pytest.approx(0.5, abs=0.03)


def test_a_slope_that_nothing_bounds_is_undefined() -> None:
    lost = np.array([0.0, 0.0, 1.0, 1.0])
    assert np.isnan(calibration_slope(lost, np.array([0.1, 0.2, 0.8, 0.9])))
    assert np.isnan(calibration_slope(lost, np.full(4, 0.3)))
    assert np.isnan(calibration_slope(np.ones(4), np.array([0.1, 0.2, 0.8, 0.9])))


def _campaign(lost: np.ndarray, risk: np.ndarray, worth: np.ndarray, gamma: float) -> float:
    """The best profit over every number of contacts, written out client by client."""
    best = profit = 0.0
    for who in np.argsort(-risk):
        kept = gamma * (1 - OFFER) * worth[who] if lost[who] else -OFFER * worth[who]
        profit += kept - CONTACT * worth.mean()
        best = max(best, profit)
    return best


def test_empb_is_the_integral_of_the_best_campaign_over_who_accepts() -> None:
    lost, risk = _made(60)
    risk = risk + np.arange(60) * 1e-6  # no ties
    worth = np.random.default_rng(1).lognormal(4, 1, 60)
    law = beta(*ACCEPTS)
    whole, _ = quad(lambda g: law.pdf(g) * _campaign(lost, risk, worth, g), 0, 1, limit=200)
    assert empb(lost, risk, worth) == pytest.approx(whole / 60, rel=0.01)


def test_clients_of_one_risk_are_contacted_all_or_none() -> None:
    lost, worth = np.array([1.0, 0.0, 0.0, 0.0]), np.array([10.0, 90.0, 90.0, 90.0])
    assert empb(lost, np.array([0.9, 0.1, 0.1, 0.1]), worth) > 0
    assert empb(lost, np.zeros(4), worth) == 0


def test_a_campaign_earns_more_by_a_better_order_and_nothing_without_losses() -> None:
    lost, risk = _made()
    worth = np.random.default_rng(2).lognormal(4, 1, len(lost))
    for metric in (empb, profit_caught, money_saved):
        assert metric(lost, risk, worth) > metric(lost, -risk, worth)
    none = np.zeros(len(lost))
    assert empb(none, risk, worth) == 0
    assert money_saved(none, risk, worth) < 0
    assert np.isnan(profit_caught(none, risk, worth))


def test_a_campaign_of_no_clients_has_no_money() -> None:
    assert np.isnan(empb(EMPTY, EMPTY, EMPTY))
    assert np.isnan(money_saved(EMPTY, EMPTY, EMPTY))
    assert np.isnan(profit_caught(EMPTY, EMPTY, EMPTY))


def test_a_budget_shares_ties_at_its_edge_evenly() -> None:
    lost = np.ones(20)
    worth = np.arange(20.0)
    assert profit_caught(lost, np.zeros(20), worth) == pytest.approx(0.1)


def test_pinball_is_scikit_learns_of_both_ends_and_width_their_distance() -> None:
    rng = np.random.default_rng(4)
    actual = rng.normal(0, 3, 50)
    low, high = actual - rng.uniform(-1, 4, 50), actual + rng.uniform(-1, 4, 50)
    both = [mean_pinball_loss(actual, end, alpha=a) for end, a in ((low, 0.1), (high, 0.9))]
    assert pinball(actual, low, high) == pytest.approx(np.mean(both))
    assert width(actual, low, high) == pytest.approx((high - low).mean())
    assert np.isnan(pinball(EMPTY, EMPTY, EMPTY))
    assert np.isnan(width(EMPTY, EMPTY, EMPTY))
