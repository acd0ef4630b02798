"""A snapshot and its scores on two workers whose executors are killed while they work: a script.

It is one of its own because a process has one context of Spark's. Says as JSON what it found.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from tests.features.test_two_engines import PLAN, differences
from tests.scoring.test_across import TABLES, WorkersAlone
from tests.spark import session

import segml
from segml.bundle import fit
from segml.features import snapshot
from segml.flows.settings import read_settings
from segml.ledger import Ledger, on_spark, open_ledger, open_on_spark
from segml.scoring import score, scored
from segml.scoring.across import chunks_of

WORKERS = {"spark.executor.memory": "1g", "spark.sql.shuffle.partitions": "4"}
"""Several partitions, so that each executor holds some of what the other needs."""


def executors() -> list[int]:
    """The processes of this process's executors: children of the machine that it started."""
    found = []
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = status.read_bytes().split(b"\0")
        except OSError:
            continue  # gone since
        if any(word.endswith(b"CoarseGrainedExecutorBackend") for word in words):
            pid = int(status.parent.name)
            if os.getpid() in _ancestors(pid):
                found.append(pid)
    return found


def _ancestors(pid: int) -> Iterator[int]:
    while pid > 1:
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            return
        yield pid


@contextmanager
def killing(context: Any, *, most: int, after: int) -> Iterator[list[int]]:
    """Kill one executor after so many stages of what is done within, then as many again."""
    killed: list[int] = []
    over = threading.Event()
    tracker = context.statusTracker()

    def at_work() -> set[int]:
        return {stage for job in tracker.getActiveJobsIds() for stage in _stages(tracker, job)}

    def kill() -> None:
        seen: set[int] = set()
        while not over.wait(0.05) and len(killed) < most:
            seen |= (active := at_work())
            if active and len(seen) > after * (len(killed) + 1) and len(both := executors()) == 2:
                os.kill(both[len(killed) % 2], signal.SIGKILL)
                killed.append(both[len(killed) % 2])

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


def _stages(tracker: Any, job: int) -> list[int]:
    told = tracker.getJobInfo(job)
    return list(told.stageIds) if told else []


def slowly(bundle: Any, chunk: pd.DataFrame, *, job: Any) -> pd.DataFrame:
    """The job, later: long enough for an executor to be killed at it."""
    time.sleep(2)
    done: pd.DataFrame = job(bundle, chunk)
    return done


def snapshots(ledger: Ledger, spark: Any, config: Path) -> dict[str, Any]:
    """What two engines' ledgers and snapshots differ in where executors were killed under one."""
    plan = read_settings(config).plan
    undisturbed = snapshot(ledger.past(ledger.last_day + 1), PLAN)
    with (
        killing(spark.sparkContext, most=4, after=12) as killed,
        open_on_spark(plan.ledger, plan.economics) as same,
    ):
        while_read = len(killed)
        disturbed = snapshot(same.past(ledger.last_day + 1), PLAN)
        found = differences(undisturbed, disturbed)
        for name in ("findings", "counts", "fingerprint", "first_day", "last_day"):
            found += [] if getattr(ledger, name) == getattr(same, name) else [name]
    return {"killed": len(killed), "while_read": while_read, "differences": found}


def scores(ledger: Ledger, spark: Any, config: Path) -> dict[str, Any]:
    """The same of scores and reasons by workers."""
    day = ledger.last_day - 150
    bundle = fit(ledger, day, read_settings(config).plan, threads=1)
    undisturbed = score(bundle, ledger, day, version="v")
    scored.chunks_of = partial(chunks_of, most=40)  # type: ignore[assignment]  # small chunks
    scored.raw_of = partial(slowly, job=scored.raw_of)  # type: ignore[assignment]  # slow ones
    with (
        on_spark(ledger) as same,
        killing(spark.sparkContext, most=1, after=0) as killed,
    ):
        engine = WorkersAlone(ledger, same.engine)  # type: ignore[arg-type]  # SparkTables
        disturbed = score(bundle, dataclasses.replace(ledger, engine=engine), day, version="v")
        found = [
            name
            for name in TABLES
            if not getattr(undisturbed, name).equals(getattr(disturbed, name))
        ]
    return {"killed": len(killed), "differences": found}


def main(folder: Path) -> None:
    config = segml.write_world(folder, clients=260, months=27, seed=4).config
    text = config.read_text("utf-8")
    config.write_text(text.replace("cutoffs: 12", "cutoffs: 3"), "utf-8")
    plan = read_settings(config).plan
    with (
        session("local-cluster[2,1,1024]", **WORKERS) as spark,
        open_ledger(plan.ledger, plan.economics) as ledger,
    ):
        told = {
            "snapshot": snapshots(ledger, spark, config),
            "scores": scores(ledger, spark, config),
        }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
