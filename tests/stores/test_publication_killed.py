"""A publication killed at any moment, cut off or doubled: a reader sees one whole run, always.

SEGML_KILLS=<number> kills so many.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import pytest

from segml.stores import Warehouse, copying, postgres, publish, publish_to_warehouse, scores_folder
from segml.words.errors import LockHeld, PublicationFailed

_LOG = logging.getLogger(__name__)
KILLS = int(os.environ.get("SEGML_KILLS", "3"))
DAY = dt.date(2011, 6, 1)
RUN = "segml score test"
SIZES = {"first": 20_000, "second": 30_000}
FORKING = """
import os, sys, time
from pathlib import Path
import pgpq, psycopg, pyarrow.compute
from segml.stores import Warehouse, publish_to_warehouse
for line in sys.stdin:
    seconds, _, folder = line.strip().partition(" ")
    child = os.fork()
    if child == 0:
        publish_to_warehouse(Warehouse(url=sys.argv[1]), Path(folder), command="segml test")
        os._exit(0)
    if seconds != "never":
        time.sleep(float(seconds))
        os.kill(child, 9)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def run_of(folder: Path, name: str) -> Path:
    """A run whose every row names it, in two tables."""
    ids = [f"c{place:06d}" for place in range(SIZES[name])]
    clients = pd.DataFrame({"client_id": ids, "name": name, "manager": None})
    clients = clients.assign(region=None, industry=None)
    outlook = pd.DataFrame({"client_id": ids[::2], "horizon_days": np.int32(30)})
    outlook = outlook.assign(p_churn=float(SIZES[name]), p_up=None, p_down=None)
    said = {"portfolio": "shop", "as_of": DAY.isoformat(), "run_id": name}
    tables = {"clients": clients, "outlook": outlook}
    return publish(scores_folder(folder / name, DAY), tables, said)


def seen(reader: psycopg.Connection) -> str:
    """The run that is there, or what is wrong with it."""
    with reader.transaction():
        [(name, tables)] = reader.execute("SELECT run_id, tables FROM segml.runs").fetchall()
        of_clients = reader.execute("SELECT name, count(*) FROM segml.clients GROUP BY 1")
        clients = of_clients.fetchall()
        of_outlook = reader.execute("SELECT p_churn, count(*) FROM segml.outlook GROUP BY 1")
        outlook = of_outlook.fetchall()
    size = SIZES[name]
    whole = [(name, size)] == clients and [(float(size), size // 2)] == outlook
    if whole and tables == {"clients": size, "outlook": size // 2}:
        return str(name)
    return f"{name}: {tables} {clients} {outlook}"


@contextmanager
def reading(url: str) -> Iterator[list[str]]:
    """Someone who reads all the time, each time in one transaction; what was seen, in order."""
    found: list[str] = []
    stop = threading.Event()

    def read() -> None:
        with psycopg.connect(url) as reader:
            reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            while not stop.wait(0.005):
                found.append(seen(reader))

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield found
    finally:
        stop.set()
        thread.join()


@contextmanager
def forking(url: str) -> Iterator[Callable[[Path, float | None], int]]:
    """What publishes a folder in a process of its own, and kills it after so many seconds."""
    command = [sys.executable, "-c", FORKING, url]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        told, heard = parent.stdin, parent.stdout

        def publish_and_kill(folder: Path, after: float | None) -> int:
            told.write(f"{'never' if after is None else after} {folder}\n")
            told.flush()
            return int(heard.readline())

        yield publish_and_kill
        told.close()


def test_a_killed_publication_leaves_the_former_run_or_the_next_whole(
    tmp_path: Path, database: str, ask: Callable[[str], list[list[str]]]
) -> None:
    folders = {name: run_of(tmp_path, name) for name in SIZES}
    draws, ended = random.Random(0), []
    with forking(database) as publishing:
        assert publishing(folders["first"], None) == 0
        begun = time.monotonic()
        assert publishing(folders["second"], None) == 0
        takes = time.monotonic() - begun
        with reading(database) as found:
            for number in range(KILLS):
                name = ("first", "second")[number % 2]
                ended.append(publishing(folders[name], draws.uniform(0, 1.1 * takes)))
            assert publishing(folders["first"], None) == 0
    assert set(found) <= set(SIZES), [each for each in found if each not in SIZES][:3]
    _LOG.info("killed %d of %d in %.2f s, %d looks", ended.count(-9), KILLS, takes, len(found))
    with psycopg.connect(database) as reader:
        assert seen(reader) == "first"
    tables = (
        "SELECT tablename FROM pg_tables WHERE tableowner = 'segml' AND schemaname NOT LIKE 'pg_%'"
    )
    left = {row[0] for row in ask(f"{tables} AND schemaname <> 'information_schema'")}
    assert left == {"clients", "outlook", "runs"}  # nothing is left behind
    assert ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == [["0"]]


def test_a_connection_that_breaks_leaves_the_former_run(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = Warehouse(url=database)
    publish_to_warehouse(warehouse, run_of(tmp_path, "first"), command=RUN)
    rows_of = copying.rows_of

    def cut(*given: Any) -> pa.RecordBatch:
        with psycopg.connect(database, autocommit=True) as other:
            named = "FROM pg_stat_activity WHERE application_name = %s"
            other.execute(f"SELECT pg_terminate_backend(pid) {named}", (RUN,))
        return rows_of(*given)

    monkeypatch.setattr(copying, "rows_of", cut)
    with pytest.raises(PublicationFailed, match="terminat"):
        publish_to_warehouse(warehouse, run_of(tmp_path, "second"), command=RUN)
    with psycopg.connect(database) as reader:
        assert seen(reader) == "first"


def test_of_two_at_once_one_waits_and_is_told_whom_for(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse, folder = Warehouse(url=database), run_of(tmp_path, "first")
    publish_to_warehouse(warehouse, folder, command=RUN)
    monkeypatch.setattr(postgres, "LOCK_SECONDS", 0.3)
    with (
        postgres.connected(warehouse, command="segml backfill shop") as other,
        postgres.transaction(other, lock="segml segml shop"),
    ):
        with pytest.raises(LockHeld, match="`segml backfill shop`") as refused:
            publish_to_warehouse(warehouse, folder, command=RUN)
        assert refused.value.exit_code == 4
    publish_to_warehouse(warehouse, folder, command=RUN)


def test_a_reader_that_never_ends_keeps_a_new_column_out_and_is_named_as_the_cause(
    tmp_path: Path,
    database: str,
    ask: Callable[[str], list[list[str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    warehouse, folder = Warehouse(url=database), run_of(tmp_path, "first")
    publish_to_warehouse(warehouse, folder, command=RUN)
    ask("ALTER TABLE segml.clients DROP COLUMN region")
    monkeypatch.setattr(postgres, "DDL_SECONDS", 1)
    with psycopg.connect(database) as reader:
        reader.execute("SELECT count(*) FROM segml.clients")
        with pytest.raises(PublicationFailed, match="end who reads"):
            publish_to_warehouse(warehouse, run_of(tmp_path, "second"), command=RUN)
        assert seen(reader) == "first"
