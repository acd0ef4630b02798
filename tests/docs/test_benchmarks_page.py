"""docs/benchmarks.md as its maker writes it: one section a benchmark, a part for each run."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.page import page

DOCS = Path(__file__).parents[2] / "docs"


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


def test_no_heading_of_the_page_stands_twice() -> None:
    heads = re.findall(r"^##+ .*", (DOCS / "benchmarks.md").read_text("utf-8"), re.MULTILINE)
    assert [head for head, count in Counter(heads).items() if count > 1] == []
    assert len(heads) > 10
