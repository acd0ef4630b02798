"""What forty features cost against lines, by both engines; and what ten billion would.

Parts of one made world (whole files, so whole clients), smallest first, each made once by DuckDB
and once by Spark in a process of its own with the same bounded heap. Lines through the processor
seconds, by least squares, say what 10 billion lines and 100 million clients would take if each
further line cost what these did; nothing is said of memory or a network. Reading and checking is
each engine's own, Spark's with the order of the lines and their books.

SEGML_BENCH_LEDGER=<configuration> takes a made world that is there; sizes that it does not hold are
left out. SEGML_BENCH_LINES is the largest that Spark is given.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.result import Result
from benchmarks.spark import (
    LINES,
    Costs,
    absent,
    cost,
    count,
    figures,
    given,
    part_of,
    sizes_of,
    work_of,
)
from benchmarks.worlds import last_month_ends, paths_of

SIZES = (1_000_000, 10_000_000, 30_000_000, 100_000_000)
ENGINES = ("duckdb", "all_spark")
Points = dict[str, list[tuple[int, float]]]
"""Lines and seconds of processors, by engine and step."""
BEYOND = 10_000_000_000
"""Lines."""


def spark_curve() -> Iterator[Result]:
    """Cost of both engines at every size, and the line through it."""
    if absent():
        yield Result("Spark", "not installed")
        return
    most = int(os.environ.get(LINES) or SIZES[-1])
    known: Points = {}
    with tempfile.TemporaryDirectory() as name:
        world = given(Path(name))
        there = count(paths_of(world)["transactions"])
        for size in (size for size in SIZES if size <= there * 1.02):
            config = part_of(world, Path(name) / f"part_{size}", size)
            yield from sizes_of(config)
            lines = count(paths_of(config)["transactions"])
            for engine in ENGINES if size <= most else ENGINES[:1]:
                told = cost(engine, config, last_month_ends(config, 1)[0], Path(name) / "made")
                yield from _told(engine, lines, told, known)
    for what, points in known.items():
        yield from _extrapolated(what, points)


def _told(engine: str, lines: int, told: Costs, known: Points) -> Iterator[Result]:
    """The figures of one engine at one size; their seconds of processors become known."""
    for what, spent in (("reading and checking", told["ledger"]), ("features", work_of(told))):
        yield from figures(f"{engine}, {lines / 1e6:.1f} million lines: {what}", spent)
        known.setdefault(f"{engine}: {what}", []).append((lines, spent.cpu))


def _extrapolated(what: str, points: list[tuple[int, float]]) -> Iterator[Result]:
    if len(points) < 2:
        return
    lines, seconds = np.array(points, dtype=float).T
    slope, start = np.polyfit(lines, seconds, 1)
    yield Result(f"{what}, a further million lines, CPU", slope * 1e6, "s")
    yield Result(f"{what}, whatever the lines, CPU", start, "s")
    hours = (start + slope * BEYOND) / 3600
    yield Result(f"{what}, {BEYOND / 1e9:.0f} billion lines, if so", hours, "core-hours")
