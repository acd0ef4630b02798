"""`segml demo` as a new user runs it, in an empty folder."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.process import median, run
from benchmarks.result import Result

RUNS = 3


def demo() -> Iterator[Result]:
    """Medians of several runs; the stages are those of the last."""
    seconds, peaks = [], []
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(RUNS):
            folder = Path(scratch) / str(number)
            folder.mkdir()
            finished = run("-m", "segml", "demo", cwd=folder)
            seconds.append(finished.seconds)
            peaks.append(finished.peak_mib)
        yield Result(f"segml demo, median of {RUNS}", median(seconds), "s")
        yield Result(f"segml demo, slowest of {RUNS}", max(seconds), "s")
        yield Result("peak memory, highest", max(peaks), "MiB")
        for path in sorted((folder / "segml-demo" / "out").rglob("run.json")):
            for stage, taken in json.loads(path.read_text()).get("timings", {}).items():
                yield Result(f"  {path.parent.name}: {stage}", taken, "s")
