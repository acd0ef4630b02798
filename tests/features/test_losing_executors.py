"""Executors that are killed while they work change nothing in what comes out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests import spark as small_spark

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.skipif(
    not os.environ.get("SEGML_SPARK_CLUSTER"), reason="SEGML_SPARK_CLUSTER is not set"
)
def test_killed_executors_change_nothing(tmp_path: Path) -> None:
    small_spark.pyspark()
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    script = "tests.features.losing_executors"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", script, str(tmp_path / "world")],
        env={**os.environ, "PYTHONPATH": paths},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["snapshot"]["while_read"] >= 1
    assert told["snapshot"]["killed"] >= 2
    assert told["scores"]["killed"] >= 1
    assert told["snapshot"]["differences"] == []
    assert told["scores"]["differences"] == []
