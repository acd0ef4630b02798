"""A training whose client facts were changed once clients had gone is refused."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from segml.bundle import fit
from segml.bundle.learning import learn_churn
from segml.features import Encoder, FeaturePlan, available, panel, snapshot
from segml.ledger import open_ledger
from segml.simulate import make_world
from segml.words.errors import LeakSuspected
from segml.words.plan import ChurnPlan, LedgerPlan, Plan, PotentialPlan, SourcePlan

GONE_DAYS = 150


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A ledger whose company moves clients to a region of their own once they buy no more."""
    folder = tmp_path_factory.mktemp("archived")
    world = make_world(clients=700, months=26, seed=5)
    lines, clients = world.transactions, world.clients
    last = pd.to_datetime(lines["date"]).groupby(lines["client_id"]).max()
    gone = last.index[last < last.max() - pd.Timedelta(days=GONE_DAYS)]
    region = clients["region"].where(~clients["client_id"].isin(gone), "archive")
    lines.to_parquet(folder / "lines.parquet")
    clients.assign(region=region).to_parquet(folder / "clients.parquet")
    return Plan(
        portfolio="archived",
        ledger=LedgerPlan(
            transactions=SourcePlan(path=str(folder / "lines.parquet")),
            clients=SourcePlan(path=str(folder / "clients.parquet")),
        ),
        churn=ChurnPlan(horizon_days=90, cutoffs=12),
        potential=PotentialPlan(horizon_days=90),
    )


def test_a_training_on_facts_of_today_is_refused_by_name(archived: Plan) -> None:
    with (
        open_ledger(archived.ledger, archived.economics) as ledger,
        pytest.raises(LeakSuspected) as refused,
    ):
        fit(ledger, ledger.last_day + 1, archived)
    said = str(refused.value)
    assert "`region` alone tells lost clients apart" in said
    assert "churn.trusted_features: [region]" in said
    assert refused.value.exit_code == 5


def test_a_trusted_feature_lets_the_training_go_on(archived: Plan) -> None:
    churn = dataclasses.replace(archived.churn, trusted_features=("region",))
    plan = dataclasses.replace(archived, churn=churn)
    features = FeaturePlan(horizon_days=churn.horizon_days, active_days=churn.active_days)
    with open_ledger(plan.ledger, plan.economics) as ledger:
        end = ledger.last_day + 1
        past = panel(ledger, [end - 180, end - 135, end - 90], features).snapshots
        encoder = Encoder.learn([one.frame for one in past], available(ledger.past(end)))
        today = snapshot(ledger.past(end), features)
        learnt, _ = learn_churn(ledger, past, encoder, plan, today=today)
    assert learnt.record.rows > 0
