"""What the stages of a process cost: wall and CPU seconds, peak memory and how much of it is new.

For processes that are measured: this module and what it imports take no memory to speak of.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.process import median, run

_KIB_A_MIB = 1024


@dataclass(frozen=True)
class Cost:
    """Of one stage: seconds, the process's peak within it, and that peak over the moment before."""

    wall: float
    cpu: float
    peak_mib: float
    grown_mib: float


@dataclass
class Meter:
    """Measures stages one after the other and tells them as the last line of the output."""

    costs: dict[str, Cost] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what is done within."""
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew at what is held now
        held = memory_mib("VmRSS")
        begun, used = time.perf_counter(), time.process_time()
        yield
        wall, cpu = time.perf_counter() - begun, time.process_time() - used
        # not the system's account of the child, which begins at the size of who started it
        peak = memory_mib("VmHWM")
        self.costs[name] = Cost(wall, cpu, peak, peak - held)

    def tell(self) -> None:
        print(json.dumps({name: asdict(cost) for name, cost in self.costs.items()}))


def memory_mib(what: str) -> float:
    """This process's memory by the kernel's name for it: `VmRSS` now, `VmHWM` at its peak."""
    rows = Path("/proc/self/status").read_text().splitlines()
    return next(float(row.split()[1]) for row in rows if row.startswith(what)) / _KIB_A_MIB


def costs(*commands: Sequence[str], runs: int) -> list[dict[str, Cost]]:
    """The medians of what processes tell of their stages; each `python words…` once a round."""
    told = [[json.loads(_last_line(words)) for words in commands] for _ in range(runs)]
    return [_medians(list(of_one)) for of_one in zip(*told, strict=True)]


def _last_line(words: Sequence[str]) -> str:
    return run(*words).output.splitlines()[-1]


def _medians(told: list[dict[str, dict[str, float]]]) -> dict[str, Cost]:
    return {
        stage: Cost(*(median([one[stage][figure] for one in told]) for figure in figures))
        for stage, figures in told[0].items()
    }
