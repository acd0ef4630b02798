"""The results as a page of Markdown: what each benchmark measures, and its figures.

python -m benchmarks.page FILE.json … prints the page of results that `--json` kept.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

HEAD = """# Benchmarks

Every section below was printed by one run of the command it names, on the machine it names, which
shares its processors with others: ratios are of measurements made in turn in that run, medians of
at least five where the label says nothing else. Where a made world is given it was made by
`segml simulate`, of the size that the first row tells.
"""


def page(records: Iterable[dict[str, Any]]) -> str:
    """The page of some runs, each as `--json` writes it."""
    return "\n".join([HEAD, *(section for record in records for section in _sections(record))])


def _sections(record: dict[str, Any]) -> Iterator[str]:
    machine = "\n".join(f"    {line}" for line in record["environment"])
    for name, results in record["benchmarks"].items():
        told = import_module(f"benchmarks.{name}").__doc__ or ""
        command = f"{record['given']}python -m benchmarks {name}"
        lines = [f"| {r['label']} | {r['text']} | {r['bound']} |" for r in results]
        table = "\n".join(["| what | figure | bound |", "| --- | --- | --- |", *lines])
        table = table.replace("  |", " |")
        yield f"## {name}\n\n    {command}\n\n{machine}\n\n{told.strip()}\n\n{table}\n"


if __name__ == "__main__":
    print(page(json.loads(Path(file).read_text("utf-8")) for file in sys.argv[1:]), end="")
