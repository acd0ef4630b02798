"""A backtest in MLflow: a run of its own kind, failed where MLflow refuses half-way."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from segml.stores import Tracking, Training, log_beside, plan_params
from segml.stores.door import experiment_id, tracking_client
from segml.words.errors import TrackingFailed
from segml.words.plan import LedgerPlan, Plan, SourcePlan

NOW = dt.datetime(2024, 5, 2, tzinfo=dt.UTC)


@pytest.fixture
def tracking(tmp_path: Path) -> Tracking:
    return Tracking(
        uri=f"sqlite:///{tmp_path / 'mlruns.db'}", folder=tmp_path / "mlruns", portfolio="оптовый"
    )


def test_more_metrics_than_mlflow_takes_at_once_are_all_logged(tracking: Tracking) -> None:
    metrics = {f"backtest/tier {k}/segml/auc": k / 2000 for k in range(1200)}
    found = Training(started=NOW, metrics={**metrics, "undefined": float("nan")})
    run_id = log_beside(tracking, "backtest", found, kind="backtest")
    with tracking_client(tracking) as client:
        run = client.get_run(run_id)
    assert run.data.metrics == metrics
    assert (run.info.status, run.data.tags["segml.kind"]) == ("FINISHED", "backtest")
    assert run.data.tags["segml.portfolio"] == "оптовый"


def test_a_run_that_mlflow_refuses_is_failed(tracking: Tracking) -> None:
    with pytest.raises(TrackingFailed):
        log_beside(tracking, "backtest", Training(metrics={"not a name!": 1.0}), kind="backtest")
    with tracking_client(tracking) as client:
        (run,) = client.search_runs([experiment_id(client, tracking)])
    assert run.info.status == "FAILED"


def test_no_source_of_the_ledger_is_logged() -> None:
    secret = SourcePlan(query="select 1", connection="postgresql://me:secret@host/db")
    names = ("transactions", "clients", "interactions", "invoices", "events")
    plan = Plan(portfolio="p", ledger=LedgerPlan(**dict.fromkeys(names, secret)))
    told = plan_params(plan)
    assert told["churn.horizon_days"] == "180"
    assert not any("secret" in value for value in told.values())
