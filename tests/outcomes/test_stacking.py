from __future__ import annotations

import numpy as np
import pytest

from segml.outcomes.stacking import fit_weights


def _made(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    parts = rng.normal(size=(n, 2))
    y = (rng.random(n) < 1 / (1 + np.exp(-(0.5 + 1.5 * parts[:, 0] - 1.0 * parts[:, 1])))) * 1.0
    return parts, y


def test_much_evidence_finds_the_weight_and_never_a_negative_one() -> None:
    parts, y = _made(20_000)
    found = fit_weights(
        parts, y, np.ones(len(y)), loss="logistic", prior=np.array([0.5, 0.5]), ridge=1.0
    )
    assert 1.0 < found.values[0] < 1.6
    assert found.values[1] == 0.0


def test_little_evidence_stays_with_the_prior() -> None:
    parts, y = _made(8)
    found = fit_weights(
        parts, y, np.ones(8), loss="logistic", prior=np.array([0.5, 0.5]), ridge=1e4
    )
    assert found.values == pytest.approx((0.5, 0.5), abs=0.01)


@pytest.mark.parametrize("level", [0.0, -4.0])
def test_a_prior_worth_as_many_rows_as_there_are_has_as_much_to_say(level: float) -> None:
    """Whatever the rate of the label: half-way between what the rows say and the prior."""
    rng = np.random.default_rng(2)
    parts = rng.normal(size=(20_000, 1))
    y = (rng.random(len(parts)) < 1 / (1 + np.exp(-(level + 0.4 * parts[:, 0])))).astype(float)

    def weight(ridge: float) -> float:
        found = fit_weights(
            parts, y, np.ones(len(y)), loss="logistic", prior=np.zeros(1), ridge=ridge
        )
        return found.values[0]

    assert weight(len(y)) / weight(0.0) == pytest.approx(0.5, abs=0.05)


def test_squared_loss_finds_the_line() -> None:
    rng = np.random.default_rng(1)
    parts = rng.normal(size=(5000, 2))
    y = 3 + 2 * parts[:, 0] + rng.normal(size=5000)
    found = fit_weights(
        parts, y, np.ones(5000), loss="squared", prior=np.array([1.0, 0.0]), ridge=1.0
    )
    assert found.intercept == pytest.approx(3, abs=0.1)
    assert found.values[0] == pytest.approx(2, abs=0.1)


def test_a_part_that_never_changes_is_no_trouble() -> None:
    parts, y = _made(300)
    parts[:, 1] = 7.0
    found = fit_weights(
        parts, y, np.ones(300), loss="logistic", prior=np.array([0.5, 0.5]), ridge=1.0
    )
    assert np.isfinite(found.score(parts)).all()


def test_parts_that_are_not_finite_are_refused() -> None:
    parts, y = _made(10)
    parts[0, 0] = np.inf
    with pytest.raises(ValueError, match="finite"):
        fit_weights(parts, y, np.ones(10), loss="logistic", prior=np.ones(2), ridge=1.0)
