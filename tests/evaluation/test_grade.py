from __future__ import annotations

import numpy as np
import pytest

from segml.evaluation import Lead, Standing
from segml.evaluation.grade import best_lead

UNKNOWN = Lead(own=float("nan"), other=float("nan"), low=float("nan"), high=float("nan"))


def _lead(low: float, high: float) -> Lead:
    return Lead(own=0.7 + (low + high) / 2, other=0.7, low=low, high=high)


AHEAD, EVEN, BEHIND = _lead(0.01, 0.05), _lead(-0.02, 0.02), _lead(-0.05, -0.01)


def _grade(
    over_all: Lead, over_key: Lead = AHEAD, *, calibration: float = 0.0, signal: Lead = AHEAD
) -> str:
    return Standing(
        baseline="recency",
        key_baseline="bgnbd",
        over_all=over_all,
        over_key=over_key,
        signal=signal,
        calibration=calibration,
    ).grade


def test_a_lead_shown_on_all_and_on_key_clients_is_an_a() -> None:
    assert _grade(AHEAD, AHEAD) == "A"
    assert _grade(AHEAD, EVEN) == "B"
    assert _grade(AHEAD, UNKNOWN) == "B"


def test_key_clients_ranked_worse_than_by_the_best_rule_cost_two_grades() -> None:
    assert _grade(AHEAD, BEHIND) == "C"


def test_a_lead_that_may_be_chance_is_a_c_and_one_behind_a_d() -> None:
    assert _grade(EVEN) == "C"
    assert _grade(BEHIND) == "D"
    assert _grade(UNKNOWN) == "D"


def test_no_better_than_chance_is_a_d_however_weak_the_rules() -> None:
    assert _grade(EVEN, signal=EVEN) == "D"


@pytest.mark.parametrize(
    ("error", "grade"), [(0.03, "A"), (0.031, "B"), (0.051, "C"), (0.101, "D")]
)
def test_probabilities_that_are_off_lower_the_grade(error: float, grade: str) -> None:
    assert _grade(AHEAD, calibration=error) == grade


def test_the_best_baseline_is_the_one_that_ranks_best() -> None:
    lost = np.array([0.0, 0.0, 1.0, 1.0])
    others = {"worse": -np.arange(4.0), "best": np.arange(4.0), "chance": np.zeros(4)}
    name, lead = best_lead(lost, np.zeros(4), others)
    assert (name, lead.mean) == ("best", -0.5)
