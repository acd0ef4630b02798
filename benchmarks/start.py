"""How long it takes to begin: the help page, and what the heavy imports cost."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.process import median, run
from benchmarks.result import Result

RUNS = 5
IMPORTS = ("segml", "segml.cli.app", "segml.flows.score", "mlflow", "shap")


def start() -> Iterator[Result]:
    bare = median([run("-c", "pass").seconds for _ in range(RUNS)])
    yield Result("python -c pass, median", bare, "s")
    helped = median([run("-m", "segml", "--help").seconds for _ in range(RUNS)])
    yield Result("segml --help, median", helped, "s")
    for name in IMPORTS:
        code = f"import {name}"
        taken = median([run("-W", "ignore", "-c", code).seconds for _ in range(RUNS)])
        yield Result(f"import {name}, less a bare start", taken - bare, "s")
