"""The results as a page of Markdown: what each benchmark measures, and its figures.

python -m benchmarks.page FILE.json … prints the page of results that `--json` kept. Runs of one
benchmark with other settings (`SEGML_BENCH_…`) stand under one heading, in the order of the files.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

HEAD = """# Benchmarks

Every section below was printed by one run of the command it names, on the machine it names, which
shares its processors with others: ratios are of measurements made in turn in that run, medians of
at least five where the label says nothing else. Where a made world is given it was made by
`segml simulate`, of the size that the first row tells.
"""


def page(records: Iterable[dict[str, Any]]) -> str:
    """The page of some runs, each as `--json` writes it; runs of one benchmark stand together."""
    runs: dict[str, list[_Run]] = {}
    for record in records:
        machine = "\n".join(f"    {line}" for line in record["environment"])
        for name, results in record["benchmarks"].items():
            runs.setdefault(name, []).append(_Run(record["given"].strip(), machine, results))
    return "\n".join([HEAD, *(_section(name, found) for name, found in runs.items())])


class _Run(NamedTuple):
    """One run of one benchmark: its settings, its machine, its results."""

    given: str
    machine: str
    results: list[dict[str, Any]]

    def head(self, name: str) -> str:
        """The command and the machine."""
        command = f"{self.given} python -m benchmarks {name}".strip()
        return f"    {command}\n\n{self.machine}"

    @property
    def table(self) -> str:
        """What was measured."""
        lines = [f"| {r['label']} | {r['text']} | {r['bound']} |" for r in self.results]
        table = "\n".join(["| what | figure | bound |", "| --- | --- | --- |", *lines])
        return table.replace("  |", " |")


def _section(name: str, runs: Sequence[_Run]) -> str:
    """A benchmark: what it measures, said once, and its runs, each under its settings."""
    told = (import_module(f"benchmarks.{name}").__doc__ or "").strip()
    if len(runs) == 1:
        return f"## {name}\n\n{runs[0].head(name)}\n\n{told}\n\n{runs[0].table}\n"
    parts = [
        f"### {name}: {run.given or 'as it comes'}\n\n{run.head(name)}\n\n{run.table}\n"
        for run in runs
    ]
    return "\n".join([f"## {name}\n\n{told}\n", *parts])


if __name__ == "__main__":
    print(page(json.loads(Path(file).read_text("utf-8")) for file in sys.argv[1:]), end="")
