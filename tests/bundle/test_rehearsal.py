"""The rows to choose parameters on end before any row that a later judge asks about."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from segml.bundle import OUTCOMES, Outcome, rehearse
from segml.bundle.windows import windows_for
from segml.ledger import Ledger
from segml.words.errors import HistoryTooShort
from segml.words.plan import Plan, PotentialPlan


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_no_label_reaches_a_row_that_the_training_or_the_gate_judges_by(
    ledger: Ledger, plan: Plan, outcome: Outcome
) -> None:
    as_of = ledger.last_day + 1
    found = rehearse(ledger, as_of, plan, outcome)
    windows = windows_for(ledger, as_of, plan)
    validated = getattr(windows, outcome)[-3:]
    gate = as_of - plan.churn.gap_days - plan.churn.horizon_days
    ended = found.rows.cutoff + found.gap_days + found.horizon_days
    assert ended.max() == found.until <= min(*validated, gate)
    assert found.horizon_days == getattr(plan, outcome).horizon_days


def test_rows_are_in_their_order_and_money_goes_with_them(ledger: Ledger, plan: Plan) -> None:
    found = rehearse(ledger, ledger.last_day + 1, plan, "potential")
    np.testing.assert_array_equal(found.rows.order, np.arange(len(found.rows)))
    assert len(found.profit) == len(found.rows)
    assert (found.profit[found.rows.y == 1] > 0).mean() > 0.9


def test_an_earlier_date_sees_earlier_rows_alone(ledger: Ledger, plan: Plan) -> None:
    late, early = (rehearse(ledger, ledger.last_day + 1 - back, plan, "churn") for back in (0, 20))
    assert late.until - early.until == 20
    assert late.fingerprint != early.fingerprint


def test_a_history_that_leaves_no_three_cutoffs_is_refused(ledger: Ledger, plan: Plan) -> None:
    long = dataclasses.replace(plan, potential=PotentialPlan(horizon_days=250))
    with pytest.raises(HistoryTooShort, match=r"potential\.horizon_days"):
        rehearse(ledger, ledger.last_day + 1, long, "potential")
