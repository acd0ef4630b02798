"""A portfolio moved to another folder: what goes on by itself, and MLflow after what is advised."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import mlflow
import pytest
from tests.conftest import SCORED, Chain
from tests.flows.worlds import copied

import segml
from segml.flows.train import tracking_of
from segml.flows.versions import sync_models
from segml.stores.door import tracking_client


def test_a_moved_portfolio_scores_and_its_models_load_once_mlflow_is_told_anew(
    chain: Chain, tmp_path: Path
) -> None:
    before = chain.config.parent
    with closing(sqlite3.connect(before / "mlruns.db")) as database:
        ((old,),) = database.execute("select distinct source from model_versions").fetchall()
    assert str(before) in old, "MLflow no longer keeps where it lay: docs/operations.md"
    config = copied(chain, tmp_path / "moved", without=("out", "mlruns*"))
    tracking = tracking_of(segml.read_settings(config))
    told = sync_models(config)
    assert "1 version(s) logged anew" in "\n".join(told.lines())
    with tracking_client(tracking) as client:
        (new,) = client.search_model_versions("name='demo'")
    assert str(config.parent) in new.source
    kept = [path.read_text("utf-8") for path in (config.parent / "mlruns").rglob("MLmodel")]
    assert len(kept) == 1
    assert str(before) not in kept[0]
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("MLFLOW_TRACKING_URI", raising=False)
        mlflow.set_tracking_uri(segml.read_settings(config).tracking_uri)
        try:
            model = mlflow.pyfunc.load_model("models:/demo@champion")
        finally:
            mlflow.set_tracking_uri(None)
    scored = segml.score(config, as_of=SCORED)
    raw = model.predict(scored.scored.features)["raw_churn"]
    assert raw.tolist() == pytest.approx(scored.scored.scores["raw_churn"].tolist(), abs=1e-6)
