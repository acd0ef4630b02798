"""Publishing to PostgreSQL against psql's own COPY of the same rows, and reading a source from it.

A server of this benchmark's own, with fsync on and its settings as they come, on this machine;
every figure is a round trip over TCP. Ours is `publish_to_warehouse` of a published folder:
connect, look at the tables, delete, read Parquet, COPY, commit. psql's is a copy of a CSV file that
was made before, into tables of the same columns and indexes, in one transaction. The way by a
staging table is psql's too: a copy into an unlogged table, then `INSERT … SELECT`. Memory is of
processes that do one thing: their peak over what they held before.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import psycopg
from tests.server import Server, running

from benchmarks.meter import costs
from benchmarks.result import Result
from benchmarks.timing import medians
from segml.ledger.databases import read_query
from segml.stores import TABLES as DECLARED
from segml.stores import Warehouse, publish, publish_to_warehouse, scores_folder

CLIENTS = 50_000
SIZES = (12_500, 50_000, 200_000)
DAY = dt.date(2026, 3, 1)
RUNS = 5
TABLES = ("scores", "reasons")
SUBJECTS = ("buys", "churn", "spends", "tier")
ROWS_A_CLIENT = 5 * len(SUBJECTS)
SENDING = """
import sys
from pathlib import Path
import pgpq, psycopg
from benchmarks.meter import Meter
from segml.stores import TABLES as DECLARED
from segml.stores import Warehouse, publish_to_warehouse
meter = Meter()
with meter.stage("work"):
    publish_to_warehouse(Warehouse(url=sys.argv[1]), Path(sys.argv[2]), command="segml benchmark")
meter.tell()
"""
READING = """
import sys, tempfile
from pathlib import Path
import duckdb, pgpq, psycopg
from benchmarks.meter import Meter
from segml.ledger.databases import read_query
meter = Meter()
with tempfile.TemporaryDirectory() as folder, duckdb.connect(f"{folder}/scratch.duckdb") as scratch:
    scratch.execute("SET memory_limit = '64MB'")
    with meter.stage("work"):
        read_query(scratch, sys.argv[2], sys.argv[1], "transactions", Path())
meter.tell()
"""


def publishing() -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as made, running(settings=()) as server:
        scratch = Path(made)
        yield Result("server", server.run("SHOW server_version"))
        yield Result("psycopg", f"{psycopg.__version__}, {psycopg.pq.__impl__}")
        yield Result(
            "fsync, synchronous_commit",
            server.run("SHOW fsync") + ", " + server.run("SHOW synchronous_commit"),
        )
        folder = _run_of(scratch / "whole", CLIENTS)
        warehouse = Warehouse(url=server.url())
        rows = sum(publish_to_warehouse(warehouse, folder, command="segml benchmark").values())
        yield Result("rows of `scores` and `reasons`", f"{rows:,}")
        yield from _rates(server, warehouse, folder, rows, scratch)
        yield from _memory(server, scratch)
        yield from _source(server)


def _rates(
    server: Server, warehouse: Warehouse, folder: Path, rows: int, scratch: Path
) -> Iterator[Result]:
    """The same rows sent by us and by psql, in turn."""
    files = {name: scratch / f"{name}.csv" for name in TABLES}
    for name, file in files.items():
        psql(server, rf"\copy segml.{name} to '{file}' csv")
        server.run(
            f"CREATE TABLE public.{name} (LIKE segml.{name} INCLUDING ALL); "
            f"CREATE UNLOGGED TABLE public.staged_{name} (LIKE segml.{name})"
        )

    def empty() -> None:
        everything = ", ".join(
            f"segml.{name}, public.{name}, public.staged_{name}" for name in TABLES
        )
        server.run(f"TRUNCATE {everything}, segml.runs; CHECKPOINT")

    def send() -> None:
        publish_to_warehouse(warehouse, folder, command="segml benchmark")

    copies = [rf"\copy public.{name} from '{file}' csv" for name, file in files.items()]
    deletes = [f"DELETE FROM public.{name} WHERE as_of = '{DAY}'" for name in TABLES]
    staged = [
        *(rf"\copy public.staged_{name} from '{file}' csv" for name, file in files.items()),
        "BEGIN",
        *(f"INSERT INTO public.{name} SELECT * FROM public.staged_{name}" for name in TABLES),
        "COMMIT",
    ]
    steps = (
        empty,
        send,
        send,
        lambda: psql(server, "BEGIN", *copies, "COMMIT"),
        lambda: psql(server, "BEGIN", *deletes, *copies, "COMMIT"),
        empty,
        lambda: psql(server, *staged),
    )
    _, first, again, bare, replaced, _, by_staging = medians(*steps, runs=RUNS)
    yield Result("psql, \\copy into empty tables", rows / bare, "rows/s")
    yield Result("ours, the first run", rows / first, "rows/s")
    yield Result("ours, times psql's time", first / bare, "x", most=2.0)
    yield Result("psql, delete and \\copy", rows / replaced, "rows/s")
    yield Result("ours, replacing a run", rows / again, "rows/s")
    yield Result("ours replacing, times psql's time", again / replaced, "x", most=2.0)
    yield Result("psql by an unlogged staging table, times \\copy", by_staging / bare, "x")


def _memory(server: Server, scratch: Path) -> Iterator[Result]:
    """What a process takes that sends runs of several sizes; the last one stays."""
    for clients in SIZES:
        folder = _run_of(scratch / str(clients), clients)
        cost = costs(("-c", SENDING, server.url(), str(folder)), runs=3)[0]["work"]
        rows = clients * (1 + ROWS_A_CLIENT)
        yield Result(f"memory of sending {rows:,} rows", cost.grown_mib, "MiB")


def _source(server: Server) -> Iterator[Result]:
    """`reasons` as a source of a ledger, against psql writing the same rows to nowhere."""
    query = "SELECT client_id, as_of AS date, contribution AS amount, feature FROM segml.reasons"

    def read() -> None:
        with (
            tempfile.TemporaryDirectory() as made,
            duckdb.connect(f"{made}/scratch.duckdb") as scratch,
        ):
            read_query(scratch, query, server.url(), "transactions", Path())

    ours, theirs = medians(
        read, lambda: psql(server, rf"\copy ({query}) to '{os.devnull}' csv"), runs=RUNS
    )
    rows = SIZES[-1] * ROWS_A_CLIENT
    yield Result(f"a source of {rows:,} rows read, into DuckDB", rows / ours, "rows/s")
    yield Result("times psql's time of writing them to nowhere", ours / theirs, "x")
    for part in (rows // 32, rows // 4, rows):
        cost = costs(("-c", READING, server.url(), f"{query} LIMIT {part}"), runs=3)[0]["work"]
        label = f"memory of reading {part:,} rows, DuckDB's own limit at 64 MB"
        yield Result(label, cost.grown_mib, "MiB")


def psql(server: Server, *statements: str) -> None:
    words = [word for statement in statements for word in ("-c", statement)]
    command = [str(server.bin / "psql"), "-Xq", "-v", "ON_ERROR_STOP=1", *words, server.url()]
    subprocess.run(command, check=True, capture_output=True)


def _run_of(folder: Path, clients: int) -> Path:
    """A published run of so many clients: scores, and twenty reasons each."""
    chance = np.random.default_rng(0)
    ids = np.array([f"C{number:07d}" for number in range(clients)])
    run = {"portfolio": "wholesale", "as_of": DAY.isoformat(), "run_id": str(clients)}
    tables = {"scores": _scores(ids, chance), "reasons": _reasons(ids, chance)}
    return publish(scores_folder(folder, DAY), tables, run)


def _scores(ids: np.ndarray, chance: np.random.Generator) -> pd.DataFrame:
    frame = {}
    for column in DECLARED["scores"].columns:
        if str(column.type) == "double":
            frame[column.name] = chance.normal(size=len(ids))
        elif str(column.type) == "int32":
            frame[column.name] = chance.integers(1, 5, len(ids)).astype("int32")
        elif str(column.type) == "bool":
            frame[column.name] = chance.random(len(ids)) < 0.1
        else:
            frame[column.name] = chance.choice(["tier 1", "tier 2", "retain", "active"], len(ids))
    return pd.DataFrame(frame | {"as_of": DAY, "client_id": ids})


def _reasons(ids: np.ndarray, chance: np.random.Generator) -> pd.DataFrame:
    count = len(ids) * ROWS_A_CLIENT
    features = np.array([f"feature_{number}_days" for number in range(60)])
    frame = pd.DataFrame(
        {
            "as_of": DAY,
            "client_id": np.repeat(ids, ROWS_A_CLIENT),
            "subject": np.tile(np.repeat(SUBJECTS, 5), len(ids)),
            "rank": np.tile(np.arange(5, dtype="int32"), len(ids) * len(SUBJECTS)),
            "feature": chance.choice(features, count),
            "kind": chance.choice(["driver", "symptom", "context"], count),
            "reason": chance.choice(["price", "service", "unknown"], count),
            "value": chance.normal(size=count),
            "value_text": np.char.add(chance.integers(0, 999, count).astype(str), " days"),
            "reference": chance.normal(size=count),
            "contribution": chance.normal(size=count),
            "points": chance.normal(size=count),
        }
    )
    return frame.assign(points=frame["points"].where(frame["subject"].ne("tier")))
