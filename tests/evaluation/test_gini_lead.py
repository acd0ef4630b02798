from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segml.evaluation import gini
from segml.evaluation.gini_lead import gini_lead


def _made(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Profit, of which two in five have none, and two expectations of it, the second the worse."""
    rng = np.random.default_rng(seed)
    came = np.where(rng.random(n) < 0.4, 0.0, rng.lognormal(4, 1.2, n))
    near, far = (came * rng.lognormal(0, noise, n) + rng.random(n) for noise in (1.0, 1.3))
    return came, near, far


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_both_figures_are_ginis_and_a_loss_may_be_among_what_came(seed: int) -> None:
    came, near, far = _made(150, seed)
    found = gini_lead(came, near, far)
    assert found.own == pytest.approx(gini(came, near))
    assert found.other == pytest.approx(gini(came, far))
    assert found.low <= found.mean <= found.high
    assert gini_lead(came - 50.0, near, far).is_known


def test_clients_told_the_same_stand_in_the_middle_whatever_their_row() -> None:
    came, _, _ = _made(200)
    assert gini_lead(came, np.ones(200), came).own == pytest.approx(0.0, abs=1e-12)
    mixed = np.random.default_rng(1).permutation(200)
    steps = np.round(came, -2)
    assert gini_lead(came[mixed], steps[mixed], came[mixed]).own == pytest.approx(
        gini_lead(came, steps, came).own
    )


def test_the_interval_is_that_of_drawing_the_clients_anew() -> None:
    came, near, far = _made(800)
    rng, drawn = np.random.default_rng(1), []
    for _ in range(400):
        rows = rng.integers(0, len(came), len(came))
        drawn.append(gini(came[rows], near[rows]) - gini(came[rows], far[rows]))
    found = gini_lead(came, near, far)
    low, high = np.quantile(drawn, [0.05, 0.95])
    assert found.high - found.low == pytest.approx(high - low, rel=0.2)


@pytest.mark.parametrize("came", [[], [3.0], [2.0, 2.0]])
def test_where_all_brought_the_same_nobody_is_ahead(came: list[float]) -> None:
    order = np.arange(len(came), dtype=np.float64)
    assert not gini_lead(np.array(came), order, -order).is_known
