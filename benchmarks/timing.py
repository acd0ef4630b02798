"""Seconds of several functions measured in turn, so that the machine's moods fall on all alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

RUNS = 5


def medians(*functions: Callable[[], object], runs: int = RUNS) -> list[float]:
    """The median wall time of each function over so many rounds, one call of each a round."""
    taken: list[list[float]] = [[] for _ in functions]
    for _ in range(runs):
        for function, seconds in zip(functions, taken, strict=True):
            begun = time.perf_counter()
            function()
            seconds.append(time.perf_counter() - begun)
    return [statistics.median(seconds) for seconds in taken]
