"""Features of one cut-off and of twelve, against careful pandas and against a bare count.

Forty features that a user would make of transactions alone (`by_hand.py` holds them in pandas, to
be read and made faster), of one cut-off and of the ends of twelve months, every run in a process of
its own. The two give the same numbers, or the benchmark says how far they differ.

Both sides prepare first, which is told apart. `open_ledger` checks every value, keeps the lines on
disk and may add them up by day, so that making features need not see each line again; pandas takes
the values as they are, sorts the lines, marks the orders and keeps all in memory. The bounds are of
the making alone, a panel's against one cut-off too; what a user waits for who starts from the files
is told beside them.

The physical limit is DuckDB's `count(*)` by client over the same files, whose lines are in the
order of their days (see `worlds.py`); over a made world's own files, where each client's lines lie
close together, that count takes less, which is told without a bound.

Memory is told twice. What the step needs is its peak over what the process held before: for pandas
before it read the lines, without which it can make nothing, for segml with its ledger open. The
peaks of the whole processes are beside it: segml's holds its libraries (some 170 MiB) and as much
of the ledger as its database keeps (4 GiB at most), which gives way when memory is needed.

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

from benchmarks.by_hand import FEATURES
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
asked, cutoffs, output = json.loads(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3]
meter = Meter()
with meter.stage("read"):
    clients = by_hand.read_clients(asked["clients"])
    lines = by_hand.read_lines(asked["transactions"], clients, asked["economics"])
made = []
with meter.stage("made"):
    for day in cutoffs:
        made.append(by_hand.features(lines, clients, day, asked["acquisition_days"]))
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

Costs = dict[str, Cost]
"""Of the stages of one process: "read" and "made", or "count"."""


def features() -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        asked = world(scratch, clients=CLIENTS, months=MONTHS, seed=SEED)
        config, known = str(asked.config), json.dumps(asked.by_hand)
        one, twelve = json.dumps(asked.cutoffs[-1:]), json.dumps(asked.cutoffs)
        ours, panel, theirs, panel_by_hand, count, easier = costs(
            ["-c", OURS, config, one, f"{folder}/ours.parquet"],
            ["-c", OURS, config, twelve, f"{folder}/panel.parquet"],
            ["-c", PANDAS, known, one, f"{folder}/theirs.parquet"],
            ["-c", PANDAS, known, twelve, f"{folder}/by_hand.parquet"],
            ["-c", COUNT, asked.files],
            ["-c", COUNT, asked.found],
            runs=RUNS,
        )
        yield from _checked(asked, scratch)
        yield from _figures("open_ledger", ours["read"])
        yield from _figures("one cut-off", ours["made"])
        yield Result("one cut-off, memory over the moment before", ours["made"].grown_mib, "MiB")
        yield from _figures(f"panel of {CUTOFFS}", panel["made"])
        yield from _figures("pandas: reading and sorting", theirs["read"])
        yield from _figures("pandas: one cut-off", theirs["made"])
        yield from _figures(f"pandas: panel of {CUTOFFS}", panel_by_hand["made"])
        yield from _figures("DuckDB count(*) by client", count["count"])
        yield from _against_pandas(ours, panel, theirs, panel_by_hand)
        yield from _against_count(ours, count["count"], easier["count"])
        yield from _against_one(ours, panel)
        yield from _memory(ours, theirs)


def _checked(asked: Asked, scratch: Path) -> Iterator[Result]:
    ours, theirs, panel, by_hand = (
        pd.read_parquet(scratch / f"{name}.parquet")
        for name in ("ours", "theirs", "panel", "by_hand")
    )
    yield Result("clients, lines", f"{len(ours):,}, {asked.lines:,}")
    different = max(_difference(ours, theirs), _difference(panel, by_hand))
    yield Result("forty features: greatest difference from pandas", different, most=1e-6)


def _figures(label: str, cost: Cost) -> Iterator[Result]:
    yield Result(f"{label}, wall", cost.wall, "s")
    yield Result(f"{label}, CPU", cost.cpu, "s")
    yield Result(f"{label}, peak memory", cost.peak_mib, "MiB")


def _against_pandas(
    ours: Costs, panel: Costs, theirs: Costs, panel_by_hand: Costs
) -> Iterator[Result]:
    one, twelve, made, all_made = (each["made"] for each in (ours, panel, theirs, panel_by_hand))
    yield Result("one cut-off: wall of pandas, times ours", made.wall / one.wall, "x", least=5)
    yield Result("one cut-off: CPU of pandas, times ours", made.cpu / one.cpu, "x", least=2.5)
    yield Result("panel: wall of pandas, times ours", all_made.wall / twelve.wall, "x")
    yield Result("panel: CPU of pandas, times ours", all_made.cpu / twelve.cpu, "x")
    wall, cpu = (
        (getattr(theirs["read"], what) + getattr(made, what))
        / (getattr(ours["read"], what) + getattr(one, what))
        for what in ("wall", "cpu")
    )
    yield Result("from the files, one cut-off: wall of pandas, times ours", wall, "x")
    yield Result("from the files, one cut-off: CPU of pandas, times ours", cpu, "x")


def _against_count(ours: Costs, count: Cost, easier: Cost) -> Iterator[Result]:
    wall, from_files = ours["made"].wall, ours["read"].wall + ours["made"].wall
    yield Result("one cut-off, times count(*) by client", wall / count.wall, "x", most=5)
    yield Result("from the files, one cut-off, times count(*)", from_files / count.wall, "x")
    yield Result("DuckDB count(*), files in the order of clients, wall", easier.wall, "s")
    yield Result("one cut-off, times count(*) of such files", wall / easier.wall, "x")


def _against_one(ours: Costs, panel: Costs) -> Iterator[Result]:
    """What a panel costs more than one cut-off, with the ledger open and from the files."""
    one, twelve = ours["made"], panel["made"]
    both, all_both = (sum(cost.wall for cost in each.values()) for each in (ours, panel))
    what = f"panel of {CUTOFFS}, times one cut-off"
    yield Result(what, twelve.wall / one.wall, "x", most=3)
    yield Result(f"{what}, CPU", twelve.cpu / one.cpu, "x")
    yield Result(f"from the files, {what}", all_both / both, "x")


def _memory(ours: Costs, theirs: Costs) -> Iterator[Result]:
    peak, pandas_peak = (max(cost.peak_mib for cost in each.values()) for each in (ours, theirs))
    needed = pandas_peak - (theirs["read"].peak_mib - theirs["read"].grown_mib)
    yield Result("pandas: memory over the moment before it read", needed, "MiB")
    over = ours["made"].grown_mib / needed
    yield Result("memory over the moment before, of that of pandas", over, "x", most=1 / 6)
    making = ours["made"].peak_mib / pandas_peak
    yield Result("peak while features are made, of the peak of pandas", making, "x")
    yield Result("peak with the opening, of the peak of pandas", peak / pandas_peak, "x")


def _difference(ours: pd.DataFrame, theirs: pd.DataFrame) -> float:
    """The greatest difference, relative above a thousandth; infinite where only one knows."""
    assert set(ours.columns) == set(FEATURES)
    assert ours.index.equals(theirs.index)
    a, b = (frame[list(FEATURES)].to_numpy(np.float64) for frame in (ours, theirs))
    if (np.isnan(a) != np.isnan(b)).any():
        return float("inf")
    return float(np.nanmax(np.abs(a - b) / np.maximum(np.abs(b), 1e-3)))
