"""One planted defect of every rule of docs/ledger.md, and the check reports every one.

What goes together is planted in one ledger of all five tables (`planted_defects.yaml`); what
excludes the others stands in small ledgers of its own.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

import segml
from segml.cli.app import app
from segml.ledger.contract import TABLES

DOCUMENT = Path(__file__).parents[2] / "docs" / "ledger.md"

Planted = tuple[str, str, str]
"""Code, table, column."""

DEFECTS: dict[str, Any] = yaml.load(
    Path(__file__).with_name("planted_defects.yaml").read_text("utf-8"), yaml.BaseLoader
)
GOOD: dict[str, dict[str, str]] = DEFECTS["good"]
PLANTED: dict[str, dict[str, dict[str, str]]] = DEFECTS["planted"]
DAILY = [
    {"date": f"2024-02-{day:02}", "order_id": f"O100{day:02}", "product": f"100{day:02}"}
    for day in range(1, 29)
]
"""Good lines, so that there is a usual beginning of orders, a usual product, a usual rhythm."""
BEHIND = ("out_of_range", "in_future", "too_early")
"""Words that stand behind the column in a code; the others stand before it."""


def _code(what: str, column: str) -> str:
    return f"{column}_{what}" if what in BEHIND else f"{what}_{column}"


def _place(text: str) -> tuple[str, str]:
    table, _, column = text.partition(".")
    return table, column


def _planted_rows(table: str) -> Iterator[dict[str, str]]:
    own = {"clients": "client_id", "events": "event_id", "transactions": "order_id"}.get(table)
    places = [(column, what) for column, values in PLANTED[table].items() for what in values]
    for number, (column, what) in enumerate(places):
        row = GOOD[table] | ({own: f"O30{number:03}"} if own else {})
        follows = DEFECTS["follows"].get(f"{table}.{column}.{what}", {})
        yield row | follows | {column: PLANTED[table][column][what]}


def _text(table: str) -> str:
    """The table as CSV: good rows, planted ones, and a line that is no row."""
    made = io.StringIO()
    writer = csv.DictWriter(made, list(GOOD[table]), lineterminator="\n")
    writer.writeheader()
    daily = DAILY if table == "transactions" else []
    beside = [*daily, *DEFECTS["beside"][table]]
    writer.writerows([*(GOOD[table] | row for row in beside), *_planted_rows(table)])
    return made.getvalue() + "one,two\n"


def _written(folder: Path, tables: dict[str, str], **keys: Any) -> Path:
    ledger: dict[str, Any] = {"max_bad_share": 1.0, **keys.pop("ledger", {})}
    for table, text in tables.items():
        (folder / f"{table}.csv").write_text(text, "utf-8")
        ledger[table] = {"path": f"{table}.csv", **keys.pop(table, {})}
    config = folder / "segml.yaml"
    config.write_text(yaml.safe_dump({"portfolio": "planted", "ledger": ledger, **keys}), "utf-8")
    return config


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A ledger of all five tables with every defect that goes together with the others."""
    return _written(
        tmp_path,
        {table: _text(table) for table in GOOD},
        transactions={"where": "note is null or note <> 'skip'"},
        economics={"currency": "EUR"},
    )


def _expected() -> dict[Planted, int]:
    rules = {
        (_code(what, column), table, column): 1
        for table, columns in PLANTED.items()
        for column, values in columns.items()
        for what in values
    }
    beside = {
        (code, *_place(place)): int(count)
        for code, places in DEFECTS["found_beside"].items()
        for place, count in places.items()
    }
    return rules | beside


def _found(summary: dict[str, Any]) -> dict[Planted, int]:
    found = summary["findings"]
    assert len({(one["code"], one["table"], one["column"]) for one in found}) == len(found)
    return {(one["code"], one["table"], one["column"]): one["count"] for one in found}


def test_every_planted_defect_is_reported_with_its_place_and_count(config: Path) -> None:
    checked = segml.check(config)
    assert _found(checked.summary) == _expected()
    assert checked.exit_code == 3
    for table, counts in checked.check.counts.items():
        lines = _text(table).count("\n") - 1
        assert counts.read == lines == counts.kept + counts.quarantined + counts.filtered
        aside = checked.check.quarantine["table"].eq(table).sum()
        assert counts.quarantined == aside
    assert checked.check.counts["transactions"].filtered == 1


def test_each_row_that_breaks_one_rule_is_set_aside_with_that_code(config: Path) -> None:
    aside = segml.check(config).check.quarantine
    for table, columns in PLANTED.items():
        planted = [_code(what, column) for column, values in columns.items() for what in values]
        found = aside[aside["table"].eq(table)]["code"].tolist()
        others = [code for code in found if code not in planted]
        assert sorted(set(found) - set(others)) == sorted(planted)
        allowed = {"unreadable_line", "duplicate_client_id", "duplicate_event_id", "no_rate"}
        assert set(others) <= allowed


def test_the_command_reports_them_as_json_with_exit_code_3(
    config: Path,
) -> None:
    done = CliRunner().invoke(app, ["check", str(config), "--json"])
    assert done.exit_code == 3
    summary = json.loads(done.stdout)
    assert not summary["ok"]
    assert _found(summary) == _expected()


HEADS = {
    table.name: ",".join(c.name for c in table.columns if c.required) + "\n" for table in TABLES
}
LINE = HEADS["transactions"] + "a,2024-01-01,10\n"
NO_ROWS = {name: HEADS[name] for name in HEADS if name != "transactions"}
NO_COLUMNS = dict.fromkeys(HEADS, "colour\nred\n")
MIXED = "client_id,date,amount,currency\na,2024-01-01,1,EUR\na,2024-01-02,1,USD\n"
IDS = ("client_id", "order_id", "product")
FLOATS = (
    "client_id,date,amount,order_id,product\n1.0,2024-01-01,1,1.0,1.0\n2.0,2024-01-02,1,2.0,2.0\n"
)
AS_FLOATS = {"columns": {name: f"sql: cast({name} as double)" for name in IDS}}
REQUIRED = [(table.name, c.name) for table in TABLES for c in table.columns if c.required]
APART: dict[str, tuple[dict[str, str], dict[str, Any], dict[Planted, int]]] = {
    "no rows": (
        {**NO_ROWS, "transactions": HEADS["transactions"]},
        {},
        {("empty_ledger", "transactions", ""): 0}
        | {("empty_table", table, ""): 0 for table in NO_ROWS},
    ),
    "no columns": (NO_COLUMNS, {}, {("missing_column", *place): 0 for place in REQUIRED}),
    "two currencies": (
        {"transactions": MIXED},
        {},
        {("currency_undecided", "transactions", "currency"): 2},
    ),
    "dropped": (
        {"transactions": LINE + "a,2024-01-01,10\n"},
        {"ledger": {"duplicates": "drop"}},
        {("duplicate_line", "transactions", "client_id"): 1},
    ),
    "floats": (
        {"transactions": FLOATS},
        {"transactions": AS_FLOATS},
        {("float_ids", "transactions", name): 2 for name in IDS},
    ),
}


@pytest.mark.parametrize("name", list(APART))
def test_defects_that_exclude_the_others_are_reported_too(tmp_path: Path, name: str) -> None:
    tables, keys, expected = APART[name]
    checked = segml.check(_written(tmp_path, tables, **keys))
    found = _found(checked.summary)
    assert {place: found.get(place) for place in expected} == expected
    assert checked.exit_code == (0 if name in ("dropped", "floats") else 3)


def _documented() -> Iterator[tuple[str, set[Planted] | None]]:
    """Every code of the documented findings with its places; None where a row names none."""
    text = DOCUMENT.read_text("utf-8").partition("\n## Findings\n")[2]
    for code, about in re.findall(r"^\| `([^`]+)` \| [^|]+ \| ([^|]+) \|", text, re.MULTILINE):
        places = re.findall(r"`(\w+)(?:\.(\w+))?`", about)
        if not places or "any" in about:
            yield code, None
        else:
            yield (
                code,
                {(code.replace("<column>", column), table, column) for table, column in places},
            )


def test_the_planted_defects_are_those_of_the_documentation_and_no_other() -> None:
    planted = set(_expected()).union(*(expected for _, _, expected in APART.values()))
    planted -= {("duplicate_line", "transactions", "client_id")}
    planted |= {("duplicate_line", "transactions", "")}  # of the line, not of one column
    documented = dict(_documented())
    loose = {code for code, places in documented.items() if places is None}
    loose -= {
        "comma_numbers"
    }  # of a whole column, so of a ledger apart: tests/ledger/test_rules.py
    assert loose == {"missing_column", "empty_table", "unreadable_line", "unknown_columns"}
    places = set().union(*(one for one in documented.values() if one is not None))
    assert places == {one for one in planted if one[0] not in loose}
    assert loose == {one[0] for one in planted} & loose
