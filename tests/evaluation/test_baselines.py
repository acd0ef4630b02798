from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segml.evaluation import BASELINES
from segml.evaluation.baselines import USES, bgnbd, recency, recency_over_gap, rfm_logistic

NOW = pd.DataFrame(
    {
        "silence_days": [10.0, 100.0, 40.0],
        "silence_over_gap": [1.0, np.nan, 2.0],
        "median_gap_days": [10.0, np.nan, 20.0],
        "orders_365": [9.0, 1.0, 4.0],
        "spend_365": [900.0, 50.0, -10.0],
        "expected_orders": [3.0, 0.2, 1.0],
    }
)
NONE = np.zeros(0)


def _past() -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.uniform(1, 100, 400) for name in USES})
    return frame, (frame["silence_days"] + rng.normal(0, 20, 400) > 50).to_numpy(float)


def test_silence_alone_ranks_by_days() -> None:
    assert recency(NOW, NOW, NONE).tolist() == [10, 100, 40]


def test_a_client_without_a_gap_of_its_own_takes_the_median_clients() -> None:
    assert recency_over_gap(NOW, NOW, NONE).tolist() == [1, 100 / 15, 2]


def test_more_expected_orders_are_less_risk() -> None:
    assert bgnbd(NOW, NOW, NONE).argsort().tolist() == [0, 2, 1]


def test_the_regression_learns_from_past_cutoffs_alone() -> None:
    past, lost = _past()
    assert rfm_logistic(NOW, past, lost).argmax() == 1
    assert rfm_logistic(NOW, past, 1 - lost).argmax() == 0


def test_one_class_makes_every_client_equal() -> None:
    past, lost = _past()
    assert rfm_logistic(NOW, past, np.ones_like(lost)).tolist() == [0, 0, 0]


@pytest.mark.parametrize("name", sorted(BASELINES))
def test_every_baseline_gives_a_finite_risk_and_leaves_its_input_alone(name: str) -> None:
    past, lost = _past()
    before = NOW.copy()
    risk = BASELINES[name](NOW, past, lost)
    assert risk.shape == (3,)
    assert np.isfinite(risk).all()
    pd.testing.assert_frame_equal(before, NOW)
