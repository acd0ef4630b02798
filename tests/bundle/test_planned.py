import json
from dataclasses import replace

from segml.bundle.planned import plan_from_json, plan_to_json, portable
from segml.words.forest import ForestPlan
from segml.words.plan import (
    ChurnPlan,
    Economics,
    LedgerPlan,
    Plan,
    PotentialPlan,
    SourcePlan,
    TierPlan,
)

SECRET = SourcePlan(query="select 1", connection="postgresql://me:hunter2@host/db")
PLAN = Plan(
    portfolio="small",
    ledger=LedgerPlan(transactions=SECRET, timezone="Europe/London", rates={"USD": 0.8}),
    economics=Economics(currency="GBP", margin_rate=0.35),
    tiers=TierPlan(number=5, key=(1, 2)),
    churn=ChurnPlan(horizon_days=90),
    seed=7,
)


def test_a_plan_read_back_is_the_portable_plan() -> None:
    assert plan_from_json(json.loads(json.dumps(plan_to_json(PLAN)))) == portable(PLAN)


def test_no_source_and_no_password_reaches_the_bundle() -> None:
    text = json.dumps(plan_to_json(PLAN))
    assert "hunter2" not in text
    assert "select 1" not in text


def test_forests_as_by_default_leave_no_trace_in_the_plan() -> None:
    told = plan_to_json(PLAN)
    assert "forests" not in told
    assert "forest" not in told["churn"]
    assert "forest" not in told["potential"]


def test_what_was_changed_of_a_forest_is_kept_and_read_back() -> None:
    churn = replace(PLAN.churn, forest=ForestPlan(num_leaves=8, extra_trees=False))
    potential = PotentialPlan(forest=ForestPlan(learning_rate=0.1))
    plan = replace(PLAN, churn=churn, potential=potential)
    told = json.loads(json.dumps(plan_to_json(plan)))
    assert told["forests"] == {
        "churn": {"num_leaves": 8, "extra_trees": False},
        "potential": {"learning_rate": 0.1},
    }
    assert plan_from_json(told) == portable(plan)
