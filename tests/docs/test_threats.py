"""docs/threats.md: what each claim names exists, and no line of a threat names nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "threats.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`((?:tests|src)/[^`]+)`", TEXT)))


@pytest.mark.parametrize("named", NAMED)
def test_what_is_named_exists(named: str) -> None:
    path, _, test = named.partition("::")
    assert (ROOT / path).is_file()
    if test:
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_threat_is_held_by_something(tables: Callable[[str], Any]) -> None:
    held = [
        row
        for under in tables("threats.md").values()
        for table in under
        for row in table
        if "Held by" in row
    ]
    assert len(held) > 30
    bare = [
        row["Threat"] for row in held if not re.search("`(tests|src)/|the same;", row["Held by"])
    ]
    assert bare == []


def test_every_variable_of_a_suite_is_read_by_its_file(
    tables: Callable[[str], Any], codes: Callable[[str], list[str]]
) -> None:
    rows = tables("threats.md")["Suites and their full counts"][0]
    for row in rows:
        (file,) = codes(row["File"])
        text = (ROOT / file).read_text("utf-8")
        assert all(f'"{name}"' in text for name in codes(row["Variable"])), row
