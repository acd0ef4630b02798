"""A session of Spark's that is small and starts fast; what it needs, or why it is not there."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

SMALL = {
    "spark.driver.memory": "2g",
    # for minutes of small plans: compiled once, by the quick compiler
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
}


def pyspark() -> Any:
    """The module `pyspark.sql`; the test is skipped where it or Java is not installed."""
    with warnings.catch_warnings():
        # until a pyspark that says it knows pandas 3
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
        sql = pytest.importorskip("pyspark.sql", reason="the extra `spark` is not installed")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("no Java")
    return sql


@contextmanager
def session(master: str = "local[2]", **more: str) -> Iterator[Any]:
    """A session at work, stopped at the end."""
    os.environ["PYSPARK_PYTHON"] = sys.executable  # else whatever `python3` is
    builder = pyspark().SparkSession.builder.master(master).appName("segml's tests")
    for name, value in {**SMALL, **more}.items():
        builder = builder.config(name, value)
    started = builder.getOrCreate()
    try:
        yield started
    finally:
        started.stop()
