"""Features of one cut-off and of twelve, against pandas in two ways and against a bare count.

Forty features that a user would make of transactions alone (`by_hand.py` holds them in pandas, as
most would write them and with care), of one cut-off and of the ends of twelve months, every run in
a process of its own. All sides read first, which is told apart: `open_ledger` checks every value,
keeps the lines on disk and adds them up by day; pandas takes them as they are and keeps them in
memory. All give the same numbers, or the benchmark says how far they differ. The physical limit is
DuckDB's `count(*)` by client over the same files, whose lines are in the order of their days (see
`worlds.py`); over a made world's own files, where each client's lines lie close together, it takes
less, which is told without a bound.

Memory is told twice: the process's peak, and what a step takes over what the process held before
it. That of pandas counts from before it read the lines, without which it can make nothing; that of
segml from when its ledger is open, of which its database keeps what fits (4 GiB at most) and gives
way when memory is needed.

SEGML_BENCH_LEDGER=<configuration> takes a made world that is there, of at most some twenty million
lines: pandas has to hold them.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.by_hand import FEATURES, WAYS
from benchmarks.meter import Cost, costs
from benchmarks.result import Result
from benchmarks.worlds import CUTOFFS, Asked, world

CLIENTS, MONTHS, SEED = 20_000, 33, 3
RUNS = 5

OURS = """
import json, sys
from dataclasses import replace
import pandas as pd
import segml
from benchmarks.by_hand import FEATURES
from benchmarks.meter import Meter
from segml.features import FeaturePlan, panel, snapshot
from segml.ledger import open_ledger
config, cutoffs, output = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
plan = segml.read_settings(config).plan
days = FeaturePlan(horizon_days=plan.churn.horizon_days, active_days=plan.churn.active_days)
two_tables = replace(plan.ledger, interactions=None, invoices=None, events=None)
meter = Meter()
with meter.stage("read"):
    ledger = open_ledger(two_tables, plan.economics)
with ledger, meter.stage("made"):
    if len(cutoffs) == 1:
        made = [snapshot(ledger.past(cutoffs[0]), days, columns=FEATURES)]
    else:
        made = panel(ledger, cutoffs, days, columns=FEATURES).snapshots
pd.concat([one.frame for one in made], keys=cutoffs).to_parquet(output)
meter.tell()
"""

PANDAS = """
import json, sys
import pandas as pd
from benchmarks import by_hand
from benchmarks.meter import Meter
way, asked, cutoffs, output = sys.argv[1], *map(json.loads, sys.argv[2:4]), sys.argv[4]
way = by_hand.WAYS[way]
meter = Meter()
with meter.stage("read"):
    clients = by_hand.read_clients(asked["clients"])
    lines = by_hand.read_lines(way, asked["transactions"], clients, asked["economics"])
made = []
with meter.stage("made"):
    for day in cutoffs:
        made.append(by_hand.features(way, lines, clients, day, asked["acquisition_days"]))
pd.concat(made, keys=cutoffs).to_parquet(output)
meter.tell()
"""

COUNT = """
import sys
import duckdb, numpy  # the answer's arrays: no part of counting
from benchmarks.meter import Meter
meter = Meter()
with meter.stage("count"):
    rows = f"read_parquet('{sys.argv[1]}')"
    duckdb.execute(f"SELECT client_id, count(*) FROM {rows} GROUP BY ALL").fetchnumpy()
meter.tell()
"""


def features() -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as scratch:
        asked = world(Path(scratch), clients=CLIENTS, months=MONTHS, seed=SEED)
        yield from _compared(asked, Path(scratch))


def _compared(asked: Asked, scratch: Path) -> Iterator[Result]:
    made = {
        who: str(scratch / f"{who}.parquet") for who in ("ours", "panel", *WAYS, "careful_panel")
    }
    config, known = str(asked.config), json.dumps(asked.by_hand)
    one, twelve = json.dumps(asked.cutoffs[-1:]), json.dumps(asked.cutoffs)
    ours, panel, plain, careful, careful_panel, count, easier = costs(
        ["-c", OURS, config, one, made["ours"]],
        ["-c", OURS, config, twelve, made["panel"]],
        *(["-c", PANDAS, way, known, one, made[way]] for way in WAYS),
        ["-c", PANDAS, "careful", known, twelve, made["careful_panel"]],
        ["-c", COUNT, asked.files],
        ["-c", COUNT, asked.found],
        runs=RUNS,
    )
    yield from _checked(asked, {who: pd.read_parquet(file) for who, file in made.items()})
    yield from _figures("open_ledger", ours["read"])
    yield from _figures("one cut-off", ours["made"])
    yield from _figures(f"panel of {CUTOFFS}", panel["made"])
    for way, cost in zip(WAYS, (plain, careful), strict=True):
        yield from _figures(f"{way} pandas: reading", cost["read"])
        yield from _figures(f"{way} pandas: one cut-off", cost["made"])
    yield from _figures(f"careful pandas: panel of {CUTOFFS}", careful_panel["made"])
    yield from _figures("DuckDB count(*) by client", count["count"])
    yield from _figures("the same over files in the order of clients", easier["count"])
    yield from _against("plain", plain, ours, wall=5, cpu=2.5, memory=1 / 6)
    yield from _against("careful", careful, ours)
    for what in ("wall", "CPU"):
        theirs, mine = (getattr(of["made"], what.lower()) for of in (careful_panel, panel))
        yield Result(f"panel: {what} of careful pandas, times ours", theirs / mine, "x")
    yield from _against_count(ours, count["count"], easier["count"])
    yield from _against_one(ours, panel)


def _checked(asked: Asked, made: dict[str, pd.DataFrame]) -> Iterator[Result]:
    yield Result("clients, lines", f"{len(made['ours']):,}, {asked.lines:,}")
    for way in WAYS:
        different = _difference(made["ours"], made[way])
        yield Result(f"greatest difference from {way} pandas", different, most=1e-6)
    different = _difference(made["panel"], made["careful_panel"])
    yield Result("panel: greatest difference from careful pandas", different, most=1e-6)


def _figures(label: str, cost: Cost) -> Iterator[Result]:
    yield Result(f"{label}, wall", cost.wall, "s")
    yield Result(f"{label}, CPU", cost.cpu, "s")
    yield Result(f"{label}, peak memory", cost.peak_mib, "MiB")
    yield Result(f"{label}, memory over the moment before", cost.grown_mib, "MiB")


def _against(
    way: str,
    theirs: dict[str, Cost],
    ours: dict[str, Cost],
    *,
    wall: float | None = None,
    cpu: float | None = None,
    memory: float | None = None,
) -> Iterator[Result]:
    """One cut-off, ledger open and lines read; then with that, and what memory it takes."""
    one, made = ours["made"], theirs["made"]
    yield Result(f"one cut-off: wall of {way} pandas, times ours", made.wall / one.wall, "x", wall)
    yield Result(f"one cut-off: CPU of {way} pandas, times ours", made.cpu / one.cpu, "x", cpu)
    both = (theirs["read"].wall + made.wall) / (ours["read"].wall + one.wall)
    yield Result(f"the same from the files: wall of {way} pandas, times ours", both, "x")
    peak, their_peak = (max(cost.peak_mib for cost in each.values()) for each in (ours, theirs))
    needed = their_peak - (theirs["read"].peak_mib - theirs["read"].grown_mib)
    grown = one.grown_mib / needed
    yield Result(f"memory one cut-off takes, of that of {way} pandas", grown, "x", most=memory)
    yield Result(f"peak with the opening, of the peak of {way} pandas", peak / their_peak, "x")


def _against_count(ours: dict[str, Cost], count: Cost, easier: Cost) -> Iterator[Result]:
    wall, from_files = ours["made"].wall, ours["read"].wall + ours["made"].wall
    yield Result("one cut-off, times count(*) by client", wall / count.wall, "x", most=5)
    yield Result("the same over files in the order of clients", wall / easier.wall, "x")
    yield Result("the same from the files, opening counted", from_files / count.wall, "x")


def _against_one(ours: dict[str, Cost], panel: dict[str, Cost]) -> Iterator[Result]:
    one, twelve = ours["made"], panel["made"]
    both, all_both = (sum(cost.wall for cost in each.values()) for each in (ours, panel))
    what = f"panel of {CUTOFFS}, times one"
    yield Result(f"of an open ledger: {what}", twelve.wall / one.wall, "x", most=3)
    yield Result(f"of an open ledger: {what}, CPU", twelve.cpu / one.cpu, "x")
    yield Result(f"from the files: {what}", all_both / both, "x", most=3)


def _difference(ours: pd.DataFrame, theirs: pd.DataFrame) -> float:
    """The greatest difference, relative above a thousandth; infinite where only one knows."""
    assert set(ours.columns) == set(FEATURES)
    assert ours.index.equals(theirs.index)
    a, b = (frame[list(FEATURES)].to_numpy(np.float64) for frame in (ours, theirs))
    if (np.isnan(a) != np.isnan(b)).any():
        return float("inf")
    return float(np.nanmax(np.abs(a - b) / np.maximum(np.abs(b), 1e-3)))
