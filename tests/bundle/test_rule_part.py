"""A rule's tiers through JSON and back, bit for bit."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from segml.bundle.planned import plan_from_json, plan_to_json
from segml.bundle.tier_part import tiers_from_json, tiers_to_json
from segml.tiers import fit_tiers
from segml.words.plan import RULE_TIERS, LedgerPlan, Plan, SourcePlan, TierPlan

FIXED = (9000.0, 3000.0, 500.0)
PLANS = [
    *(TierPlan(scheme=scheme, number=number) for scheme, number in RULE_TIERS.items()),
    TierPlan(scheme="strategic", number=5, bands=FIXED),
]
AUTO = TierPlan(number="auto")


def _frame(rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    size = rng.lognormal(0, 1.2, rows)
    return pd.DataFrame(
        {
            "profit_365": 300 * size * rng.lognormal(0, 0.3, rows) - 60,
            "spend_365": 1000 * size * rng.lognormal(0, 0.3, rows),
            "orders_365": rng.poisson(4 * size) + 1,
            "tenure_days": rng.integers(1, 1500, rows),
            "care_share_365": rng.lognormal(-2, 0.7, rows),
            "wallet": 4000 * size,
        },
        index=pd.Index([f"k{i:03}" for i in range(rows)], name="client_id"),
    ).astype("float32")


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan.scheme} {plan.bands}")
@pytest.mark.parametrize("rows", [20, 500])
def test_a_rule_read_back_assigns_and_explains_to_the_last_bit(plan: TierPlan, rows: int) -> None:
    frame = _frame(rows)
    model = fit_tiers(frame, pd.Series("active", index=frame.index), plan=plan)
    assert model.estimator.ranking_ == (rows == 20)
    again = tiers_from_json(json.loads(json.dumps(tiers_to_json(model))))
    assert (again.names, again.notes, again.columns) == (model.names, model.notes, model.columns)
    held = model.assign(frame)["tier"].iloc[::2]
    found = model.assign(frame, held)
    pd.testing.assert_frame_equal(again.assign(frame, held), found, check_exact=True)
    one, two = model.contributions(frame, found), again.contributions(frame, found)
    np.testing.assert_array_equal(one.values, two.values)
    np.testing.assert_array_equal(one.base, two.base)
    assert tiers_to_json(again) == tiers_to_json(model)
    assert again.estimator.get_params() == model.estimator.get_params()


def test_the_numbers_that_were_tried_are_read_back_as_they_were() -> None:
    frame = _frame(60)
    model = fit_tiers(frame, pd.Series("active", index=frame.index), plan=AUTO)
    assert len(model.tried) == 7
    again = tiers_from_json(json.loads(json.dumps(tiers_to_json(model), allow_nan=False)))
    assert tiers_to_json(again) == tiers_to_json(model)


@pytest.mark.parametrize("tiers", [*PLANS, AUTO], ids=lambda plan: f"{plan.scheme} {plan.bands}")
def test_the_plan_of_a_rule_is_read_back_as_it_was(tiers: TierPlan) -> None:
    plan = Plan(
        portfolio="p", ledger=LedgerPlan(transactions=SourcePlan(path="lines")), tiers=tiers
    )
    assert plan_from_json(json.loads(json.dumps(plan_to_json(plan)))).tiers == tiers
