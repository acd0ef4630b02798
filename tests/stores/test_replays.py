"""A backtest in MLflow: a run of its own kind, failed where MLflow refuses half-way."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from segml.stores import (
    LoggedTrial,
    Tracking,
    Training,
    log_beside,
    log_with_trials,
    plan_params,
)
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


def test_trials_are_runs_inside_the_run_of_their_search(tracking: Tracking) -> None:
    trials = [
        LoggedTrial(
            name=f"churn {number}",
            state=state,
            params={"num_leaves": 8 + number},
            metrics={"fold/0": 0.5, "loss": 0.5 if state == "complete" else None},
        )
        for number, state in enumerate(("complete", "pruned", "failed"))
    ]
    found = Training(started=NOW, metrics={"churn/loss": 0.5})
    parent = log_with_trials(tracking, "tune", found, trials, kind="tune")
    assert parent is not None
    with tracking_client(tracking) as client:
        assert client.get_run(parent).data.tags["segml.kind"] == "tune"
        inside = client.search_runs(
            [experiment_id(client, tracking)], f"tags.`mlflow.parentRunId` = '{parent}'"
        )
    told = {run.info.run_name: run for run in inside}
    assert {name: run.info.status for name, run in told.items()} == {
        "churn 0": "FINISHED",
        "churn 1": "KILLED",
        "churn 2": "KILLED",
    }
    assert told["churn 1"].data.params == {"num_leaves": "9"}
    assert told["churn 1"].data.metrics == {"fold/0": 0.5}
    assert told["churn 1"].data.tags["segml.state"] == "pruned"
    assert told["churn 1"].data.tags["segml.kind"] == "trial"


def test_a_search_is_told_of_a_server_that_is_not_there_and_goes_on(
    tracking: Tracking, caplog: pytest.LogCaptureFixture
) -> None:
    nobody = dataclasses.replace(tracking, uri="http://127.0.0.1:9")
    assert log_with_trials(nobody, "tune", Training(), [], kind="tune") is None
    assert "refused" in caplog.text
