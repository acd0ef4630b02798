"""One way of making a day's features, in a process that tells what it cost: a script.

python -m benchmarks.spark_run WAY CONFIG AS_OF OUTPUT

WAY: `duckdb`; `spark`, of what DuckDB read and checked; `all_spark`, reading and checks too;
`by_hand`.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

import segml
from benchmarks import spark_by_hand
from benchmarks.by_hand import FEATURES
from benchmarks.worlds import asked_of
from segml.features import FeaturePlan, snapshot
from segml.ledger import on_spark, open_ledger, open_on_spark

WAYS = ("by_hand", "spark", "all_spark", "duckdb")
HEAP = "4g"
"""What Java may hold, executors and driver together: beyond it Spark spills."""
_SETTINGS = {"spark.driver.memory": HEAP, "spark.ui.enabled": "false",
             "spark.ui.showConsoleProgress": "false"}  # fmt: skip
LOOK_SECONDS = 0.5
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spent:
    """Of one stage: seconds, seconds of processors, peak memory of Python, Java and its workers
    together, and what Spark wrote to the disk because it found no memory.
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
    ticks: dict[int, int] = field(default_factory=dict)
    events: Path | None = None

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what is done within."""
        for each in self._processes():
            with suppress(FileNotFoundError, ProcessLookupError):
                Path(f"/proc/{each}/clear_refs").write_text("5")
        begun, used, spilled = time.perf_counter(), self._cpu(), self._spilled()
        with self._watched():
            yield
        wall, cpu = time.perf_counter() - begun, self._cpu() - used
        peak = sum(_status(each, "VmHWM:") for each in self._processes())
        self.spent[name] = Spent(wall, cpu, peak / 1024, (self._spilled() - spilled) / 2**20)
        print(f"{name}: {self.spent[name]}", file=sys.stderr, flush=True)  # a long run is watched

    def _processes(self) -> list[int]:
        return [os.getpid()] + (_family(self.java) if self.java else [])

    def _cpu(self) -> float:
        self._look()
        return sum(self.ticks.values()) / _TICK

    def _look(self) -> None:
        """Take down what each process has used: of one that ends nobody else is told."""
        for each in self._processes():
            with suppress(FileNotFoundError, ProcessLookupError):
                text = Path(f"/proc/{each}/stat").read_text()
                self.ticks[each] = sum(map(int, text.rpartition(")")[2].split()[11:13]))

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Workers come and go within a stage: they are looked at all the while."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(LOOK_SECONDS):
                self._look()

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

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
    """A figure of a process, 0 of one that is gone."""
    try:
        rows = Path(f"/proc/{process}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((float(row.split()[1]) for row in rows if row.startswith(what)), 0.0)


def _family(process: int) -> list[int]:
    """A process and all that came of it."""
    parents = {
        int(each.name): int(_status(int(each.name), "PPid:"))
        for each in Path("/proc").iterdir()
        if each.name.isdigit()
    }
    found = [process]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def _spark(account: Account, folder: Path) -> Any:
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else whatever `python3` is
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


def _ours(account: Account, config: Path, as_of: int, way: str) -> pd.DataFrame:
    plan = segml.read_settings(config).plan
    days = FeaturePlan(horizon_days=plan.churn.horizon_days, active_days=plan.churn.active_days)
    two_tables = replace(plan.ledger, interactions=None, invoices=None, events=None)
    with ExitStack() as stack:
        with account.stage("ledger"):
            if way == "all_spark":
                ledger = stack.enter_context(open_on_spark(two_tables, plan.economics))
            else:
                ledger = stack.enter_context(open_ledger(two_tables, plan.economics))
        if way == "spark":
            with account.stage("handed over"):
                ledger = stack.enter_context(on_spark(ledger))
        with account.stage("made"):
            return snapshot(ledger.past(as_of), days, columns=FEATURES).frame


def main(way: str, config: Path, as_of: int, output: Path) -> None:
    account = Account()
    with tempfile.TemporaryDirectory() as scratch:
        spark = None if way == "duckdb" else _spark(account, Path(scratch))
        if way == "by_hand":
            with account.stage("made"):
                question = spark_by_hand.answer(spark, asked_of(config), as_of)
                made = question.toArrow().to_pandas().set_index("client_id").sort_index()
        else:
            made = _ours(account, config, as_of, way)
        if spark is not None:
            spark.stop()
    made[list(FEATURES)].to_parquet(output)
    print(json.dumps({name: asdict(spent) for name, spent in account.spent.items()}))


if __name__ == "__main__":
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
