"""Features of one cut-off and of twelve, against careful pandas and against a bare count.

Forty features that a user would make of transactions alone (`by_hand.py` holds them in pandas, to
be read and made faster), of one cut-off and of the ends of twelve months, every run in a process of
its own. Both sides read and sort first, which is told apart: `open_ledger` checks every value and
keeps the lines on disk, pandas takes them as they are and keeps them in memory. The two give the
same numbers, or the benchmark says how far they differ. The physical limit is DuckDB's `count(*)`
by client over the same files.

Memory is told twice. What the step needs is its peak over what the process held before: for pandas
before it read the lines, without which it can make nothing, for segml with its ledger open. The
peaks of the whole processes are beside it: segml's holds its libraries (some 170 MiB) and as much
of the ledger as its database keeps (4 GiB at most), which gives way when memory is needed.

SEGML_BENCH_LEDGER=<configuration> takes a made world that is there, of at most some twenty million
lines: pandas has to hold them.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

import segml
from benchmarks.by_hand import FEATURES
from benchmarks.meter import Cost, costs
from benchmarks.result import Result
from segml.ledger.days import as_day
from segml.ledger.economics import acquisition_days
from segml.ledger.paths import files_of

CLIENTS, MONTHS, SEED = 20_000, 33, 3
CUTOFFS = 12
RUNS = 5
GIVEN = "SEGML_BENCH_LEDGER"

OURS = """
import json, sys
from dataclasses import replace
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
with ledger:
    past = ledger.past(cutoffs[-1])
    with meter.stage("one"):
        now = snapshot(past, days, columns=FEATURES)
    with meter.stage("panel"):
        panel(ledger, cutoffs, days, columns=FEATURES)
now.frame.to_parquet(output)
meter.tell()
"""

PANDAS = """
import json, sys
from benchmarks import by_hand
from benchmarks.meter import Meter
asked, cutoffs, output = json.loads(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3]
meter = Meter()
with meter.stage("read"):
    clients = by_hand.read_clients(asked["clients"])
    lines = by_hand.read_lines(asked["transactions"], clients, asked["economics"])
made = []
with meter.stage("made"):
    for day in cutoffs:
        made.append(by_hand.features(lines, clients, day, asked["acquisition_days"]))
made[-1].to_parquet(output)
meter.tell()
"""

COUNT = """
import sys
import duckdb
from benchmarks.meter import Meter
meter = Meter()
with meter.stage("count"):
    rows = f"read_parquet('{sys.argv[1]}')"
    duckdb.execute(f"SELECT client_id, count(*) FROM {rows} GROUP BY ALL").fetchnumpy()
meter.tell()
"""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A ledger's configuration, what the user's script must know of it, its lines, the cut-offs."""

    config: str
    by_hand: dict[str, object]
    files: str
    cutoffs: list[int]
    lines: int


def features() -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as scratch:
        given = os.environ.get(GIVEN)
        config = given or str(_made(Path(scratch)))
        yield from _compared(asked(config), Path(scratch))


def _made(scratch: Path) -> Path:
    return segml.write_world(scratch / "world", clients=CLIENTS, months=MONTHS, seed=SEED).config


def asked(config: str) -> Asked:
    """What is measured of a ledger in Parquet: the last twelve month ends it knows in full."""
    plan = segml.read_settings(config).plan
    rates = plan.economics
    assert plan.ledger.clients is not None
    files = plan.ledger.transactions.path
    last, lines = duckdb.execute(
        f"SELECT max(date), count(*) FROM read_parquet('{files}')"
    ).fetchall()[0]
    months = pd.date_range(end=last + dt.timedelta(1), periods=CUTOFFS, freq="MS")
    by_hand = {
        "transactions": files_of(files),
        "clients": files_of(plan.ledger.clients.path),
        "acquisition_days": acquisition_days(rates),
        "economics": {
            name: getattr(rates, name) for name in ("order", "return_", "commission_rate")
        },
    }
    cutoffs = [as_day(day.date()) for day in months]
    return Asked(config=config, by_hand=by_hand, files=files, cutoffs=cutoffs, lines=lines)


def _compared(asked: Asked, scratch: Path) -> Iterator[Result]:
    ours_in, theirs_in = str(scratch / "ours.parquet"), str(scratch / "theirs.parquet")
    known, days = json.dumps(asked.by_hand), json.dumps(asked.cutoffs)
    ours, theirs, count = costs(
        ["-c", OURS, asked.config, days, ours_in],
        ["-c", PANDAS, known, json.dumps(asked.cutoffs[-1:]), theirs_in],
        ["-c", COUNT, asked.files],
        runs=RUNS,
    )
    different = _difference(pd.read_parquet(ours_in), pd.read_parquet(theirs_in))
    (twelve,) = costs(["-c", PANDAS, known, days, theirs_in], runs=1)
    clients = len(pd.read_parquet(ours_in, columns=[]))
    yield Result("clients, lines", f"{clients:,}, {asked.lines:,}")
    yield Result("forty features: greatest difference from pandas", different, most=1e-6)
    yield from _figures("open_ledger", ours["read"])
    yield from _figures("one cut-off", ours["one"])
    yield Result("one cut-off, memory over the moment before", ours["one"].grown_mib, "MiB")
    yield from _figures(f"panel of {CUTOFFS}", ours["panel"])
    yield from _figures("pandas: reading and sorting", theirs["read"])
    yield from _figures("pandas: one cut-off", theirs["made"])
    yield from _figures(f"pandas: panel of {CUTOFFS}, one run", twelve["made"])
    yield from _figures("DuckDB count(*) by client", count["count"])
    yield from _times(ours, theirs, twelve["made"], count["count"])
    yield from _memory(ours, theirs)


def _figures(label: str, cost: Cost) -> Iterator[Result]:
    yield Result(f"{label}, wall", cost.wall, "s")
    yield Result(f"{label}, CPU", cost.cpu, "s")
    yield Result(f"{label}, peak memory", cost.peak_mib, "MiB")


def _times(
    ours: dict[str, Cost], theirs: dict[str, Cost], twelve: Cost, count: Cost
) -> Iterator[Result]:
    one, panel, made = ours["one"], ours["panel"], theirs["made"]
    yield Result("one cut-off: wall of pandas, times ours", made.wall / one.wall, "x", least=5)
    yield Result("one cut-off: CPU of pandas, times ours", made.cpu / one.cpu, "x", least=2.5)
    yield Result("panel: wall of pandas, times ours", twelve.wall / panel.wall, "x")
    yield Result("panel: CPU of pandas, times ours", twelve.cpu / panel.cpu, "x")
    both = (theirs["read"].wall + made.wall) / (ours["read"].wall + one.wall)
    yield Result("reading and one cut-off: wall of pandas, times ours", both, "x")
    yield Result("one cut-off, times count(*) by client", one.wall / count.wall, "x", most=5)
    yield Result(f"panel of {CUTOFFS}, times one cut-off", panel.wall / one.wall, "x", most=3)


def _memory(ours: dict[str, Cost], theirs: dict[str, Cost]) -> Iterator[Result]:
    peak, pandas_peak = (max(each[stage].peak_mib for stage in stages) for each, stages in (
        (ours, ("read", "one")), (theirs, ("read", "made"))
    ))  # fmt: skip
    needed = pandas_peak - (theirs["read"].peak_mib - theirs["read"].grown_mib)
    yield Result("pandas: memory over the moment before it read", needed, "MiB")
    over = ours["one"].grown_mib / needed
    yield Result("memory over the moment before, of that of pandas", over, "x", most=1 / 6)
    yield Result(
        "peak while features are made, of the peak of pandas",
        ours["one"].peak_mib / pandas_peak,
        "x",
    )
    yield Result("peak with the opening, of the peak of pandas", peak / pandas_peak, "x")


def _difference(ours: pd.DataFrame, theirs: pd.DataFrame) -> float:
    """The greatest difference, relative above a thousandth; infinite where only one knows."""
    assert set(ours.columns) == set(FEATURES)
    assert ours.index.equals(theirs.index)
    a, b = (frame[list(FEATURES)].to_numpy(np.float64) for frame in (ours, theirs))
    if (np.isnan(a) != np.isnan(b)).any():
        return float("inf")
    return float(np.nanmax(np.abs(a - b) / np.maximum(np.abs(b), 1e-3)))
