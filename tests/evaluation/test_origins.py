from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from segml.bundle import cutoffs_for, fit
from segml.evaluation import default_origins
from segml.evaluation.origins import checked_origins
from segml.ledger import Ledger, date_of, open_ledger
from segml.words.errors import HistoryTooShort
from segml.words.plan import Plan, PotentialPlan


def test_origins_leave_a_whole_horizon_after_and_three_cutoffs_before(
    ledger: Ledger, plan: Plan
) -> None:
    origins = default_origins(ledger, plan)
    assert origins[-1] + 60 == ledger.last_day + 1
    assert {b - a for a, b in pairwise(origins)} == {30}
    assert len(cutoffs_for(plan.churn, ledger.first_day, origins[0], 90)) == 3
    with pytest.raises(HistoryTooShort):
        cutoffs_for(plan.churn, ledger.first_day, origins[0] - 30, 90)


def test_origins_asked_for_are_sorted_and_doubles_count_once(ledger: Ledger, plan: Plan) -> None:
    last = default_origins(ledger, plan)[-1]
    assert checked_origins(ledger, plan, [last, date_of(last - 30), last]) == (last - 30, last)


def test_an_origin_with_too_little_before_or_after_it_is_refused(
    ledger: Ledger, plan: Plan
) -> None:
    for origin in (ledger.first_day + 100, ledger.last_day - 10):
        with pytest.raises(HistoryTooShort):
            checked_origins(ledger, plan, [origin])


def test_a_gap_moves_the_origins_back(ledger: Ledger, plan: Plan) -> None:
    gapped = dataclasses.replace(plan, churn=dataclasses.replace(plan.churn, gap_days=7))
    assert default_origins(ledger, gapped)[-1] == default_origins(ledger, plan)[-1] - 7


def test_a_history_without_any_origin_is_refused_by_name(ledger: Ledger, plan: Plan) -> None:
    long = dataclasses.replace(plan, potential=PotentialPlan(horizon_days=365))
    with pytest.raises(HistoryTooShort, match=r"potential\.horizon_days"):
        default_origins(ledger, long)


def test_a_refused_backtest_names_the_days_that_it_needs(ledger: Ledger, plan: Plan) -> None:
    long = dataclasses.replace(plan, churn=dataclasses.replace(plan.churn, horizon_days=900))
    rules, potential = long.churn, long.potential.horizon_days
    needed = rules.min_history_days + 2 * rules.step_days + 2 * rules.gap_days
    needed += rules.horizon_days + max(rules.horizon_days, potential)
    with pytest.raises(HistoryTooShort, match=f"Allowed: {needed} days or more") as refused:
        default_origins(ledger, long)
    assert "for a backtest" in str(refused.value)
    assert "as-of date" not in str(refused.value)


def test_an_origin_after_silent_days_needs_the_history_that_its_labels_have(
    plan: Plan, tmp_path: Path
) -> None:
    with open_ledger(plan.ledger, plan.economics) as ledger:
        first = default_origins(ledger, plan)[0]
    lines = pd.read_parquet(str(plan.ledger.transactions.path))
    silent = pd.to_datetime(lines["date"]).between(
        pd.Timestamp(date_of(first - 29)), pd.Timestamp(date_of(first - 1))
    )
    lines[~silent].to_parquet(tmp_path / "lines.parquet")
    source = dataclasses.replace(plan.ledger.transactions, path=str(tmp_path / "lines.parquet"))
    shut = dataclasses.replace(plan.ledger, transactions=source)
    with open_ledger(shut, plan.economics) as ledger:
        origins = default_origins(ledger, plan)
        assert first not in origins
        with pytest.raises(HistoryTooShort):
            checked_origins(ledger, plan, [first])
        fit(ledger, origins[0], plan, threads=1)
