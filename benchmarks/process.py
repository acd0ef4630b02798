"""A command run as a whole process: its wall time and its peak memory, by the system's account."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Finished:
    seconds: float
    peak_mib: float
    output: str


def run(*words: str, cwd: Path | None = None) -> Finished:
    """Run `python words…`; a failure ends the benchmark with its messages."""
    begun = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *words], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        output = process.stdout.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(output)
    return Finished(time.perf_counter() - begun, usage.ru_maxrss / 1024, output)


def median(values: list[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2]
