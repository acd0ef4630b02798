"""How long it takes to begin: the help page, and what the heavy imports cost."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.process import median, run

RUNS = 5
IMPORTS = ("segml", "segml.cli.app", "segml.flows.score", "mlflow", "shap")


def start() -> Iterator[tuple[str, str]]:
    bare = median([run("-c", "pass").seconds for _ in range(RUNS)])
    yield "python -c pass, median", f"{bare:.2f} s"
    helped = median([run("-m", "segml", "--help").seconds for _ in range(RUNS)])
    yield "segml --help, median", f"{helped:.2f} s"
    for name in IMPORTS:
        code = f"import {name}"
        taken = median([run("-W", "ignore", "-c", code).seconds for _ in range(RUNS)])
        yield f"import {name}, less a bare start", f"{taken - bare:.2f} s"
