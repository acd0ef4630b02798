"""One way of making a day's features, in a process that tells what it cost: a script.

python -m benchmarks.spark_run WAY CONFIG AS_OF OUTPUT      WAY: duckdb, spark, by_hand
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

import segml
from benchmarks import spark_by_hand
from benchmarks.by_hand import FEATURES
from benchmarks.worlds import asked_of
from segml.features import FeaturePlan, snapshot
from segml.ledger import on_spark, open_ledger

WAYS = ("by_hand", "spark", "duckdb")
HEAP = "4g"
"""What Java may hold, executors and driver together: beyond it Spark spills."""
_SETTINGS = {"spark.driver.memory": HEAP, "spark.ui.enabled": "false",
             "spark.ui.showConsoleProgress": "false"}  # fmt: skip
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spent:
    """Of one stage: seconds, seconds of processors, peak memory of Python and Java together, and
    what Spark wrote to the disk because it found no memory.
    """

    wall: float
    cpu: float
    peak_mib: float
    spill_mib: float


@dataclass
class Account:
    """What the stages of this process and of the Java that it started cost."""

    spent: dict[str, Spent] = field(default_factory=dict)
    java: int | None = None
    events: Path | None = None

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what is done within."""
        for each in self._processes():
            Path(f"/proc/{each}/clear_refs").write_text("5")
        begun, used, spilled = time.perf_counter(), self._cpu(), self._spilled()
        yield
        wall, cpu = time.perf_counter() - begun, self._cpu() - used
        peak = sum(_status(each, "VmHWM") for each in self._processes())
        self.spent[name] = Spent(wall, cpu, peak / 1024, (self._spilled() - spilled) / 2**20)

    def _processes(self) -> list[int]:
        return [os.getpid()] + ([self.java] if self.java else [])

    def _cpu(self) -> float:
        texts = [Path(f"/proc/{each}/stat").read_text() for each in self._processes()]
        return sum(sum(map(int, text.rpartition(")")[2].split()[11:15])) for text in texts) / _TICK

    def _spilled(self) -> int:
        """Bytes, of all tasks that Spark's own log of events has told of."""
        files = [one for one in self.events.rglob("*") if one.is_file()] if self.events else []
        total = 0
        for file in files:
            for row in file.read_text("utf-8").splitlines():
                if '"SparkListenerTaskEnd"' in row:
                    told = json.loads(row).get("Task Metrics") or {}
                    total += told.get("Disk Bytes Spilled", 0)
        return total


def _status(process: int, what: str) -> float:
    rows = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(float(row.split()[1]) for row in rows if row.startswith(what))


def _spark(account: Account, folder: Path) -> Any:
    from pyspark.sql import SparkSession

    account.events = folder / "events"
    account.events.mkdir()
    builder = SparkSession.builder.master("local[*]").appName("benchmark")
    log = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": f"file://{account.events}",
           "spark.eventLog.rolling.enabled": "false", "spark.eventLog.compress": "false",
           "spark.local.dir": str(folder)}  # fmt: skip
    for name, value in {**_SETTINGS, **log}.items():
        builder = builder.config(name, value)
    with account.stage("start"):
        spark = builder.getOrCreate()
        spark.sparkContext.setLogLevel("ERROR")
    account.java = spark.sparkContext._gateway.proc.pid
    return spark


def _ours(account: Account, config: Path, as_of: int, *, with_spark: bool) -> pd.DataFrame:
    plan = segml.read_settings(config).plan
    days = FeaturePlan(horizon_days=plan.churn.horizon_days, active_days=plan.churn.active_days)
    two_tables = replace(plan.ledger, interactions=None, invoices=None, events=None)
    with account.stage("ledger"):
        ledger = open_ledger(two_tables, plan.economics)
    with ledger:
        entered = on_spark(ledger) if with_spark else nullcontext(ledger)
        with account.stage("handed over"):
            same = entered.__enter__()
        try:
            with account.stage("made"):
                made = snapshot(same.past(as_of), days, columns=FEATURES)
        finally:
            entered.__exit__(None, None, None)
    return made.frame


def main(way: str, config: Path, as_of: int, output: Path) -> None:
    account = Account()
    with tempfile.TemporaryDirectory() as scratch:
        spark = None if way == "duckdb" else _spark(account, Path(scratch))
        if way == "by_hand":
            with account.stage("made"):
                question = spark_by_hand.answer(spark, asked_of(config), as_of)
                made = question.toArrow().to_pandas().set_index("client_id").sort_index()
        else:
            made = _ours(account, config, as_of, with_spark=spark is not None)
        if spark is not None:
            spark.stop()
    made[list(FEATURES)].to_parquet(output)
    print(json.dumps({name: asdict(spent) for name, spent in account.spent.items()}))


if __name__ == "__main__":
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
