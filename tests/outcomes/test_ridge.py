from __future__ import annotations

import numpy as np
import pytest

from segml.outcomes.ridge import Ridge, fit_ridge


def rows(n: int, p: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(n + p)
    Z = rng.normal(size=(n, p))
    Z -= Z.mean(axis=0)
    return Z, Z @ rng.normal(size=p) + 3 + rng.normal(size=n)


@pytest.mark.parametrize(("n", "p"), [(40, 3), (40, 60)])
def test_held_out_scores_are_those_of_a_fit_without_the_row(n: int, p: int) -> None:
    Z, y = rows(n, p)
    ridge, held = fit_ridge(Z, y)
    penalty = ridge.penalty * n
    for i in (0, 7, n - 1):
        keep = np.arange(n) != i
        A = np.column_stack([np.ones(n - 1), Z[keep]])
        pull = penalty * np.eye(p + 1)
        pull[0, 0] = 0.0
        theta = np.linalg.solve(A.T @ A + pull, A.T @ y[keep])
        assert held[i] == pytest.approx(theta[0] + Z[i] @ theta[1:], abs=1e-8)


def test_contributions_sum_to_the_raw_score() -> None:
    Z, y = rows(50, 4)
    ridge, _ = fit_ridge(Z, y)
    assert ridge.intercept + ridge.contributions(Z).sum(axis=1) == pytest.approx(ridge.raw(Z))


def test_noise_alone_is_pulled_to_the_mean() -> None:
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(60, 30))
    ridge, _ = fit_ridge(Z - Z.mean(axis=0), rng.normal(size=60))
    assert np.abs(ridge.weights).max() < 0.1


def test_a_ridge_read_back_is_equal() -> None:
    ridge, _ = fit_ridge(*rows(40, 2))
    assert Ridge.from_json(ridge.to_json()) == ridge


def test_no_columns_give_the_mean() -> None:
    ridge, held = fit_ridge(np.zeros((3, 0)), np.array([1.0, 2.0, 6.0]))
    assert ridge.raw(np.zeros((1, 0))).tolist() == [3.0]
    assert held == pytest.approx([4.0, 3.5, 1.5])
