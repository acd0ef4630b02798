"""docs/benchmarks.md and the curve of docs/spark.md as their makers write them.

Of the first a section is a benchmark, with a part for each run.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from benchmarks import spark_page
from benchmarks.page import page

DOCS = Path(__file__).parents[2] / "docs"
BENCHMARKS = DOCS.parent / "benchmarks"


def record(given: str, name: str, text: str) -> dict[str, Any]:
    """A run of one benchmark as `--json` writes it."""
    result = {"label": "took", "text": text, "bound": "< 9 s"}
    return {"given": given, "environment": ["a machine"], "benchmarks": {name: [result]}}


def test_runs_of_one_benchmark_stand_together_each_under_its_settings() -> None:
    told = page(
        [
            record("SEGML_BENCH_DAYS=150 ", "forecasts", "1 s"),
            record("", "cdnow", "2 s"),
            record("SEGML_BENCH_DAYS=162 ", "forecasts", "3 s"),
        ]
    )
    heads = re.findall(r"^##+ .*", told, re.MULTILINE)
    assert heads == [
        "## forecasts",
        "### forecasts: SEGML_BENCH_DAYS=150",
        "### forecasts: SEGML_BENCH_DAYS=162",
        "## cdnow",
    ]
    assert told.count("Forecasts on a real ledger") == 1
    later = told.partition("### forecasts: SEGML_BENCH_DAYS=162")[2].partition("## cdnow")[0]
    assert "    SEGML_BENCH_DAYS=162 python -m benchmarks forecasts\n" in later
    assert "| took | 3 s | < 9 s |" in later
    assert "1 s" not in later
    assert "    python -m benchmarks cdnow\n\n    a machine\n\n" in told


def test_each_benchmark_can_be_made_a_page_of() -> None:
    code = (DOCS.parent / "benchmarks" / "__main__.py").read_text("utf-8")
    names = re.findall(r"^    \"(\w+)\": \w+,", code, re.MULTILINE)
    assert len(names) > 15
    assert [name for name in names if find_spec(f"benchmarks.{name}") is None] == []


def test_no_heading_of_the_page_stands_twice() -> None:
    heads = re.findall(r"^##+ .*", (DOCS / "benchmarks.md").read_text("utf-8"), re.MULTILINE)
    assert [head for head, count in Counter(heads).items() if count > 1] == []
    assert len(heads) > 10


def _measured(label: str, value: float | str) -> dict[str, float | str]:
    return {"label": label, "value": value}


CURVE = [
    _measured("clients, lines", "10, 2,000,000"),
    _measured("duckdb, 2.0 million lines: features, wall", 1.5),
    _measured("duckdb, 2.0 million lines: features, CPU", 2.5),
    _measured("duckdb, 2.0 million lines: features, peak memory", 512.0),
    _measured("all_spark, 2.0 million lines: features, wall", 15.0),
    _measured("all_spark, 2.0 million lines: features, CPU", 25.0),
    _measured("all_spark, 2.0 million lines: features, peak memory", 2048.0),
    _measured("all_spark, 2.0 million lines: features, spilled", 64.0),
    _measured("duckdb: features, 10 billion lines, if so", 16.0),
]


def test_the_curve_of_spark_is_told_as_it_was_measured() -> None:
    measured, beyond = "\n".join(spark_page.table(spark_page.Curve.of(CURVE))).split("\n\n")
    assert measured.splitlines()[2:] == [
        "| 10, 2,000,000 | DuckDB | features | 1.5 s | 2.5 s | 0.5 GiB | nothing |",
        "| 10, 2,000,000 | Spark | features | 15.0 s | 25.0 s | 2.0 GiB | 64 MiB |",
    ]
    assert beyond.splitlines()[2:] == ["| DuckDB: features | 16.0 | 16.0 | 2.0 |"]


def test_of_spark_s_page_the_curve_alone_is_replaced() -> None:
    text = spark_page.PAGE.read_text("utf-8")
    made = spark_page.replaced(text, "new")
    before, _, rest = text.partition(spark_page.BEGIN)
    after = rest.partition(spark_page.END)[2]
    assert made == f"{before}{spark_page.BEGIN}\n\nnew\n\n{spark_page.END}{after}"
    with pytest.raises(SystemExit, match="marks"):
        spark_page.replaced("no marks", "new")


def _scripts() -> Iterator[tuple[str, ast.AST]]:
    """The scripts that benchmarks hand to new processes as texts, parsed."""
    for path in sorted(BENCHMARKS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and text.startswith(("\nimport ", "\nfrom ")):
                yield path.name, ast.parse(text)


def test_what_benchmarks_hand_to_new_processes_imports_what_there_is() -> None:
    scripts = list(_scripts())
    assert len({name for name, _ in scripts}) > 3
    for name, script in scripts:
        for node in ast.walk(script):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("segml"):
                found = import_module(str(node.module))
                lacking = [each.name for each in node.names if not hasattr(found, each.name)]
                assert not lacking, f"{name}: {node.module} has no {lacking}"
