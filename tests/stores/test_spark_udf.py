"""A table of features scored in Spark by the registered model, with MLflow's own `spark_udf`."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace as Trained
from typing import Any

import numpy as np
import pytest

from segml.ledger.workers import quietly as without_warning
from segml.stores import Tracking, Training, log_training, read_table
from segml.stores.door import quietly
from segml.stores.pyfunc import OUTPUTS


@pytest.mark.slow
def test_the_registered_model_scores_a_table_of_spark_s_as_the_nightly_run(
    trained: Trained, spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracking = Tracking(
        uri=f"sqlite:///{tmp_path / 'mlruns.db'}",
        folder=tmp_path / "mlruns",
        portfolio=trained.registry.versions.portfolio,
    )
    log_training(
        tracking, trained.registry, trained.version, Training(started=trained.now, metrics={})
    )
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking.uri)
    table = spark.read.parquet(f"file://{trained.published}/features.parquet")
    result = ", ".join(f"{name} {kind}" for name, kind in OUTPUTS.items())
    with quietly(), without_warning():
        import mlflow
        from pyspark.sql.functions import struct

        model = f"models:/{tracking.portfolio}@champion"
        udf = mlflow.pyfunc.spark_udf(spark, model, result_type=result, env_manager="local")
        features = struct(*(name for name in table.columns if name not in ("as_of", "client_id")))
        answer = table.select("client_id", udf(features).alias("said")).select(
            "client_id", "said.*"
        )
        given = answer.orderBy("client_id").toArrow().to_pandas()
    ours = read_table(trained.published, "scores")
    assert list(given["client_id"]) == list(ours["client_id"])
    for name in ("raw_churn", "p_churn", "p_churn_low", "raw_potential", "expected_profit"):
        np.testing.assert_array_equal(given[name], ours[name])
    assert given["p_churn"].isna().any()
    assert set(given["tier"]) <= set(ours["tier"]) | set(ours["tier_rival"])
