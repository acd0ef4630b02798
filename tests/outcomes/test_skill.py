"""Whether probabilities beat the common rate, told with the luck of few clients."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segml.outcomes.rows import Rows
from segml.outcomes.skill import brier_skill, common_rates
from segml.outcomes.trials import Trial


def rows_of(y: np.ndarray, client: np.ndarray) -> Rows:
    n = len(y)
    return Rows(
        X=np.zeros((n, 1), np.float32),
        y=y.astype(np.float64),
        cutoff=np.zeros(n, np.int64),
        client=client.astype(object),
        columns=("x",),
    )


def portfolio(clients: int, repeats: int) -> tuple[Rows, np.ndarray]:
    """Rows of clients that each stand at several cut-offs with one label, and a noisy risk."""
    rng = np.random.default_rng(3)
    lost = rng.random(clients) < 0.3
    risk = np.clip(0.3 + 0.3 * (lost - 0.3) + rng.normal(0, 0.15, clients), 0.01, 0.99)
    names = np.array([f"c{number}" for number in range(clients)])
    return rows_of(np.repeat(lost, repeats), np.repeat(names, repeats)), np.repeat(risk, repeats)


def test_skill_is_the_share_of_the_common_rates_error_that_is_saved() -> None:
    rows = rows_of(np.array([1.0, 0.0]), np.array(["a", "b"]))
    found = brier_skill(rows, np.array([0.9, 0.1]), np.array([0.5, 0.5]), seed=0)
    assert found is not None
    assert found.value == pytest.approx(1 - 0.01 / 0.25)
    assert (found.low, found.high) == pytest.approx((0.96, 0.96))
    assert found.clients == 2


def test_a_perfect_and_a_common_risk_have_the_skills_one_and_zero() -> None:
    rows, _ = portfolio(50, 1)
    rate = np.full(len(rows), rows.y.mean())
    perfect, common = (brier_skill(rows, p, rate, seed=0) for p in (rows.y, rate))
    assert perfect is not None
    assert common is not None
    assert (perfect.value, common.value) == (1.0, 0.0)


def test_rows_of_one_client_are_one_fact() -> None:
    once, risk = portfolio(60, 1)
    often, told = portfolio(60, 12)
    single = brier_skill(once, risk, np.full(60, 0.3), seed=0)
    twelve = brier_skill(often, told, np.full(720, 0.3), seed=0)
    assert single is not None
    assert twelve is not None
    assert (twelve.value, twelve.low, twelve.high) == pytest.approx(
        (single.value, single.low, single.high)
    )


def test_the_interval_narrows_with_more_clients() -> None:
    widths = []
    for clients in (40, 4000):
        rows, risk = portfolio(clients, 2)
        found = brier_skill(rows, risk, np.full(len(rows), 0.3), seed=0)
        assert found is not None
        widths.append(found.high - found.low)
    assert widths[1] < widths[0] / 5


def test_nothing_validated_and_no_error_to_save_are_undefined() -> None:
    nobody = rows_of(np.zeros(0), np.zeros(0, dtype=str))
    assert brier_skill(nobody, np.zeros(0), np.zeros(0), seed=0) is None
    certain = rows_of(np.ones(3), np.array(["a", "b", "c"]))
    assert brier_skill(certain, np.ones(3), np.ones(3), seed=0) is None


def test_the_common_rate_is_what_each_trial_could_know() -> None:
    rows = rows_of(np.array([1.0, 0.0, 1.0, 0.0]), np.array(["a", "b", "c", "d"]))
    trial = Trial(
        known=np.array([0, 1, 2]), known_raw=np.zeros(3), asked=np.array([3]), asked_raw=np.zeros(1)
    )
    blind = replace(trial, known=np.zeros(0, np.int64), known_raw=np.zeros(0))
    assert common_rates(rows, [trial, blind]).tolist() == pytest.approx([2 / 3, 0.5])
    assert common_rates(rows, []).shape == (0,)
