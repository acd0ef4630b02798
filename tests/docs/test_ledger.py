"""docs/ledger.md against the contract and every code that a finding can have."""

from __future__ import annotations

import ast
import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from segml import ledger, read_settings
from segml.ledger import date_of, day_of, open_ledger
from segml.ledger.contract import CONTACT_KINDS, EVENT_KINDS, SCOPES, TABLES
from segml.ledger.duplicates import duplicate_line_rule
from segml.ledger.outer_rules import duplicate_id_rules, future_date_rules, no_rate_rule
from segml.ledger.quarantine import UNREADABLE
from segml.ledger.rules import Rule, row_rules
from segml.ledger.traps import TRAPS

PAGE = Path(__file__).parents[2] / "docs" / "ledger.md"
SEVERITIES = ("error", "warning", "info")
MAKERS = ("Finding", "noted", "_finding")


def _rules() -> Iterator[tuple[str, Rule]]:
    for table in TABLES:
        present = frozenset(table.names)
        outer = (*future_date_rules(table, present, 0), *duplicate_id_rules(table, present))
        for rule in (*row_rules(table, present), *outer):
            yield table.name, rule
    yield "transactions", no_rate_rule("EUR", ())
    yield "transactions", duplicate_line_rule()


def _pattern(rule: Rule) -> str:
    if rule.code.startswith("duplicate_"):
        return rule.code
    return rule.code.replace(rule.column, "<column>")


def _texts(node: ast.AST) -> list[str]:
    found = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
    return [text for text in found if isinstance(text, str)]


def _code_of(call: ast.Call) -> ast.expr | None:
    named = next((word.value for word in call.keywords if word.arg == "code"), None)
    return named if named is not None else (call.args[0] if call.args else None)


def _made_codes() -> dict[str, set[str]]:
    """Every code that the room's sources hand to a maker of findings, with its severities."""
    made: dict[str, set[str]] = {}
    for file in sorted(Path(str(ledger.__file__)).parent.glob("*.py")):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(call, ast.Call) or ast.unparse(call.func) not in MAKERS:
                continue
            code = _code_of(call)
            names = [UNREADABLE] if ast.unparse(code) == "UNREADABLE" else _texts(code)
            stated = [text for text in _texts(call) if text in SEVERITIES] or ["info"]
            for place, name in enumerate(names):
                one = stated[place] if isinstance(code, ast.IfExp) else None
                made.setdefault(name, set()).update([one] if one else stated)
    return made


@pytest.fixture(scope="module")
def findings(tables: Callable[[str], Any]) -> dict[str, dict[str, str]]:
    rows = tables("ledger.md")["Findings"][0]
    by_code = {row["Code"].strip("`"): row for row in rows}
    assert len(by_code) == len(rows)
    return by_code


def _severities(row: dict[str, str]) -> set[str]:
    return {word for word in SEVERITIES if re.search(rf"\b{word}\b", row["Severity"])}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_columns_are_the_contracts(tables: Callable[[str], Any], table: Any) -> None:
    rows = tables("ledger.md")[table.name][0]
    assert [row["Column"].strip("`") for row in rows] == list(table.names)
    for row, column in zip(rows, table.columns, strict=True):
        assert row["Type"] == column.kind
        assert (row["Required"] == "yes") is column.required
        assert ("not negative" in row["Meaning and rule"]) is column.not_negative


def test_every_code_is_documented_and_no_other(findings: dict[str, Any]) -> None:
    known = {_pattern(rule) for _, rule in _rules()} | {trap.code for trap in TRAPS}
    assert set(findings) == known | set(_made_codes())


def test_the_reader_of_sources_finds_codes_of_every_maker() -> None:
    made = _made_codes()
    assert {"missing_column", "odd_products", "currency_blank", "prospects"} <= set(made)
    assert made["empty_ledger"] == {"error"}
    assert made["empty_table"] == {"warning"}
    assert made[UNREADABLE] == {"error", "warning"}


def test_each_codes_severities_are_the_codes(findings: dict[str, Any]) -> None:
    for code, severities in _made_codes().items():
        assert _severities(findings[code]) == severities, code
    for _, rule in _rules():
        expected = {"error"} if rule.always_error else {"warning", "error"}
        assert _severities(findings[_pattern(rule)]) == expected, rule.code
    for trap in TRAPS:
        assert _severities(findings[trap.code]) == {trap.severity}, trap.code


def test_each_rule_names_the_columns_it_is_about(
    findings: dict[str, Any], codes: Callable[[str], list[str]]
) -> None:
    about: dict[str, set[str]] = {}
    for table, rule in _rules():
        about.setdefault(_pattern(rule), set()).add(f"{table}.{rule.column}")
    about["duplicate_line"] = {"transactions"}
    for pattern, columns in about.items():
        assert set(codes(findings[pattern]["About"])) == columns, pattern
    for trap in TRAPS:
        where = f"transactions.{trap.column}" if trap.column else "transactions"
        assert codes(findings[trap.code]["About"]) == [where]


@pytest.mark.parametrize(
    ("heading", "known"),
    [("interactions", CONTACT_KINDS), ("events", EVENT_KINDS), ("events", SCOPES)],
)
def test_the_kinds_and_scopes_that_are_read_are_named(
    tables: Callable[[str], Any], heading: str, known: tuple[str, ...]
) -> None:
    cells = " ".join(row["Meaning and rule"] for row in tables("ledger.md")[heading][0])
    assert all(f"`{name}`" in cells for name in known)


def test_a_prepaid_year_is_spread_as_its_example_says(tmp_path: Path) -> None:
    (text,) = re.findall(
        r"Bills for a term ahead.*?```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL
    )
    (tmp_path / "segml.yaml").write_text(text, "utf-8")
    ahead = dt.date.today() + dt.timedelta(days=1)
    (tmp_path / "bills.csv").write_text(
        "client_id,bill,begins,months,amount\n"
        f"a,1,2023-01-31,12,1200\nb,2,2024-05-01,1,70\nc,3,{ahead},12,600\n"
    )
    plan = read_settings(tmp_path / "segml.yaml").plan
    with open_ledger(plan.ledger, plan.economics) as opened:
        found = opened.past(day_of(ahead) + 400).frame(
            "select client_id, day, amount from {lines} join {clients} using (client)"
        )
    months = [f"2023-{month:02}" for month in range(1, 13)]
    assert list(found["client_id"].value_counts().items()) == [("a", 12), ("b", 1)]
    mine = found[found["client_id"] == "a"].sort_values("day")
    assert [str(date_of(day))[:7] for day in mine["day"]] == months
    assert mine["amount"].tolist() == [100.0] * 12
