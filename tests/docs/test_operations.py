"""docs/operations.md against the refusals, the suites it names and the signs of life."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.docs.test_errors import tree

from segml.stores import Pulse
from segml.words.errors import Refusal

ROOT = Path(__file__).parents[2]


def test_every_exit_code_asks_something_of_who_is_on_call(tables: Callable[[str], Any]) -> None:
    rows = tables("operations.md")["What each exit code asks of you"][0]
    stated = [code for row in rows for code in row["Code"].split(", ")]
    refused = {kind.exit_code for kind in tree(Refusal)}
    assert stated == [*map(str, sorted({0, 2} | refused)), "130", "137", "143"]
    assert all(row["It means"] and row["Wake somebody?"] for row in rows)


def test_each_full_count_is_of_a_variable_that_its_suite_reads(
    tables: Callable[[str], Any],
) -> None:
    rows = tables("operations.md")["Killed, run twice, run at once"][0]
    assert len(rows) > 5
    for row in rows:
        command = row["Command"]
        suites = [ROOT / path for path in re.findall(r"tests/\S+\.py", command)]
        for name in re.findall(r"(SEGML_\w+)=", command):
            read = suites or sorted((ROOT / "benchmarks").glob("*.py"))
            assert any(f'"{name}"' in path.read_text("utf-8") for path in read), command
        assert all(path.is_file() for path in suites), command


def test_the_heartbeat_has_the_keys_that_are_told(
    tables: Callable[[str], Any], tmp_path: Path
) -> None:
    signs = tables("operations.md")["Signs of life"]
    started = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    pulse = Pulse(folder=tmp_path, portfolio="shop", command="score", run_id="1", started=started)
    pulse.beat("done", 0)
    told = re.findall(r"`(\w+)`", " ".join(row["Key"] for row in signs[0]))
    assert sorted(json.loads(pulse.heartbeat.read_text("utf-8"))) == sorted(told)
    pulse.counts = {
        ("rows_read", "table", "transactions"): 2.0,
        ("rows_quarantined", "table", "transactions"): 1.0,
        ("clients", "status", "active"): 1.0,
        ("warnings", "code", "no_rate"): 1.0,
        ("drift_beyond", "subject", "volume"): 1.0,
        ("model_age_days", "version", "one"): 1.0,
    }
    pulse.end(0, {"score": 1.0})
    figures = re.findall(r"^(segml_\w+)\{", pulse.metrics.read_text("utf-8"), re.MULTILINE)
    stated = re.findall(r"`(\w+)`", " ".join(row["Figure"] for row in signs[1]))
    assert sorted(set(figures)) == sorted(stated)
