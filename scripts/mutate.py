"""Change a room a little, again and again, and see whether its tests notice.

    python scripts/mutate.py tiers --sample 40 --seed 1

Cosmic Ray says what can be changed; places are drawn from all of the room's code, one change a
place, annotations and docstrings left out. Each change is made in a copy of the checkout, in which
those tests run, until one fails, whose files are of the same room and name the changed module or
something public in it; with `--whole` then the room's others too. So a survivor may yet be noticed
by other tests: the score is at most too low. It prints each survivor as a diff, and last the score.
A change with which the tests do not end in half an hour counts as noticed. They have to pass
without a change: run them first.

The tests run in forks of this process, in which the large libraries are loaded already.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import importlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from cosmic_ray.commands.init import init
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB, use_db

ROOT = Path(__file__).parents[1]
HEAVY = (
    "duckdb",
    "lightgbm",
    "numba",
    "pandas",
    "pyarrow.parquet",
    "pytest",
    "scipy.stats",
    "sklearn",
)
WAIT_SECONDS = 1800.0


@dataclass(frozen=True)
class Change:
    """One change of one module: which of Cosmic Ray's operators, at which of its places."""

    module: Path
    operator: str
    occurrence: int
    line: int


def changes(room: Path) -> dict[tuple[Path, int, int], list[Change]]:
    """Every change of a room's modules that could matter, by place."""
    modules = [path for path in sorted(room.rglob("*.py")) if path.name != "__init__.py"]
    found = defaultdict(list)
    with (
        tempfile.TemporaryDirectory() as folder,
        use_db(Path(folder) / "work.sqlite", WorkDB.Mode.create) as work,
    ):
        init(modules, work, {})
        items = list(work.work_items)
    left_out = {path: set(_passed_over(path)) for path in modules}
    for item in items:
        for one in item.mutations:
            line, column = one.start_pos
            if line not in left_out[one.module_path]:
                change = Change(one.module_path, one.operator_name, one.occurrence, line)
                found[one.module_path, line, column].append(change)
    return found


def _passed_over(path: Path) -> Iterator[int]:
    """Lines on which nothing runs, or on which only the type checker looks."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef):
            parts = [node.args, *([node.returns] if node.returns else [])]
            first, last = node.lineno, node.body[0].lineno
            yield from range(first, max(first + 1, last)) if parts else ()
        elif isinstance(node, ast.AnnAssign) and node.value is None:
            yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            for decorator in node.decorator_list:
                yield from range(decorator.lineno, (decorator.end_lineno or 0) + 1)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)


def tests_of(module: Path, tests: Path, *, whole: bool) -> list[Path]:
    """The room's tests that name a module or something public in it, its own file first.

    Then, where the whole is asked for, the room's others.
    """
    tree = ast.parse(module.read_text("utf-8"))
    named = {module.stem} | {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_"
    }
    every = sorted(tests.rglob("test_*.py"))
    own = f"test_{module.stem}"
    naming = [p for p in every if p.stem == own or named & set(_words(p.read_text("utf-8")))]
    asked = every if whole or not naming else naming
    return sorted(asked, key=lambda path: (path.stem != own, path not in naming, path))


def _words(text: str) -> Iterator[str]:
    word = ""
    for sign in text + " ":
        if sign.isalnum() or sign == "_":
            word += sign
        elif word:
            yield word
            word = ""


def noticed(copy: Path, files: Sequence[Path], seconds: float) -> bool:
    """Whether tests of the copy fail, or do not end in time."""
    child = os.fork()
    if child == 0:
        _run(copy, files)
    ended = time.monotonic() + seconds
    while time.monotonic() < ended:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status != 0
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _run(copy: Path, files: Sequence[Path]) -> None:
    """In a fork: run tests of the copy and end with their exit code."""
    os.setpgid(0, 0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1, 2):
        os.dup2(nothing, handle)
    os.chdir(copy)
    sys.path[:] = [str(copy / "src"), str(copy), *[p for p in sys.path if "segml" not in p]]
    os.environ["PYTHONPATH"] = str(copy / "src")
    pytest = importlib.import_module("pytest")
    plain = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly")
    os._exit(int(pytest.main([*plain, *map(str, files)])))


def main() -> None:
    """Draw, change, test, tell."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("room")
    parser.add_argument("--sample", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=600.0, help="begin no change after these")
    parser.add_argument("--whole", action="store_true", help="ask all of the room's tests")
    given = parser.parse_args()
    dice = Random(given.seed)  # noqa: S311 - a sample, no secret
    sys.dont_write_bytecode = True
    for name in HEAVY:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        kept = shutil.ignore_patterns(".git", ".venv", "*.pyc", "out", "mlruns*")
        shutil.copytree(ROOT, copy, ignore=kept)
        tell(copy, given, dice)


def tell(copy: Path, given: argparse.Namespace, dice: Random) -> None:
    """Make so many changes and print what became of them."""
    room = given.room
    places = changes(copy / "src" / "segml" / room)
    drawn = dice.sample(sorted(places), min(given.sample, len(places)))
    until = time.monotonic() + 60 * given.minutes
    made = survived = 0
    for place in drawn:
        if time.monotonic() > until:
            break
        change = dice.choice(places[place])
        module = change.module
        files = tests_of(module, copy / "tests" / room, whole=given.whole)
        was = module.read_text("utf-8")
        changed = mutate_code(was, get_operator(change.operator)(), change.occurrence)
        if changed is None or changed == was:
            continue
        module.write_text(changed, "utf-8")
        lives = not noticed(copy, files, WAIT_SECONDS)
        module.write_text(was, "utf-8")
        made, survived = made + 1, survived + lives
        if lives:
            lines = difflib.unified_diff(was.splitlines(), changed.splitlines(), lineterm="", n=1)
            print(f"survived: {room}/{module.name}:{change.line} {change.operator}")
            print("\n".join([*lines][2:]), flush=True)
        print(f"{made}: {'survived' if lives else 'noticed'}", file=sys.stderr, flush=True)
    print(f"{room}: {made - survived} of {made} changes noticed, of {len(places)} places in all")


if __name__ == "__main__":
    main()
