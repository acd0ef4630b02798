"""A night of a whole portfolio, published to PostgreSQL too, within the limits of a night.

The night is that of `nightly`: the whole process of `segml score` is measured, its imports
included, from reading the ledger to the commit in the database. The server is this benchmark's own,
with fsync on and its settings as they come, on this machine. All tables of the run are then sent
once more, which replaces their rows, and copied by psql: out to files of CSV, and from them into
tables of the same columns and indexes, in one transaction that deletes what was there.

SEGML_BENCH_LEDGER=<configuration> takes a made world that is there (`segml simulate` makes one).
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import yaml
from tests.server import Server, running

import segml
from benchmarks.meter import costs
from benchmarks.nightly import SCORE, ours_told, prepared
from benchmarks.publish import psql
from benchmarks.result import Result
from segml.ledger import date_of
from segml.stores import Warehouse, publish_to_warehouse, scores_folder

SCHEMA = "segml"
URL = "SEGML_BENCH_WAREHOUSE"


def published() -> Iterator[Result]:
    with (
        tempfile.TemporaryDirectory() as made,
        running(settings=()) as server,
        patch.dict(os.environ, {URL: server.url()}),
    ):
        night = prepared(Path(made))
        config = night.ledger.config
        raw = yaml.safe_load(config.read_text("utf-8"))
        publishing = {"connection": f"env:{URL}", "schema": SCHEMA}
        config.write_text(yaml.safe_dump({**raw, "publish": publishing}), "utf-8")
        words = ["-c", SCORE, "score", str(config), "--as-of", night.day, "--json"]
        yield from ours_told(night, costs(words, runs=night.runs)[0]["score"])
        folder = scores_folder(
            segml.read_settings(config).output, date_of(night.ledger.cutoffs[-1])
        )
        yield from _copied(server, folder, Path(made))


def _copied(server: Server, folder: Path, scratch: Path) -> Iterator[Result]:
    """The tables of a run sent again, and copied by psql."""
    began = time.perf_counter()
    sent = publish_to_warehouse(
        Warehouse(url=server.url(), schema=SCHEMA), folder, command="segml benchmark"
    )
    ours = time.perf_counter() - began
    yield Result("rows of all tables", f"{sum(sent.values()):,}")
    yield Result("all tables sent again, replacing their rows", ours, "s")
    files = {name: scratch / f"{name}.csv" for name, rows in sent.items() if rows}
    for name, file in files.items():
        psql(server, rf"\copy {SCHEMA}.{name} to '{file}' csv")
        server.run(
            f"CREATE TABLE public.{name} (LIKE {SCHEMA}.{name} INCLUDING ALL); "
            f"INSERT INTO public.{name} SELECT * FROM {SCHEMA}.{name}"
        )
    server.run("CHECKPOINT")
    deletes = [f"DELETE FROM public.{name}" for name in files]
    copies = [rf"\copy public.{name} from '{file}' csv" for name, file in files.items()]
    began = time.perf_counter()
    psql(server, "BEGIN", *deletes, *copies, "COMMIT")
    theirs = time.perf_counter() - began
    yield Result("psql, delete and \\copy", theirs, "s")
    yield Result("ours replacing, times psql's time", ours / theirs, "x", most=2.0)
