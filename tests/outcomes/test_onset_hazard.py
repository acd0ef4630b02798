from __future__ import annotations

import numpy as np
import pytest
from scipy.special import digamma, gammaln

from segml.outcomes.onset_hazard import Columns, Weights, columns_of


def _random(n: int = 60, p: int = 6) -> Columns:
    rng = np.random.default_rng(3)
    met = np.column_stack([rng.random((n, p - 1)) * (rng.random((n, p - 1)) < 0.5), np.ones(n)])
    return columns_of(met, met.sum(axis=0) * 20 + 1, [0, 0, 1, 1, 2, 2], causes=3)


def _pull(design: Columns, weights: np.ndarray, causes: int = 3) -> np.ndarray:
    return np.ones((len(design.met), causes)) / design.hazards(weights).sum(axis=1, keepdims=True)


def _bound(design: Columns, weights: Weights) -> float:
    """The evidence's lower bound: what is told of the onsets, less what was learnt to tell it."""
    hazard = design.hazards(weights.typical).sum(axis=1)
    learnt = gammaln(1.0) - gammaln(weights.shape) + (weights.shape - 1.0) * digamma(weights.shape)
    learnt += np.log(weights.rate * weights.usual)
    learnt += weights.mean * (1.0 / weights.usual - weights.rate)
    return float(np.log(hazard).sum() - weights.mean @ design.mass - learnt.sum())


def test_the_bound_of_the_evidence_never_falls_from_step_to_step() -> None:
    design = _random()
    weights = design.beforehand(60)
    seen = []
    for _ in range(200):
        weights = design.improved(weights, _pull(design, weights.typical))
        seen.append(_bound(design, weights))
    assert np.diff(seen).min() > -1e-9
    assert seen[-1] > seen[0] + 0.1


def test_a_step_deals_out_the_onsets_there_were() -> None:
    design = _random()
    weights = design.beforehand(60)
    weights = design.improved(weights, _pull(design, weights.typical))
    assert (weights.shape - 1.0).sum() == pytest.approx(60)
    assert weights.rate == pytest.approx(1.0 / weights.usual + design.mass)


def test_beforehand_each_cause_explains_as_many_onsets_as_any_other() -> None:
    design = _random()
    explained = design.beforehand(60).mean * design.mass
    assert [explained[design.cause == cause].sum() for cause in range(3)] == pytest.approx([20] * 3)


def test_beforehand_a_cause_that_no_column_shows_leaves_its_part_to_the_unknown() -> None:
    known = _random()
    cause = np.where(known.cause == 2, 7, known.cause)
    design = columns_of(known.met, known.mass, cause, causes=8)
    explained = design.beforehand(80).mean * design.mass
    of = [explained[design.cause == each].sum() for each in range(8)]
    assert of == pytest.approx([10, 10, 0, 0, 0, 0, 0, 60])
    alone = design.baseline()
    assert (alone.beforehand(80).mean * alone.mass).sum() == pytest.approx(80)


def test_what_is_usual_for_a_kind_is_drawn_half_way_to_what_its_columns_weigh() -> None:
    rng = np.random.default_rng(4)
    met = np.column_stack([rng.random((90, 3)) < [0.9, 0.05, 0.05], np.ones(90)])
    design = columns_of(met, [50.0, 50.0, 50.0, 900.0], [0, 0, 0, 1], 2, alike=[0, 0, 0, -1])
    weights = design.beforehand(90)
    for _ in range(200):
        weights = design.improved(weights, _pull(design, weights.typical, causes=2))
    given = design.beforehand(90).usual
    half = np.sqrt(weights.mean[:3].mean() * given[:3])
    assert weights.usual[:3] == pytest.approx(half, rel=1e-6)
    assert weights.usual[3] == given[3]


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
