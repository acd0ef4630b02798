"""docs/cli.md against the Typer application."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from typer.main import get_command

from segml.cli.app import app

ROOT: Any = get_command(app)
COMMON = {("--json",), ("-v", "--verbose")}


def _flat(commands: dict[str, Any]) -> dict[str, Any]:
    """Every command; one of a group by both names."""
    found = {}
    for name, command in commands.items():
        inner = _flat(getattr(command, "commands", {}))
        found |= {f"{name} {each}": one for each, one in inner.items()} or {name: command}
    return found


COMMANDS = _flat(ROOT.commands)


def _names(parameter: Any) -> tuple[str, ...]:
    if parameter.param_type_name == "argument":
        return (str(parameter.name).upper(),)
    return tuple(parameter.opts)


def _parameters(command: Any) -> dict[tuple[str, ...], Any]:
    own = {_names(one): one for one in command.params}
    return {names: one for names, one in own.items() if "--help" not in names}


def _documented(
    rows: list[dict[str, str]], codes: Callable[[str], list[str]]
) -> dict[tuple[str, ...], str]:
    head = next(iter(rows[0]))
    return {tuple(codes(row[head])): row["Default"] for row in rows}


def test_every_command_is_documented_and_no_other(tables: Callable[[str], Any]) -> None:
    headings = {heading for heading in tables("cli.md") if heading.startswith("segml ")}
    assert headings == {f"segml {name}" for name in COMMANDS}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_is_documented_and_no_other(
    tables: Callable[[str], Any], codes: Callable[[str], list[str]], name: str
) -> None:
    parameters = _parameters(COMMANDS[name])
    stated = _documented(tables("cli.md")[f"segml {name}"][0], codes)
    assert set(parameters) == set(stated) | COMMON
    for names, default in stated.items():
        parameter = parameters[names]
        if parameter.required:
            assert default == "required"
        elif parameter.default not in (None, False):
            assert default == f"`{parameter.default}`"


def test_the_options_of_every_command_and_of_segml_itself_are_documented(
    tables: Callable[[str], Any], codes: Callable[[str], list[str]]
) -> None:
    found = tables("cli.md")
    assert set(_documented(found["Every command"][0], codes)) == COMMON
    assert set(_documented(found["segml"][0], codes)) == set(_parameters(ROOT))
