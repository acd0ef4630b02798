"""Forty features by Spark, from our declarations and from a query written by hand; and skew.

Both ways read the same files in a Spark of this machine's cores with the same bounded heap
(`spark_run.HEAP`), each in a process of its own; starting Java is told apart. Ours is three steps:
`open_ledger` reads and checks every value (DuckDB), the rows are handed over and added up by day,
the snapshot is asked for. What is held to the bound is the last two, against the query by hand,
which takes every value as it is. Beside it are told Spark's reading and checking of the same ledger
(`all_spark`: its first step reads, checks, orders the lines and adds them up), and DuckDB's.

Then the same lines, one in ten of them given to one client: the same work, no more memory, and the
same bytes by both engines.

Each way is run once, or SEGML_BENCH_RUNS times in turn; figures are then medians.
SEGML_BENCH_LEDGER=<configuration> takes a made world that is there, of which as many files are
taken as hold SEGML_BENCH_LINES lines (20,000,000).
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pandas as pd

import segml
from benchmarks.features import _difference
from benchmarks.process import median, run
from benchmarks.result import Result
from benchmarks.spark_run import WAYS, Spent
from benchmarks.worlds import GIVEN, configured, last_month_ends, paths_of
from segml.ledger.paths import files_of

CLIENTS, MONTHS, SEED = 20_000, 33, 3
LINES = "SEGML_BENCH_LINES"
MOST_LINES = 20_000_000
RUNS = "SEGML_BENCH_RUNS"
SKEW = 10
"""One line in so many is the one client's."""

Costs = Mapping[str, Spent]


def spark() -> Iterator[Result]:
    if absent():
        yield Result("Spark", "not installed")
        return
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        lines = int(os.environ.get(LINES) or MOST_LINES)
        config = part_of(given(scratch), scratch / "part", lines)
        yield from sizes_of(config)
        told, made = _all_ways(config, scratch)
        yield from _figures(told)
        yield from _held(told, made)
        yield from _skewed(told, config, scratch)


def absent() -> bool:
    """Whether this environment has no pyspark."""
    return find_spec("pyspark") is None


def given(scratch: Path) -> Path:
    """The configuration that is given, or of a new world."""
    if found := os.environ.get(GIVEN):
        return Path(found)
    made = segml.write_world(scratch / "world", clients=CLIENTS, months=MONTHS, seed=SEED)
    return made.config


def part_of(config: Path, folder: Path, lines: int) -> Path:
    """A configuration over as many of a made world's files as hold so many lines.

    Each file of a table is of the same clients as the other tables' file of its name.
    """
    paths, held, taken = paths_of(config), 0, 0
    for file in files_of(paths["transactions"]):
        if held >= lines:
            break
        held, taken = held + count(file), taken + 1
    for table, pattern in paths.items():
        (folder / table).mkdir(parents=True)
        for file in files_of(pattern)[:taken]:
            (folder / table / Path(file).name).symlink_to(Path(file).resolve())
    here = {table: str(folder / table / "*.parquet") for table in paths}
    return configured(config, here, folder / "segml.yaml")


def sizes_of(config: Path) -> Iterator[Result]:
    files = paths_of(config)
    lines, clients = (count(files[table]) for table in ("transactions", "clients"))
    yield Result("clients, lines", f"{clients:,}, {lines:,}")


def cost(way: str, config: Path, as_of: int, output: Path) -> Costs:
    """What the stages of one way cost; the features are written to the output."""
    told = run("-m", "benchmarks.spark_run", way, str(config), str(as_of), str(output))
    found = json.loads(told.output.splitlines()[-1])
    return {stage: Spent(**spent) for stage, spent in found.items()}


def work_of(costs: Costs) -> Spent:
    """What is asked of an engine after the ledger is open: books and the snapshot."""
    parts = [costs[stage] for stage in ("handed over", "made") if stage in costs]
    return Spent(
        wall=sum(part.wall for part in parts),
        cpu=sum(part.cpu for part in parts),
        peak_mib=max(part.peak_mib for part in parts),
        spill_mib=sum(part.spill_mib for part in parts),
    )


def _all_ways(config: Path, scratch: Path) -> tuple[dict[str, Costs], dict[str, pd.DataFrame]]:
    """The median of some runs, each way once a round, and what each made."""
    as_of = last_month_ends(config, 1)[0]
    output = {way: scratch / f"{way}.parquet" for way in WAYS}
    rounds = [
        {way: cost(way, config, as_of, output[way]) for way in WAYS}
        for _ in range(int(os.environ.get(RUNS) or 1))
    ]
    told = {way: _medians([one[way] for one in rounds]) for way in WAYS}
    return told, {way: pd.read_parquet(file) for way, file in output.items()}


def _medians(rounds: list[Costs]) -> Costs:
    figures = ("wall", "cpu", "peak_mib", "spill_mib")
    return {
        stage: Spent(
            *(median([getattr(one[stage], figure) for one in rounds]) for figure in figures)
        )
        for stage in rounds[0]
    }


def _figures(told: Mapping[str, Costs]) -> Iterator[Result]:
    for way, costs in told.items():
        for stage, spent in costs.items():
            yield from figures(f"{way}: {stage}", spent)


def figures(label: str, spent: Spent) -> Iterator[Result]:
    yield Result(f"{label}, wall", spent.wall, "s")
    yield Result(f"{label}, CPU", spent.cpu, "s")
    yield Result(f"{label}, peak memory", spent.peak_mib, "MiB")
    if spent.spill_mib:
        yield Result(f"{label}, spilled", spent.spill_mib, "MiB")


def _held(told: Mapping[str, Costs], made: Mapping[str, pd.DataFrame]) -> Iterator[Result]:
    different = _difference(made["spark"], made["by_hand"])
    yield Result("greatest difference from the query by hand", different, most=1e-6)
    yield Result("columns not the same to the byte by both engines", _unlike(made), most=0)
    read = _unlike({**made, "spark": made["all_spark"]})
    yield Result("the same of what Spark read", read, most=0)
    ours, by_hand, duckdb_s = (work_of(told[way]) for way in ("spark", "by_hand", "duckdb"))
    yield Result("CPU, times the query by hand", ours.cpu / by_hand.cpu, "x", most=3)
    yield Result("wall, times the query by hand", ours.wall / by_hand.wall, "x", most=3)
    checked = told["spark"]["ledger"]
    both = (checked.cpu + ours.cpu) / by_hand.cpu
    yield Result("the same with reading and checking, CPU", both, "x")
    whole = told["all_spark"]["ledger"].cpu + work_of(told["all_spark"]).cpu
    yield Result("the same, both by Spark, CPU", whole / by_hand.cpu, "x")
    yield Result("CPU, times DuckDB's", ours.cpu / duckdb_s.cpu, "x")


def _unlike(made: Mapping[str, pd.DataFrame]) -> int:
    one, other = made["spark"], made["duckdb"]
    assert one.index.equals(other.index)
    return sum(not one[name].equals(other[name]) for name in other)


def _skewed(even: Mapping[str, Costs], config: Path, scratch: Path) -> Iterator[Result]:
    """One client with a tenth of all lines."""
    paths, lines = paths_of(config), scratch / "skewed.parquet"
    client = f"(SELECT min(client_id) FROM read_parquet('{paths['clients']}'))"
    whose = f"CASE WHEN hash(order_id) % {SKEW} = 0 THEN {client} ELSE client_id END AS client_id"
    with duckdb.connect() as connection:
        rows = f"SELECT * REPLACE ({whose}) FROM read_parquet('{paths['transactions']}')"
        connection.execute(f"COPY ({rows}) TO '{lines}'")
    skewed = configured(config, {**paths, "transactions": str(lines)}, scratch / "skewed.yaml")
    told, made = _all_ways(skewed, scratch)
    yield from (
        Result(f"skewed: {one.label}", one.value, one.unit, one.least, one.most)
        for one in _figures(told)
    )
    yield Result("skewed: columns not the same to the byte", _unlike(made), most=0)
    for what in ("cpu", "peak_mib"):
        before, after = (getattr(work_of(each["spark"]), what) for each in (even, told))
        yield Result(f"skewed: Spark's {what}, times the even", after / before, "x", most=1.5)


def count(files: str) -> int:
    found = duckdb.execute(f"SELECT count(*) FROM read_parquet('{files}')").fetchone()
    assert found is not None
    return int(found[0])
