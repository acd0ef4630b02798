"""A training in MLflow, end to end on SQLite: the run, the model that scores, the mirror."""

import datetime as dt
import json
import logging
import os
import subprocess
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace as Trained

import numpy as np
import pandas as pd
import pytest

from segml.stores import (
    Mirrored,
    Registry,
    Tracking,
    Training,
    Version,
    log_training,
    read_table,
    reap,
    sync,
)
from segml.stores.door import experiment_id, quietly, tracking_client
from segml.stores.runs import flat
from segml.words.errors import BundleRefused, TrackingFailed


@pytest.fixture(scope="module")
def tracking(tmp_path_factory: pytest.TempPathFactory, trained: Trained) -> Tracking:
    folder = tmp_path_factory.mktemp("tracking")
    uri = f"sqlite:///{folder / 'mlruns.db'}"
    return Tracking(
        uri=uri, folder=folder / "mlruns", portfolio=trained.registry.versions.portfolio
    )


def test_a_training_is_one_run_whose_model_scores_like_ours(
    trained: Trained,
    tracking: Tracking,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    training = Training(
        started=trained.now,
        metrics={"churn/auc": 0.75, "churn/auc/key": float("nan"), "churn/ece": None},
        params={"searched": False},
        tags={"note": "первый"},
        files={"plots/shap_churn.png": b"\x89PNG"},
    )
    run = log_training(tracking, trained.registry, trained.version, training)
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []
    with tracking_client(tracking) as client:
        logged = client.get_run(run.run_id)
        assert logged.info.status == "FINISHED"
        assert logged.info.run_name == trained.version.version
        assert logged.data.metrics["churn/auc"] == 0.75
        assert "churn/brier" in logged.data.metrics  # from the bundle's own record
        assert not {"churn/auc/key", "churn/ece"} & (training.metrics.keys() & logged.data.metrics)
        assert logged.data.params["churn.horizon_days"] == "60"
        assert not any(str(trained.folder) in value for value in logged.data.params.values())
        assert logged.data.tags["segml.manifest_digest"] == trained.version.manifest_digest
        assert len(logged.inputs.dataset_inputs) == 1
        files = {entry.path for entry in client.list_artifacts(run.run_id)}
        assert files == {"model_card.md", "plots"}
        entry = client.get_model_version_by_alias(tracking.portfolio, "champion")
        assert str(entry.version) == run.model_version
        assert entry.tags["segml.status"] == "champion"
    _scores_like_ours(trained, tracking, monkeypatch)
    _keeps_no_client(tracking, trained)


def _scores_like_ours(
    trained: Trained, tracking: Tracking, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow

    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking.uri)
    with quietly():
        model = mlflow.pyfunc.load_model(f"models:/{tracking.portfolio}@champion")
        features = read_table(trained.published, "features")
        given = model.predict(features)
        shuffled = model.predict(features[list(reversed(features.columns))])
    ours = read_table(trained.published, "scores")
    for name in ("raw_churn", "p_churn", "p_churn_low", "raw_potential", "expected_profit"):
        np.testing.assert_array_equal(given[name], ours[name])
    assert given["p_churn"].isna().any()
    assert (given["tier_margin"] >= 0).all()
    assert set(given["tier"]) <= set(ours["tier"]) | set(ours["tier_rival"])
    pd.testing.assert_frame_equal(given, shuffled)
    assert model.metadata.signature.inputs.input_names() == list(features.columns[2:])
    assert model.metadata.signature.outputs.input_names() == list(given.columns)
    _refuses(model, features)


def _refuses(model: object, features: pd.DataFrame) -> None:
    with quietly():
        with pytest.raises(Exception, match="silence_days"):
            model.predict(features.drop(columns="silence_days"))
        with pytest.raises(Exception, match=r"infinite|finite"):
            model.predict(features.assign(silence_days=np.float32(np.inf)))


def _keeps_no_client(tracking: Tracking, trained: Trained) -> None:
    """The input example is made up: no client's id or industry stands in it."""
    examples = list(tracking.folder.rglob("input_example.json"))
    assert len(examples) == 1
    (values,) = json.loads(examples[0].read_text("utf-8"))["data"]
    assert not {*trained.industries, *trained.scored.clients["client_id"]} & set(map(str, values))


def add_copy(registry: Registry, trained: Trained, *, days_later: int) -> Version:
    """The trained bundle's files, registered elsewhere, under another date."""
    with registry.staging() as staged:
        for part in trained.registry.path_of(trained.version).iterdir():
            (staged / part.name).write_bytes(part.read_bytes())
        return registry.add(
            staged,
            as_of=trained.as_of + dt.timedelta(days_later),
            manifest_digest=trained.version.manifest_digest,
            at=trained.now,
        )


def test_sync_makes_mlflow_say_what_the_registry_says(
    trained: Trained, tracking: Tracking, tmp_path: Path
) -> None:
    registry = Registry(tmp_path, "the client's")
    fresh = Tracking(uri=tracking.uri, folder=tracking.folder, portfolio="the client's")
    first = add_copy(registry, trained, days_later=0).version
    assert sync(fresh, registry) == Mirrored(
        logged=(first,), restated=(first,), champion=first, foreign=()
    )
    assert sync(fresh, registry) == Mirrored(logged=(), restated=(), champion=first, foreign=())
    second = add_copy(registry, trained, days_later=30).version
    registry.promote(second, at=trained.now)
    assert sync(fresh, registry) == Mirrored(
        logged=(second,), restated=(first, second), champion=second, foreign=()
    )
    with tracking_client(fresh) as client:
        entry = client.get_model_version_by_alias(fresh.portfolio, "champion")
        assert entry.tags["segml.version"] == second
    untrained = Registry(tmp_path / "nowhere", "the client's")
    assert sync(fresh, untrained).foreign == (first, second)


def test_a_changed_bundle_is_not_logged(
    trained: Trained, tracking: Tracking, tmp_path: Path
) -> None:
    registry = Registry(tmp_path, "changed")
    version = add_copy(registry, trained, days_later=0)
    (registry.path_of(version) / "churn.json").write_text("{}")
    changed = Tracking(uri=tracking.uri, folder=tracking.folder, portfolio="changed")
    with pytest.raises(BundleRefused, match=r"churn\.json"):
        log_training(changed, registry, version, Training())
    with tracking_client(changed) as client:
        assert not client.search_runs([experiment_id(client, changed)])


def test_a_run_that_could_not_be_written_has_failed_and_gives_no_version(
    trained: Trained, tracking: Tracking, tmp_path: Path
) -> None:
    (tmp_path / "full").write_text("a file where the artifacts' folder should be")
    failing = Tracking(uri=tracking.uri, folder=tmp_path / "full", portfolio="failing")
    with pytest.raises(TrackingFailed):
        log_training(failing, trained.registry, trained.version, Training())
    with tracking_client(failing) as client:
        (run,) = client.search_runs([experiment_id(client, failing)])
        assert run.info.status == "FAILED"
        assert not client.search_model_versions("name = 'failing'")


def test_runs_of_dead_processes_of_this_machine_are_reaped(
    trained: Trained, tracking: Tracking
) -> None:
    import socket

    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = Tracking(uri=tracking.uri, folder=tracking.folder, portfolio="left")
    here = socket.gethostname()
    owners = ((here, dead.pid), (here, os.getppid()), ("elsewhere", dead.pid))
    with tracking_client(left) as client:
        runs = [
            client.create_run(
                experiment_id(client, left), tags={"segml.host": host, "segml.pid": str(pid)}
            ).info.run_id
            for host, pid in owners
        ]
    assert reap(left) == (runs[0],)
    with tracking_client(left) as client:
        statuses = [client.get_run(run).info.status for run in runs]
    assert statuses == ["KILLED", "RUNNING", "RUNNING"]
    assert reap(left) == ()


def test_a_store_that_refuses_is_one_refusal_without_its_password(tmp_path: Path) -> None:
    (tmp_path / "mlruns.db").write_text("this is no database")
    broken = Tracking(
        uri=f"sqlite:///{tmp_path / 'mlruns.db'}", folder=tmp_path / "mlruns", portfolio="wholesale"
    )
    with pytest.raises(TrackingFailed, match="segml models --sync"):
        reap(broken)
    secret = Tracking(uri="postgresql://me:hunter2@db/x", folder=tmp_path, portfolio="wholesale")
    assert "hunter2" not in secret.shown()
    assert secret.artifact_location == (tmp_path / "wholesale").as_uri()
    server = Tracking(uri="https://mlflow.example", folder=tmp_path, portfolio="wholesale")
    assert server.artifact_location is None


def test_quiet_is_over_after_the_block() -> None:
    with quietly():
        level = logging.getLogger("mlflow").level
    assert logging.getLogger("mlflow").level != level
    with pytest.warns(UserWarning, match="loud again"):
        warnings.warn("loud again", UserWarning, stacklevel=1)


@pytest.mark.parametrize("name", ["/etc/x", "../x", "plots/../../x"])
def test_an_artifact_stays_in_its_run(name: str) -> None:
    with pytest.raises(ValueError, match="leaves its run"):
        Training(files={name: b""})


def test_a_plan_is_flat_and_its_long_values_are_cut() -> None:
    assert flat({"a": {"b": None, "c": (1, "x")}}) == {"a.b": "None", "a.c": "1, x"}
    assert len(flat({"a": "x" * 9000})["a"]) == 6000
