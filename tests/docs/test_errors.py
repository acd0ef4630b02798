"""docs/errors.md and the exit codes against the tree of refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from segml.words.errors import Refusal


def _tree(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _tree(below)


def test_every_refusal_is_documented_with_its_exit_code(tables: Callable[[str], Any]) -> None:
    rows = tables("errors.md")["Refusals"][0]
    stated = {row["Type"].strip("`"): int(row["Exit code"]) for row in rows}
    ours = {kind for kind in _tree(Refusal) if kind.__module__ == Refusal.__module__}
    assert stated == {kind.__name__: kind.exit_code for kind in ours}
    assert all(row["Cause"] for row in rows)


def test_every_exit_code_of_a_refusal_is_in_the_outputs(tables: Callable[[str], Any]) -> None:
    rows = tables("outputs.md")["Exit codes"][0]
    stated = [int(row["Code"]) for row in rows]
    assert stated == [0, *sorted({kind.exit_code for kind in _tree(Refusal)})]
