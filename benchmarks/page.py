"""The results as a page of Markdown: what each benchmark measures, and its figures."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from benchmarks.result import Result

HEAD = """# Benchmarks

Every figure on this page was printed by one run of

    {command}

on the machine named below, which shares its processors with others: ratios are of measurements
made in turn in that run, medians of at least five where the label says nothing else.

{machine}
"""


def page(machine: str, told: Mapping[str, tuple[str, list[Result]]]) -> str:
    """The page of some benchmarks: name to the module whose docstring explains it, and results."""
    command = "python -m benchmarks " + " ".join(told)
    quoted = "\n".join(f"    {line}" for line in machine.splitlines())
    parts = [HEAD.format(command=command.strip(), machine=quoted)]
    for name, (module, results) in told.items():
        lines = [f"| {r.label} | {r.text} | {r.bound} |".replace("  |", " |") for r in results]
        table = "\n".join(["| what | figure | bound |", "| --- | --- | --- |", *lines])
        parts.append(f"## {name}\n\n{(sys.modules[module].__doc__ or '').strip()}\n\n{table}\n")
    return "\n".join(parts)
