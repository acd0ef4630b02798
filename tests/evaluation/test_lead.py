from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from segml.evaluation import auc_lead


def _made(n: int, noise: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    risk = rng.normal(0, 1, n)
    lost = (risk + rng.normal(0, 1, n) > 1).astype(float)
    return lost, risk, risk + rng.normal(0, noise, n)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000), digits=st.integers(0, 3))
def test_both_aucs_are_those_of_scikit_learn_ties_included(seed: int, digits: int) -> None:
    lost, risk, other = (
        values.round(digits) if place else values
        for place, values in enumerate(_made(120, 0.7, seed))
    )
    found = auc_lead(lost, risk, other)
    assert found.own == pytest.approx(roc_auc_score(lost, risk))
    assert found.other == pytest.approx(roc_auc_score(lost, other))
    assert found.low <= found.mean <= found.high


def test_the_interval_is_that_of_drawing_the_clients_anew() -> None:
    lost, risk, other = _made(600, 1.0)
    rng = np.random.default_rng(1)
    drawn = []
    for _ in range(400):
        rows = rng.integers(0, len(lost), len(lost))
        drawn.append(roc_auc_score(lost[rows], risk[rows]) - roc_auc_score(lost[rows], other[rows]))
    found = auc_lead(lost, risk, other)
    low, high = np.quantile(drawn, [0.05, 0.95])
    assert found.high - found.low == pytest.approx(high - low, rel=0.15)


def test_a_ranking_is_not_ahead_of_itself_in_another_unit() -> None:
    lost, risk, _ = _made(200, 1.0)
    found = auc_lead(lost, risk, np.exp(risk))
    assert (found.mean, found.low, found.high) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("gone", [0, 1, 9, 10])
def test_a_class_of_one_client_or_none_gives_no_interval(gone: int) -> None:
    lost = (np.arange(10) < gone).astype(float)
    assert not auc_lead(lost, np.arange(10.0), np.zeros(10)).is_known
