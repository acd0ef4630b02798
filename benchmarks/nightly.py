"""The nightly run, `segml score` of a whole portfolio, against a user's script that does the like.

The model is trained on a smaller made world of another seed; the whole process is measured, from
its start to the published folder. The user's script (`night_by_hand.py`) makes forty features,
predicts with three LightGBM models of as many trees as segml's three forests have, explains every
client by `shap.TreeExplainer` and keeps the eight leading reasons of each. It is measured on a
tenth of the clients and its times are scaled to all of them; its imports and the fitting of its
models are not counted. segml makes three times as many features, checks the ledger, explains the
tier too, and writes the texts, intervals and accounts that the script does without.

Memory of telling the reasons is that over the moment before, of the smaller world's clients
repeated to a portfolio of so many chunks, told and written as the nightly run does.

SEGML_BENCH_LEDGER=<configuration> takes a made world that is there (`segml simulate` makes one).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

import segml
from benchmarks.meter import Cost, costs
from benchmarks.process import run
from benchmarks.result import Result
from benchmarks.worlds import Asked, configured, world
from segml.flows.session import load_version, registry_of
from segml.flows.world import START
from segml.ledger import date_of
from segml.scoring.gathering import CHUNK
from segml.scoring.taking_apart import score_of
from segml.stores import scores_folder

CLIENTS, MONTHS, SEED = 20_000, 30, 3
LEARNT_FROM, LEARNT_SEED = 5_000, 4
RUNS = 5
LARGE_LINES = 95_000_000
LARGE_SECONDS, LARGE_MIB = 600, 12 * 1024
SHARE = 10
CHUNKS = 16
"""Chunks of the portfolio whose reasons are told; half of it has half as many."""

SCORE = """
import runpy
from benchmarks.meter import Meter
meter = Meter()
with meter.stage("score"):
    try:
        runpy.run_module("segml", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        if ended.code:
            raise
meter.tell()
"""

KEEP = """
import pickle, sys
from pathlib import Path
import segml
from segml.flows.session import as_date, load_version, registry_of
from segml.ledger import open_ledger
from segml.scoring import score
config, day, kept = sys.argv[1:]
settings = segml.read_settings(config)
registry = registry_of(settings)
version = registry.champion()
bundle = load_version(registry, version)
with open_ledger(settings.plan.ledger, settings.plan.economics) as ledger:
    scored = score(bundle, ledger, as_date(day), version=version.version)
Path(kept).write_bytes(pickle.dumps(scored.told))
"""

TELL = """
import pickle, sys
from dataclasses import replace
from pathlib import Path
import numpy as np, pandas as pd
from benchmarks.meter import Meter
from segml.stores.parquet import schema_of, write_parquet
kept, chunk, clients, output = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
told = pickle.loads(Path(kept).read_bytes())
rows = np.resize(np.arange(len(told.now.frame)), clients)
names = pd.Index([f"C{number:09d}" for number in range(clients)], name="client_id")
repeated = lambda frame: frame.iloc[rows].set_axis(names)
now = replace(told.now, frame=repeated(told.now.frame), status=repeated(told.now.status))
raw = {subject: values[rows] for subject, values in told.raw.items()}
told = replace(told, now=now, raw=raw, assignment=repeated(told.assignment), chunk=chunk)
meter = Meter()
with meter.stage("tell"):
    write_parquet(Path(output), told, schema_of("reasons", told))
meter.tell()
"""


@dataclass(frozen=True, kw_only=True)
class _Night:
    """What is scored, and the configuration of the same portfolio over the world it learns from."""

    ledger: Asked
    training: Path
    scratch: Path

    @property
    def scoring(self) -> Path:
        """The configuration by which the large ledger is scored."""
        return self.ledger.config

    @property
    def day(self) -> str:
        return date_of(self.ledger.cutoffs[-1]).isoformat()


def nightly() -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as scratch:
        night = _prepared(Path(scratch))
        run("-m", "segml", "train", str(night.training), "--as-of", night.day)
        trees = _trees(night)
        runs = 1 if night.ledger.lines >= LARGE_LINES else RUNS
        (ours,) = costs(
            ["-c", SCORE, "score", str(night.scoring), "--as-of", night.day, "--json"], runs=runs
        )
        yield from _ours(night, ours["score"], runs)
        yield from _by_hand(night, ours["score"], trees)
        yield from _memory(night)


def _prepared(scratch: Path) -> _Night:
    ledger = world(scratch, clients=CLIENTS, months=MONTHS, seed=SEED)
    end = date_of(ledger.cutoffs[-1])
    months = 12 * (end.year - START.year) + end.month - START.month
    smaller = segml.write_world(
        scratch / "smaller", clients=LEARNT_FROM, months=months, seed=LEARNT_SEED
    )
    tables = segml.read_settings(smaller.config).plan.ledger
    assert tables.clients is not None
    learnt = {"transactions": tables.transactions.path, "clients": tables.clients.path}
    return _Night(
        ledger=ledger,
        training=configured(ledger.config, learnt, scratch / "training.yaml"),
        scratch=scratch,
    )


def _trees(night: _Night) -> dict[str, int]:
    registry = registry_of(segml.read_settings(night.training))
    bundle = load_version(registry, registry.champion())
    forests = {name: score_of(bundle, name).forest for name in ("churn", "buys", "spends")}
    return {name: forest.rounds for name, forest in forests.items() if forest is not None}


def _ours(night: _Night, cost: Cost, runs: int) -> Iterator[Result]:
    large = night.ledger.lines >= LARGE_LINES
    output = segml.read_settings(night.scoring).output
    told = json.loads(
        (scores_folder(output, date_of(night.ledger.cutoffs[-1])) / "run.json").read_text()
    )
    yield Result("clients, lines", f"{told['clients']:,}, {night.ledger.lines:,}")
    times = "median of 5" if runs > 1 else "one run"
    yield Result(
        f"segml score, {times}, wall", cost.wall, "s", most=LARGE_SECONDS if large else None
    )
    yield Result("segml score, CPU", cost.cpu, "s")
    yield Result(
        "segml score, peak memory", cost.peak_mib, "MiB", most=LARGE_MIB if large else None
    )
    for stage, seconds in told["timings"].items():
        yield Result(f"  of it {stage}", seconds, "s")


def _by_hand(night: _Night, ours: Cost, trees: dict[str, int]) -> Iterator[Result]:
    tenth = night.scratch / "tenth"
    tenth.mkdir()
    known = dict(night.ledger.by_hand)
    rows = {}
    for table in ("clients", "transactions"):
        file = tenth / f"{table}.parquet"
        mine = f"SELECT * FROM read_parquet({known[table]!r})"
        of_tenth = f"{mine} WHERE hash(client_id) % {SHARE} = 0"
        duckdb.execute(f"COPY ({of_tenth}) TO '{file}'")
        rows[table] = [
            duckdb.execute(f"SELECT count(*) FROM ({sql})").fetchall()[0][0]
            for sql in (mine, of_tenth)
        ]
        known[table] = [str(file)]
    asked_for = tenth / "asked.json"
    known |= {"as_of": night.ledger.cutoffs[-1], "trees": trees, "output": str(tenth)}
    asked_for.write_text(json.dumps(known))
    run("-m", "benchmarks.night_by_hand", "learn", str(asked_for))
    runs = RUNS
    (theirs,) = costs(["-m", "benchmarks.night_by_hand", "score", str(asked_for)], runs=runs)
    scale = rows["clients"][0] / rows["clients"][1]
    what = ", ".join(f"{name} {count}" for name, count in trees.items())
    yield Result("trees of each forest", what)
    yield Result(
        "by hand: clients measured, lines", f"{rows['clients'][1]:,}, {rows['transactions'][1]:,}"
    )
    for stage, cost in theirs.items():
        yield Result(f"  by hand, scaled: {stage}, wall", cost.wall * scale, "s")
    wall, cpu = (
        scale * sum(getattr(cost, name) for cost in theirs.values()) for name in ("wall", "cpu")
    )
    yield Result("by hand, scaled, wall", wall, "s")
    yield Result("by hand, scaled, CPU", cpu, "s")
    yield Result(
        "by hand, peak memory on the tenth", max(c.peak_mib for c in theirs.values()), "MiB"
    )
    yield Result("wall of the script by hand, times ours", wall / ours.wall, "x", least=15)
    yield Result("CPU of the script by hand, times ours", cpu / ours.cpu, "x")


def _memory(night: _Night) -> Iterator[Result]:
    kept = night.scratch / "told.pickle"
    run("-c", KEEP, str(night.training), night.day, str(kept))
    clients = CHUNKS * CHUNK
    grown = {}
    for chunk, told in (
        (CHUNK // 4, clients),
        (CHUNK, clients),
        (4 * CHUNK, clients),
        (CHUNK, clients // 2),
    ):
        (cost,) = costs(
            ["-c", TELL, str(kept), str(chunk), str(told), str(night.scratch / "reasons.parquet")],
            runs=1,
        )
        grown[chunk, told] = cost["tell"].grown_mib
        yield Result(
            f"reasons of {told:,} clients, chunks of {chunk:,}: memory", grown[chunk, told], "MiB"
        )
        yield Result("wall", cost["tell"].wall, "s")
    yield Result(
        "memory of twice the clients, times",
        grown[CHUNK, clients] / grown[CHUNK, clients // 2],
        "x",
        most=1.2,
    )
