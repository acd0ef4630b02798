"""What leaves segml goes through one escape a kind: a new direct writer fails here."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "segml"
DOORS: dict[str, tuple[str, set[str]]] = {
    "a terminal": (
        r"((typer|click)\.s?echo|p?print|rich|traceback\.print_\w+|sys\._*std(out|err)_*)(\..*)?",
        {"cli/outcome.py"},
    ),
    "a log's form": (
        r"logging\.(basicConfig|config\..*|(\w+\.)?\w*(Handler|Formatter))|.*\.addHandler",
        {"cli/outcome.py"},
    ),
    "CSV": (r"csv(\..*)?|.*\.to_csv", {"report/pages/exports.py"}),
    "CSV of Arrow, from a database": (r"pyarrow\.csv(\..*)?", {"ledger/postgres.py"}),
    "rows of Arrow, to a database": (r"pgpq(\..*)?", {"stores/copying.py"}),
    "a sheet": (
        r"xlsxwriter(\..*)?|openpyxl(\..*)?|.*\.to_excel|.*ExcelWriter",
        {"report/pages/exports.py"},
    ),
    "HTML": (
        r"(markupsafe|jinja2)(\..*)?|Markup|Template|.*\.(to_html|HTMLResponse|Styler)",
        {"report/render.py", "service/frame.py"},
    ),
    "what is escaped or read by hand": (r"html(\..*)?", {"bundle/card.py", "stores/person.py"}),
}
"""A kind of output: names that make it, and the files that may use them."""
TAG = re.compile(
    r"</?(a|b|bdi|div|em|h\d|img|li|p|path|rect|script|span|svg|t[dhr]|table|text)[\s>/]"
)


def names_of(tree: ast.Module) -> Iterator[str]:
    """Every name that a module imports, calls or reads, dotted; an `as` is undone."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {one.asname or one.name: one.name for one in node.names}
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            known |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
            yield from (f"{node.module}.{one.name}" for one in node.names)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and (name := _dotted(node)):
            first, _, rest = name.partition(".")
            yield f"{known.get(first, first)}{'.' if rest else ''}{rest}"


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value) or '?'}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


@cache
def modules() -> dict[str, tuple[ast.Module, frozenset[str]]]:
    """Every module of the package, with its names."""
    trees = {
        path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text("utf-8"))
        for path in sorted(SOURCE.rglob("*.py"))
    }
    return {file: (tree, frozenset(names_of(tree))) for file, tree in trees.items()}


@pytest.mark.parametrize("kind", DOORS)
def test_each_kind_of_output_has_its_door(kind: str) -> None:
    pattern, doors = DOORS[kind]
    used: dict[str, set[str]] = {}
    for file, (_, names) in modules().items():
        if found := {name for name in names if re.fullmatch(pattern, name)}:
            used[file] = found
    assert {file: names for file, names in used.items() if file not in doors} == {}
    assert set(used) == doors, "a door that is not used any more"


def test_no_tag_is_written_around_a_value_but_where_values_are_escaped() -> None:
    found = {
        file
        for file, (tree, _) in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        and any(
            isinstance(part, ast.Constant) and TAG.search(str(part.value)) for part in node.values
        )
    }
    assert found <= {"report/render.py"}


def test_no_template_takes_a_value_for_html() -> None:
    templates = sorted(SOURCE.rglob("*.j2"))
    assert len(templates) > 10
    for path in templates:
        text = path.read_text("utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape|Markup|\|\s*(xmlattr|urlize)\b", text), path
        assert not re.search(r"""<script|\son\w+\s*=\s*["']|javascript:""", text), path


def test_every_database_that_is_opened_is_shut() -> None:
    opened = {
        path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text("utf-8"))
        for path in SOURCE.rglob("*.py")
    }
    found = {
        name: {each.name: each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}
        for name, tree in opened.items()
        if "duckdb.connect" in {_called(node) for node in ast.walk(tree)}
    }
    assert len(found) >= 4
    for name, functions in found.items():
        for each in functions.values():
            calls = [_called(node) for node in ast.walk(each)]
            if "duckdb.connect" in calls:
                text = (SOURCE / name).read_text("utf-8")
                assert "confine" in calls or "enable_external_access" in text, (name, each.name)


def _called(node: ast.AST) -> str | None:
    return _dotted(node.func) if isinstance(node, ast.Call) else None
