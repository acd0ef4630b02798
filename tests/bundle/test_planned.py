import json

from segml.bundle.planned import plan_from_json, plan_to_json, portable
from segml.words.plan import ChurnPlan, Economics, LedgerPlan, Plan, SourcePlan, TierPlan

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
