"""`segml train` with its runs in PostgreSQL: a run, a registered model, the champion by alias."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import segml
from segml.bundle import Bundle
from segml.features import Snapshot, snapshot
from segml.flows.session import registry_of
from segml.flows.settings import read_settings
from segml.ledger import Ledger
from segml.stores import load_version


def test_a_training_is_logged_to_postgresql(
    chain: Any,
    tmp_path: Path,
    database: str,
    ask: Callable[[str], list[list[str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = chain.config.parent
    shutil.copytree(source, tmp_path / "world", ignore=shutil.ignore_patterns("out", "mlruns*"))
    config = tmp_path / "world" / chain.config.name
    uri = database.replace("postgresql://", "postgresql+psycopg://")
    config.write_text(f"{config.read_text('utf-8')}tracking: {{uri: '{uri}'}}\n", "utf-8")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    registry = registry_of(read_settings(config))
    learnt = load_version(registry, registry.champion())

    def fitted_before(
        ledger: Ledger, as_of: int, *_: Any, seen: Callable[[Snapshot], None], **__: Any
    ) -> Bundle:
        seen(snapshot(ledger.past(as_of), learnt.features))
        return learnt

    monkeypatch.setattr("segml.flows.train.fit", fitted_before)

    trained = segml.train(config, as_of=chain.trained.summary["as_of"])

    run_id = trained.summary["mlflow_run"]
    assert ask("SELECT run_uuid, status FROM runs") == [[run_id, "FINISHED"]]
    model = "SELECT name, version, run_id FROM model_versions"
    assert ask(model) == [["demo", "1", run_id]]
    assert ask("SELECT alias, version FROM registered_model_aliases") == [["champion", "1"]]
    auc = ask(f"SELECT value FROM metrics WHERE key = 'churn/auc' AND run_uuid = '{run_id}'")
    assert float(auc[0][0]) == pytest.approx(trained.summary["metrics"]["churn/auc"])
    assert uri not in "".join(trained.told)
