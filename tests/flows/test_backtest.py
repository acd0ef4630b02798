"""The backtest end to end: tables, page, grade, and its run in MLflow beside the trainings."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import segml
from segml.flows.backtest import Backtested
from segml.flows.train import tracking_of
from segml.report import grade_lines
from segml.stores import read_run, read_table
from segml.stores.door import experiment_id, tracking_client

CHURN = "churn: {horizon_days: 60, active_days: 180, cutoffs: 3, min_history_days: 180}"


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world in which two origins fit."""
    world = segml.write_world(tmp_path_factory.mktemp("world"), clients=150, months=13, seed=712)
    text = re.sub(r"churn: \{[^}]*\}", CHURN, world.config.read_text("utf-8"))
    text = re.sub(r"potential: \{[^}]*\}", "potential: {horizon_days: 60}", text)
    world.config.write_text(text, "utf-8")
    return world.config


@pytest.fixture(scope="module")
def done(config: Path) -> Backtested:
    return segml.backtest(config)


def test_the_folder_holds_what_is_documented(done: Backtested) -> None:
    outputs = (Path(__file__).parents[2] / "docs" / "outputs.md").read_text("utf-8")
    row = next(line for line in outputs.splitlines() if line.startswith("| `<output>/backtest/`"))
    named = set(re.findall(r"`([^`]+)`", row.split("|")[3]))
    found = {file.name.removesuffix(".parquet") for file in done.folder.iterdir()}
    assert found == named


def test_the_published_table_is_the_backtests(done: Backtested) -> None:
    table = read_table(done.folder, "backtest")
    assert len(table) == len(done.backtest.table)
    assert {"tier 1", "newcomers", "small"} <= set(table["slice"])


def test_the_model_stands_beside_simple_rules_on_the_same_clients(done: Backtested) -> None:
    table = done.backtest.table
    rules = {"recency", "recency_over_gap", "rfm_logistic", "bgnbd"}
    for part in ("all", "key"):
        rows = table[(table["slice"] == part) & (table["metric"] == "auc")]
        assert set(rows["model"]) == {"segml", "previous", *rules}
        assert rows["clients"].nunique() == 1
    ranked = table[(table["slice"] == "all") & (table["metric"] == "auc")]
    assert ranked["mean"].between(0, 1).all()
    said = done.backtest.predictions
    assert said.loc[said["status"] == "active", "segml"].between(0, 1).all()
    assert (done.folder / "calibration.png").read_bytes().startswith(b"\x89PNG")


def test_run_json_and_the_summary_hold_the_grade_and_plain_values(done: Backtested) -> None:
    run = read_run(done.folder)
    assert run["grade"]["grade"] == done.backtest.standing.grade
    assert run["grade"]["baseline"] == done.backtest.standing.baseline
    assert len(run["origins"]) == 2
    summary = json.loads(json.dumps(done.summary, allow_nan=False))
    assert summary["grade"] == run["grade"]
    outputs = (Path(__file__).parents[2] / "docs" / "outputs.md").read_text("utf-8")
    said = outputs[outputs.index("`backtest/run.json` adds") : outputs.index("## Models")]
    assert all(f"`{key}`" in said for key in run["grade"])


def test_the_grade_is_told_last(done: Backtested) -> None:
    lines = list(done.lines())
    told = list(grade_lines(done.backtest.standing))
    assert lines[-len(told) :] == told


def test_the_run_is_found_beside_the_trainings(config: Path, done: Backtested) -> None:
    tracking = tracking_of(segml.read_settings(config))
    with tracking_client(tracking) as client:
        experiment = experiment_id(client, tracking)
        (run,) = client.search_runs([experiment], "tags.`segml.kind` = 'backtest'")
        assert run.info.run_id == done.mlflow_run
        assert run.info.status == "FINISHED"
        assert run.data.tags["segml.grade"] == done.backtest.standing.grade
        auc = done.backtest.table.query("slice == 'all' and model == 'segml' and metric == 'auc'")
        assert run.data.metrics["backtest/all/segml/auc"] == auc["mean"].item()
        assert "backtest/tier 1/segml/auc" in run.data.metrics
        assert run.data.params["churn.horizon_days"] == "60"
        assert not any(str(config.parent) in value for value in run.data.params.values())
        files = {entry.path for entry in client.list_artifacts(run.info.run_id)}
    assert files == {file.name for file in done.folder.iterdir()}


def test_the_same_inputs_give_the_same_tables_and_page_without_mlflow(
    config: Path, done: Backtested, caplog: pytest.LogCaptureFixture
) -> None:
    before = {file.name: file.read_bytes() for file in done.folder.iterdir()}
    text = config.read_text("utf-8")
    other = config.with_name("unreachable.yaml")
    other.write_text(f'{text}\ntracking: {{uri: "sqlite:////proc/none/mlruns.db"}}\n', "utf-8")
    again = segml.backtest(other)
    assert again.mlflow_run is None
    assert any("MLflow" in line for line in again.lines())
    assert caplog.records
    after = {file.name: file.read_bytes() for file in again.folder.iterdir()}
    del before["run.json"], after["run.json"]
    assert before == after
