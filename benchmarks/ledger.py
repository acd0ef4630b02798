"""Reading and checking a ledger, against what a user would write and against a bare scan.

Every figure is of a process of its own that does one thing: `open_ledger` on the five tables (read,
parse, check, count duplicates, fingerprint, sort the lines, mark the orders); pandas with a handful
of the same checks on `transactions` alone; and DuckDB reading every column of the same files once.
Times are those of the work, without imports; memory is the process's peak.

SEGML_BENCH_LEDGER=<configuration> adds a ledger that is already there (`segml simulate` makes one).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import segml
from benchmarks.process import median, run
from benchmarks.result import Result

CLIENTS = (5_000, 20_000)
MONTHS = 36
RUNS = 3
LARGER = "SEGML_BENCH_LEDGER"

_TOLD = """
import time
begun, used = time.perf_counter(), time.process_time()
{work}
wall, cpu = time.perf_counter() - begun, time.process_time() - used
# not the system's account of the child, which begins at the size of the process that started it
peak = next(row.split()[1] for row in open("/proc/self/status") if row.startswith("VmHWM"))
print(lines, wall, cpu, peak)
"""

OURS = """
import sys
import segml
from segml.ledger import open_ledger
plan = segml.read_settings(sys.argv[1]).plan
""" + _TOLD.format(
    work="""
with open_ledger(plan.ledger, plan.economics) as ledger:
    lines = ledger.counts["transactions"].kept
"""
)

PANDAS = """
import sys
import numpy as np, pandas as pd, pyarrow
""" + _TOLD.format(
    work="""
frame = pd.read_parquet(sys.argv[1])
frame["client_id"] = frame["client_id"].str.strip()
frame["date"] = pd.to_datetime(frame["date"], errors="coerce")
bad = frame["client_id"].isna() | (frame["client_id"] == "") | frame["date"].isna()
bad |= (frame["date"] < "1970-01-01") | (frame["date"] > "2100-12-31")
for name in ("amount", "quantity", "cost", "discount"):
    values = pd.to_numeric(frame[name], errors="coerce")
    bad |= values.isna() | ~np.isfinite(values) | (values.abs() > 2e12)
bad |= frame["discount"] < 0
repeated = int(frame.duplicated().sum())
frame = frame[~bad].sort_values(["client_id", "date", "order_id"])
lines = len(frame)
"""
)

SCAN = """
import sys
import duckdb
""" + _TOLD.format(
    work="""
rows = f"read_parquet('{sys.argv[1]}')"
names = [row[0] for row in duckdb.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()]
asked = ", ".join(f"min({name}), max({name}), count({name})" for name in names)
lines = duckdb.execute(f"SELECT count(*), {asked} FROM {rows}").fetchone()[0]
"""
)


@dataclass(frozen=True)
class _Measured:
    """Medians over processes: seconds of the work, CPU seconds, peak memory."""

    lines: int
    wall: float
    cpu: float
    peak_mib: float


def ledger() -> Iterator[Result]:
    """Reading at each scale, then memory against the number of lines."""
    ours: list[_Measured] = []
    with tempfile.TemporaryDirectory() as scratch:
        for clients in CLIENTS:
            folder = Path(scratch) / str(clients)
            config = segml.write_world(folder, clients=clients, months=MONTHS, seed=1).config
            ours.append(_measured(OURS, str(config), RUNS))
            yield from _against(ours[-1], str(folder / "ledger/transactions"), with_pandas=True)
    if larger := os.environ.get(LARGER):
        ours.append(_measured(OURS, larger, 1))
        yield from _against(
            ours[-1], str(Path(larger).parent / "ledger/transactions"), with_pandas=False
        )
    first, last = ours[0], ours[-1]
    grown = (last.peak_mib - first.peak_mib) * 2**20 / (last.lines - first.lines)
    yield Result("memory a further line costs, until the limit of 4 GiB", grown, "bytes")
    yield Result("greatest peak memory", max(one.peak_mib for one in ours), "MiB", most=6 * 1024)


def _against(ours: _Measured, files: str, *, with_pandas: bool) -> Iterator[Result]:
    what = f"{ours.lines:,} lines"
    yield from _figures(f"{what}: open_ledger", ours)
    yield Result(f"{what}: lines a second", ours.lines / ours.wall, "lines/s")
    if with_pandas:
        theirs = _measured(PANDAS, files, RUNS)
        yield from _figures(f"{what}: pandas, one table, some checks", theirs)
        yield Result(f"{what}: times the time of pandas", ours.wall / theirs.wall, "x")
    scan = _measured(SCAN, f"{files}/*.parquet", RUNS)
    yield from _figures(f"{what}: DuckDB reads every column once", scan)
    yield Result(f"{what}: times the time of that scan", ours.wall / scan.wall, "x")


def _figures(label: str, one: _Measured) -> Iterator[Result]:
    yield Result(f"{label}, wall", one.wall, "s")
    yield Result(f"{label}, CPU", one.cpu, "s")
    yield Result(f"{label}, peak memory", one.peak_mib, "MiB")


def _measured(code: str, argument: str, runs: int) -> _Measured:
    done = [run("-c", code, argument) for _ in range(runs)]
    told = [[float(word) for word in one.output.split()[-4:]] for one in done]
    return _Measured(
        lines=int(told[0][0]),
        wall=median([one[1] for one in told]),
        cpu=median([one[2] for one in told]),
        peak_mib=median([one[3] / 1024 for one in told]),
    )
