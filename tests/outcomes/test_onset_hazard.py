from __future__ import annotations

import numpy as np
import pytest

from segml.outcomes.onset_hazard import Columns, columns_of


def _random(n: int = 60, p: int = 6) -> Columns:
    rng = np.random.default_rng(3)
    met = np.column_stack([rng.random((n, p - 1)) * (rng.random((n, p - 1)) < 0.5), np.ones(n)])
    return columns_of(met, met.sum(axis=0) * 20 + 1, [0, 0, 1, 1, 2, 2], causes=3)


def _pull(design: Columns, weights: np.ndarray) -> np.ndarray:
    return np.ones((len(design.met), 3)) / design.hazards(weights).sum(axis=1, keepdims=True)


def test_the_likelihood_never_falls_from_step_to_step() -> None:
    design = _random()
    weights = design.start()
    seen = []
    for _ in range(200):
        hazard = design.hazards(weights).sum(axis=1)
        seen.append(np.log(hazard).sum() - weights @ design.mass)
        weights = design.improved(weights, _pull(design, weights))
    assert np.diff(seen).min() > -1e-9
    assert seen[-1] > seen[0] + 1


def test_after_a_step_the_hazard_foretells_as_many_onsets_as_there_were() -> None:
    design = _random()
    weights = design.improved(design.start(), _pull(design, design.start()))
    assert weights @ design.mass == pytest.approx(60)


def test_a_causes_hazard_is_the_sum_over_its_columns() -> None:
    design = columns_of([[1.0, 2.0, 0.5, 1.0]], np.ones(4), [0, 1, 0, 2], causes=3)
    found = design.hazards(np.array([1.0, 10.0, 4.0, 0.5]))
    assert found.tolist() == [[3.0, 20.0, 0.5]]


def test_the_baseline_keeps_its_columns_alone() -> None:
    design = columns_of([[1.0, 2.0, 3.0]], [5.0, 6.0, 7.0], [2, 0, 2], causes=3).baseline()
    assert design.met.tolist() == [[1.0, 3.0]]
    assert design.mass.tolist() == [5.0, 7.0]


@pytest.mark.parametrize(
    ("met", "mass", "cause", "said"),
    [
        ([[1.0, 1.0]], [1.0], [0, 1], "p masses"),
        ([[1.0, 1.0]], [1.0, 1.0], [1], "p masses"),
        ([[-1.0, 1.0]], [1.0, 1.0], [0, 1], "not negative"),
        ([[np.nan, 1.0]], [1.0, 1.0], [0, 1], "finite"),
        ([[1.0, 1.0]], [np.inf, 1.0], [0, 1], "finite"),
        ([[1.0, 1.0]], [1.0, 1.0], [2, 1], "numbered from 0 to 1"),
        ([[1.0, 0.0]], [1.0, 1.0], [0, 1], "meets a column of the baseline"),
        ([[1.0, 1.0]], [1.0, 0.0], [0, 1], "meets a column of the baseline"),
        ([[1.0, 1.0]], [1.0, 1.0], [0, 0], "meets a column of the baseline"),
    ],
)
def test_columns_that_cannot_be_are_refused(
    met: list[list[float]], mass: list[float], cause: list[int], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        columns_of(met, mass, cause, causes=2)
