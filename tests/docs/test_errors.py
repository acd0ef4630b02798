"""docs/errors.md and the exit codes against the tree of refusals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from segml.words import errors
from segml.words.errors import GateRefused, Refusal


def tree(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    """A refusal and every kind of it."""
    yield kind
    for below in kind.__subclasses__():
        yield from tree(below)


def test_every_refusal_is_documented_with_its_exit_code(tables: Callable[[str], Any]) -> None:
    rows = tables("errors.md")["Refusals"][0]
    stated = {row["Type"].strip("`"): int(row["Exit code"]) for row in rows}
    ours = {kind for kind in tree(Refusal) if kind.__module__ == Refusal.__module__}
    assert stated == {kind.__name__: kind.exit_code for kind in ours}
    assert all(row["Cause"] for row in rows)
    bases = {kind.__name__ for kind in (Refusal, GateRefused)}
    assert {row["Type"].strip("`") for row in rows if not row["Remedy"]} == bases


def test_the_drawn_tree_is_the_tree() -> None:
    drawn = re.findall(r"^    ([│├└─ ]*)([A-Z]\w+) +(.*)", errors.__doc__ or "", re.MULTILINE)
    stated = [(len(lines) // 4, name, text.partition(" ")[0]) for lines, name, text in drawn[1:]]
    ours = {(kind.__name__, str(kind.exit_code), len(kind.__mro__)) for kind in tree(Refusal)}
    depth = len(Refusal.__mro__)
    assert {(name, code, depth + level) for level, name, code in stated} == {
        each for each in ours if each[0] != "Refusal"
    }
    assert len(stated) == len(ours) - 1


def test_every_exit_code_of_a_refusal_is_in_the_outputs(tables: Callable[[str], Any]) -> None:
    rows = tables("outputs.md")["Exit codes"][0]
    stated = [int(row["Code"]) for row in rows]
    assert stated == [0, *sorted({kind.exit_code for kind in tree(Refusal)})]
