"""The nightly run, `segml score` of a whole portfolio, against a user's script that does the like.

The model is trained on a smaller made world of another seed; the whole process is measured, its
imports included, to the published folder. Lines are in the order of their days (`worlds.py`).

The user's script (`night_by_hand.py`) makes forty features, predicts with three LightGBM models of
as many trees as segml's three forests have, explains every client by `shap.TreeExplainer`, keeps
the eight leading reasons of each and writes both. It is measured as most would write it (plain
pandas, trees of the 31 leaves that LightGBM gives them unasked) and as somebody does who knows what
is dear (careful pandas, trees of segml's shape). Its imports and the fitting of its models are not
counted. segml makes three times as many features, of all the tables the ledger has, checks every
value, replays the tiers of the months before, explains the tier too, and writes the texts,
intervals and accounts that the script does without. Of a ledger of more than twenty million lines
the script is measured on a tenth of the clients, and its times are scaled to all of them.

Memory of telling the reasons is that over the moment before, of the smaller world's clients
repeated to a portfolio of so many chunks, told and written as the nightly run does.

SEGML_BENCH_LEDGER=<configuration> takes a made world that is there (`segml simulate` makes one).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

import segml
from benchmarks.meter import Cost, costs
from benchmarks.process import run
from benchmarks.result import Result
from benchmarks.worlds import Asked, configured, paths_of, world
from segml.flows.session import registry_of
from segml.flows.world import START
from segml.ledger import date_of
from segml.scoring.across import CHUNK
from segml.scoring.taking_apart import score_of
from segml.stores import load_version, scores_folder

CLIENTS, MONTHS, SEED = 20_000, 30, 3
LEARNT_FROM, LEARNT_SEED = 5_000, 4
RUNS = 5
LARGE_LINES = 95_000_000
"""Lines from which on a night has its bounds; all is measured once there."""
LARGE_SECONDS, LARGE_MIB = 600, 12 * 1024
WHOLE_LINES = 20_000_000
"""Lines up to which the user's script is measured on all clients; beyond, on one of ten."""
WAYS: dict[str, float | None] = {"plain": 15, "careful": None}
"""The ways of the user's script, each with how many times our wall it has to take, if bounded."""
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
from segml.flows.session import as_date, registry_of
from segml.ledger import open_ledger
from segml.scoring import score
from segml.stores import load_version
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
class Night:
    """What is scored, the configuration of the same portfolio to learn by, and the trees learnt."""

    ledger: Asked
    training: Path
    trees: dict[str, int]
    scratch: Path
    runs: int

    @property
    def day(self) -> str:
        return date_of(self.ledger.cutoffs[-1]).isoformat()

    @property
    def times(self) -> str:
        return f"median of {self.runs}" if self.runs > 1 else "one run"


def nightly() -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as scratch:
        night = prepared(Path(scratch))
        words = ["score", str(night.ledger.config), "--as-of", night.day, "--json"]
        share = 10 if night.ledger.lines > WHOLE_LINES else 1
        files, scale = _taken(night, share)
        asked = [_learnt_by_hand(night, way, files) for way in WAYS]
        ours, *by_hand = costs(
            ["-c", SCORE, *words],
            *(["-m", "benchmarks.night_by_hand", "score", asked_in] for asked_in in asked),
            runs=night.runs,
        )
        yield from ours_told(night, ours["score"])
        yield Result("clients by hand", "all" if share == 1 else f"1 of {share}, times are scaled")
        for (way, least), measured in zip(WAYS.items(), by_hand, strict=True):
            stages = _scaled(measured, scale)
            yield from _told(f"{way} script", stages, night.times)
            for what in ("wall", "CPU"):
                theirs = sum(getattr(cost, what.lower()) for cost in stages.values())
                times = theirs / getattr(ours["score"], what.lower())
                bound = least if what == "wall" else None
                yield Result(f"{what} of the {way} script, times ours", times, "x", least=bound)
        yield from _memory(night)


def prepared(scratch: Path) -> Night:
    ledger = world(scratch, clients=CLIENTS, months=MONTHS, seed=SEED)
    end = date_of(ledger.cutoffs[-1])
    months = 12 * (end.year - START.year) + end.month - START.month
    smaller = segml.write_world(
        scratch / "smaller", clients=LEARNT_FROM, months=months, seed=LEARNT_SEED
    )
    training = configured(ledger.config, paths_of(smaller.config), scratch / "training.yaml")
    run("-m", "segml", "train", str(training), "--as-of", end.isoformat())
    return Night(
        ledger=ledger,
        training=training,
        trees=_trees(training),
        scratch=scratch,
        runs=1 if ledger.lines >= LARGE_LINES else RUNS,
    )


def _trees(training: Path) -> dict[str, int]:
    registry = registry_of(segml.read_settings(training))
    bundle = load_version(registry, registry.champion())
    forests = {name: score_of(bundle, name).forest for name in ("churn", "buys", "spends")}
    return {name: forest.rounds for name, forest in forests.items() if forest is not None}


def ours_told(night: Night, cost: Cost) -> Iterator[Result]:
    large = night.ledger.lines >= LARGE_LINES
    seconds, mib = (LARGE_SECONDS, LARGE_MIB) if large else (None, None)
    output = segml.read_settings(night.ledger.config).output
    published = scores_folder(output, date_of(night.ledger.cutoffs[-1]))
    told = json.loads((published / "run.json").read_text("utf-8"))
    yield Result("clients, lines", f"{told['clients']:,}, {night.ledger.lines:,}")
    yield Result(f"segml score, {night.times}, wall", cost.wall, "s", most=seconds)
    yield Result("segml score, CPU", cost.cpu, "s")
    yield Result("segml score, peak memory", cost.peak_mib, "MiB", most=mib)
    trees = ", ".join(f"{name} {count}" for name, count in night.trees.items())
    yield Result("trees of each forest, of everybody", trees)
    for stage, taken in told["timings"].items():
        yield Result(f"of the last run: {stage}, wall", taken, "s")


def _learnt_by_hand(night: Night, way: str, files: dict[str, list[str]]) -> str:
    """The file of what one way's script is asked, in a folder of its own with its models."""
    folder = night.scratch / way
    folder.mkdir()
    asked = night.ledger.by_hand | files | {
        "way": way,
        "as_of": night.ledger.cutoffs[-1],
        "trees": night.trees,
        "output": str(folder),
    }  # fmt: skip
    asked_in = str(folder / "asked.json")
    Path(asked_in).write_text(json.dumps(asked), "utf-8")
    run("-m", "benchmarks.night_by_hand", "learn", asked_in)
    return asked_in


def _scaled(stages: dict[str, Cost], scale: float) -> dict[str, Cost]:
    """The costs of all clients by those of some: times are scaled, memory is as it was measured."""
    return {
        stage: replace(cost, wall=cost.wall * scale, cpu=cost.cpu * scale)
        for stage, cost in stages.items()
    }


def _told(who: str, stages: dict[str, Cost], times: str) -> Iterator[Result]:
    for stage, cost in stages.items():
        yield Result(f"{who}: {stage}, wall", cost.wall, "s")
    yield Result(f"{who}, {times}, wall", sum(cost.wall for cost in stages.values()), "s")
    yield Result(f"{who}, CPU", sum(cost.cpu for cost in stages.values()), "s")
    peak = max(cost.peak_mib for cost in stages.values())
    yield Result(f"{who}, peak memory, not scaled", peak, "MiB")


def _taken(night: Night, share: int) -> tuple[dict[str, list[str]], float]:
    """The files of one client of so many, where not of all, and all clients over those taken."""
    if share == 1:
        return {}, 1.0
    files = {}
    for table in ("clients", "transactions"):
        target = str(night.scratch / f"by_hand_{table}.parquet")
        rows = f"SELECT * FROM read_parquet({night.ledger.by_hand[table]!r})"
        duckdb.execute(f"COPY ({rows} WHERE hash(client_id) % {share} = 0) TO '{target}'")
        files[table] = [target]
    every, taken = (
        duckdb.execute(f"SELECT count(*) FROM read_parquet({clients!r})").fetchall()[0][0]
        for clients in (night.ledger.by_hand["clients"], files["clients"])
    )
    return files, every / taken


def _memory(night: Night) -> Iterator[Result]:
    kept, written = (str(night.scratch / name) for name in ("told.pickle", "reasons.parquet"))
    run("-c", KEEP, str(night.training), night.day, kept)
    many, grown = CHUNKS * CHUNK, {}
    for clients, chunk in (
        (many, CHUNK // 4), (many, CHUNK), (many, 4 * CHUNK), (many // 2, CHUNK)
    ):  # fmt: skip
        (cost,) = costs(["-c", TELL, kept, str(chunk), str(clients), written], runs=1)
        grown[clients, chunk] = cost["tell"].grown_mib
        label = f"reasons of {clients:,}, chunks of {chunk:,}, one run"
        yield Result(f"{label}: memory", cost["tell"].grown_mib, "MiB")
        yield Result(f"{label}: wall", cost["tell"].wall, "s")
    larger = grown[many, 4 * CHUNK] / grown[many, CHUNK]
    yield Result("memory of chunks four times as large, times", larger, "x")
    twice = grown[many, CHUNK] / grown[many // 2, CHUNK]
    yield Result("memory of twice the clients, times", twice, "x", most=1.2)
