"""Reading the documents: their tables by heading, and their code blocks."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"

Row = dict[str, str]
Tables = dict[str, list[list[Row]]]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _tables_of(text: str) -> Tables:
    """Every table by its heading, as rows of column to cell."""
    found: Tables = {}
    heading, head = "", []
    for line in re.sub(r"```.*?```", "", text, flags=re.DOTALL).splitlines():
        if line.startswith("#"):
            heading = line.lstrip("#").strip()
        if not line.startswith("|"):
            head = []
        elif not head:
            head = _cells(line)
            found.setdefault(heading, []).append([])
        elif not set(line) <= set("|- "):
            cells = _cells(line)
            assert len(cells) == len(head), f"under {heading}: {line}"
            found[heading][-1].append(dict(zip(head, cells, strict=True)))
    return found


@pytest.fixture(scope="session")
def tables() -> Callable[[str], Tables]:
    """The tables of a document by their heading."""
    return lambda name: _tables_of((DOCS / name).read_text("utf-8"))


@pytest.fixture(scope="session")
def codes() -> Callable[[str], list[str]]:
    """What stands in backticks."""
    return lambda cell: re.findall(r"`([^`]+)`", cell)
