import pytest
from hypothesis import given
from hypothesis import strategies as st

from segml.bundle.cutoffs import cutoffs_for, cutoffs_note
from segml.words.errors import HistoryTooShort
from segml.words.plan import ChurnPlan


def test_the_last_cutoff_is_as_of_less_gap_and_horizon() -> None:
    plan = ChurnPlan(horizon_days=90, gap_days=7, cutoffs=3, step_days=30)
    assert cutoffs_for(plan, 0, 1000, 90)[-1] == 1000 - 7 - 90


def test_cutoffs_step_back_from_the_last_one_as_many_as_asked_for() -> None:
    plan = ChurnPlan(cutoffs=4, step_days=10)
    cutoffs = cutoffs_for(plan, 0, 1000, 100)
    assert cutoffs == (870, 880, 890, 900)
    assert cutoffs_note(plan, cutoffs, "churn") is None


def test_the_first_cutoff_has_its_history_and_the_note_says_how_many_fit() -> None:
    plan = ChurnPlan(cutoffs=12, step_days=30, min_history_days=180)
    cutoffs = cutoffs_for(plan, 100, 100 + 180 + 90 + 95, 90)
    assert cutoffs[0] >= 100 + 180
    assert len(cutoffs) == 4
    assert cutoffs_note(plan, cutoffs, "churn") == ("churn: 4 of 12 cut-offs fit into the history")


def test_the_horizon_named_in_the_refusal_is_the_longest_that_fits() -> None:
    plan = ChurnPlan(gap_days=5)
    with pytest.raises(HistoryTooShort, match=r"`potential.horizon_days` to 255 or less"):
        cutoffs_for(plan, 0, 500, 365, setting="potential")
    assert len(cutoffs_for(plan, 0, 500, 255)) == 3
    with pytest.raises(HistoryTooShort):
        cutoffs_for(plan, 0, 500, 256)


def test_where_no_horizon_fits_the_refusal_says_how_many_days_are_missing() -> None:
    with pytest.raises(HistoryTooShort, match="at least 141 more days"):
        cutoffs_for(ChurnPlan(), 0, 100, 180)


@given(
    days=st.integers(1, 2000),
    horizon=st.integers(1, 400),
    gap=st.integers(0, 30),
    step=st.integers(1, 120),
)
def test_every_label_has_ended_by_the_day_of_the_training(
    days: int, horizon: int, gap: int, step: int
) -> None:
    plan = ChurnPlan(gap_days=gap, step_days=step, min_history_days=100)
    try:
        cutoffs = cutoffs_for(plan, 500, 500 + days, horizon)
    except HistoryTooShort:
        return
    assert all(cutoff + gap + horizon <= 500 + days for cutoff in cutoffs)
    assert min(cutoffs) >= 500 + 100
