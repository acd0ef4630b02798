"""`segml demo` as a new user runs it, in an empty folder."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.process import median, run

RUNS = 3


def demo() -> Iterator[tuple[str, str]]:
    """Medians of several runs; the stages are those of the last."""
    seconds, peaks = [], []
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(RUNS):
            folder = Path(scratch) / str(number)
            folder.mkdir()
            finished = run("-m", "segml", "demo", cwd=folder)
            seconds.append(finished.seconds)
            peaks.append(finished.peak_mib)
        yield f"segml demo, median of {RUNS}", f"{median(seconds):.1f} s"
        yield f"segml demo, slowest of {RUNS}", f"{max(seconds):.1f} s"
        yield "peak memory, highest", f"{max(peaks):.0f} MiB"
        for path in sorted((folder / "segml-demo" / "out").rglob("run.json")):
            for stage, taken in json.loads(path.read_text()).get("timings", {}).items():
                yield f"  {path.parent.name}: {stage}", f"{taken:.1f} s"
