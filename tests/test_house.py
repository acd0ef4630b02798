"""The plan of the house, held against every import: who may enter which room, who owns what."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "segml"

BELOW_FLOWS = (
    "ledger",
    "boosting",
    "simulate",
    "features",
    "tiers",
    "outcomes",
    "bundle",
    "scoring",
    "stores",
    "evaluation",
    "losses",
    "portfolio",
    "report",
)
CORE = ("scoring", "bundle", "features", "tiers", "outcomes", "ledger")

# What each room may import, besides `words`. A change here is a change of plan: say why.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "words": (),
    "ledger": (),
    "boosting": (),
    "simulate": (),
    "features": ("ledger",),
    "tiers": ("boosting",),
    "outcomes": ("ledger", "boosting"),
    "bundle": ("features", "tiers", "outcomes", "ledger"),
    "scoring": ("bundle", "features", "tiers", "outcomes", "boosting", "ledger"),
    "stores": ("scoring", "bundle", "ledger"),
    "evaluation": CORE,
    "losses": CORE,
    "portfolio": CORE,
    "report": ("losses", "portfolio", "evaluation", "scoring"),
    "flows": BELOW_FLOWS,
    "service": ("stores", "report", "scoring"),
    "cli": ("flows", "service"),
}

# Who alone may import a library; a dotted name owns that submodule only.
OWNERS: dict[str, tuple[str, ...]] = {
    "lightgbm": ("boosting",),
    "numba": ("boosting",),
    "sklearn.cluster": ("tiers",),
    "sklearn.mixture": ("tiers",),
    "sklearn.calibration": ("outcomes",),
    "sklearn.isotonic": ("outcomes",),
    "joblib": ("bundle",),
    "shap": ("scoring",),
    "mlflow": ("stores",),
    "psycopg": ("ledger", "stores"),
    "sqlalchemy": ("ledger", "stores"),
    "jinja2": ("report",),
    "babel": ("report",),
    "matplotlib": ("report",),
    "yaml": ("flows",),
    "typer": ("cli",),
    "rich": ("cli",),
    "pyspark": ("ledger",),
    "duckdb": ("ledger", "features", "stores"),
    "pydantic": ("flows", "service"),
    "fastapi": ("service",),
    "starlette": ("service",),
    "uvicorn": ("service",),
    "argon2": ("service",),
    "itsdangerous": ("service",),
    "xlsxwriter": ("report",),
    "optuna": ("flows",),
}

FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "models"}


class Import(NamedTuple):
    """One import: the module that holds it, the line, and the dotted name it takes."""

    module: str
    line: int
    target: str


def _modules() -> dict[str, Path]:
    return {_dotted(path): path for path in sorted(SOURCE.rglob("*.py"))}


def _dotted(path: Path) -> str:
    parts = ("segml", *path.relative_to(SOURCE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(module: str, path: Path) -> Iterator[Import]:
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(module, node.lineno, alias.name)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                upwards = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*upwards, base] if base else upwards)
            for alias in node.names:
                yield Import(module, node.lineno, f"{base}.{alias.name}")


def _room(dotted: str) -> str:
    """The room of a module; the package's face and `python -m segml` have none."""
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 and parts[1] != "__main__" else ""


ALL_IMPORTS = [found for name, path in _modules().items() for found in _imports(name, path)]
"""Every import of the package: at the top, under TYPE_CHECKING and inside functions alike."""


def test_every_room_imports_only_what_the_plan_allows() -> None:
    breaches = [
        f"{found.module}:{found.line} imports {found.target}"
        for found in ALL_IMPORTS
        if found.target.startswith("segml.")
        and _room(found.module)
        and _room(found.target) not in (_room(found.module), "words", "__version__")
        and _room(found.target) not in MAY_IMPORT[_room(found.module)]
    ]
    assert not breaches, "\n".join(breaches)


def test_the_face_of_the_package_reaches_only_for_flows() -> None:
    breaches = [
        f"{found.module}:{found.line} imports {found.target}"
        for found in ALL_IMPORTS
        if found.module == "segml" and found.target.startswith("segml.")
        if _room(found.target) != "flows"
    ]
    assert not breaches, "\n".join(breaches)


@pytest.mark.parametrize("library", sorted(OWNERS))
def test_a_library_has_one_door(library: str) -> None:
    breaches = [
        f"{found.module}:{found.line} imports {found.target}"
        for found in ALL_IMPORTS
        if found.target == library or found.target.startswith(library + ".")
        if _room(found.module) not in OWNERS[library]
    ]
    assert not breaches, "\n".join(breaches)


def test_no_module_imports_itself_in_a_circle() -> None:
    modules = _modules()
    edges: dict[str, set[str]] = {name: set() for name in modules}
    for found in ALL_IMPORTS:
        target = found.target
        while target and target not in modules:
            target = target.rpartition(".")[0]
        # a face that its own member imports is a circle; naming the package itself is none
        if target and target not in {"segml", found.module}:
            edges[found.module].add(target)
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, "circle: " + " -> ".join([*trail[trail.index(name) :], name])
        if name not in done:
            for target in sorted(edges[name]):
                visit(target, (*trail, name))
            done.add(name)

    for name in modules:
        visit(name, ())


def test_every_room_is_on_the_plan() -> None:
    rooms = {path.name for path in SOURCE.iterdir() if path.is_dir() and path.name[0] != "_"}
    assert rooms == set(MAY_IMPORT)


def test_no_file_bears_a_name_that_says_nothing() -> None:
    bad = [name for name in _modules() if set(name.split(".")) & FORBIDDEN_NAMES]
    assert not bad, f"{bad}: name the idea instead"


def test_words_hold_no_frames_and_no_arithmetic_libraries() -> None:
    heavy = {"pandas", "numpy", "scipy", "pyarrow"}
    breaches = [
        found
        for found in ALL_IMPORTS
        if _room(found.module) == "words" and found.target.split(".")[0] in heavy
    ]
    assert not breaches


def test_no_function_is_longer_than_the_measure() -> None:
    long = []
    for name, path in _modules().items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                docstring = (ast.get_docstring(node, clean=False) or "").count("\n")
                lines = (node.end_lineno or 0) - node.lineno + 1 - docstring
                if lines > 60:
                    long.append(f"{name}.{node.name}: {lines} lines")
    assert not long, "\n".join(long)


def test_no_file_grows_into_a_hall() -> None:
    halls = [
        f"{name}: {lines} lines"
        for name, path in _modules().items()
        if (lines := path.read_text("utf-8").count("\n")) > 300
    ]
    assert not halls, "\n".join(halls)
