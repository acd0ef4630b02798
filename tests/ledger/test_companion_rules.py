"""The rules of interactions, invoices and events: what breaks one is quarantined with its code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from segml.ledger import Check, day_of
from segml.ledger.contract import EVENTS, INTERACTIONS, INVOICES
from segml.ledger.outer_rules import future_date_rules
from segml.ledger.rules import row_rules

LINES = "client_id,date,amount,category\na,2011-01-01,10,tea\n"

TABLES = {
    "interactions": "client_id,date,kind,minutes,cost,resolved_on,outcome\n",
    "invoices": "client_id,issued_on,due_on,amount,paid_on\n",
    "events": "event_id,date,kind,scope,scope_value,magnitude,description\n",
}
GOOD = {
    "interactions": "a,2011-01-01,complaint,30,5,2011-01-04,upheld\n",
    "invoices": "a,2011-01-01,2011-01-31,10,2011-02-01\n",
    "events": "e,2011-01-01,price_change,category,tea,0.08,dearer\n",
}
RULES = [
    ("interactions", "missing_client_id", ",2011-01-01,call,30,5,,"),
    ("interactions", "missing_date", "a,,call,30,5,,"),
    ("interactions", "bad_date", "a,2011-02-30,call,30,5,,"),
    ("interactions", "ambiguous_date", "a,03/04/2011,call,30,5,,"),
    ("interactions", "date_out_of_range", "a,1066-10-14,call,30,5,,"),
    ("interactions", "date_in_future", "a,2011-06-03,call,30,5,,"),
    ("interactions", "missing_kind", "a,2011-01-01,,30,5,,"),
    ("interactions", "bad_minutes", "a,2011-01-01,call,half an hour,5,,"),
    ("interactions", "minutes_out_of_range", "a,2011-01-01,call,1000001,5,,"),
    ("interactions", "negative_minutes", "a,2011-01-01,call,-1,5,,"),
    ("interactions", "bad_cost", "a,2011-01-01,call,30,dear,,"),
    ("interactions", "cost_out_of_range", "a,2011-01-01,call,30,2e13,,"),
    ("interactions", "negative_cost", "a,2011-01-01,call,30,-1,,"),
    ("interactions", "bad_resolved_on", "a,2011-01-01,call,30,5,soon,"),
    ("interactions", "ambiguous_resolved_on", "a,2011-01-01,call,30,5,03/04/2011,"),
    ("interactions", "resolved_on_out_of_range", "a,2011-01-01,call,30,5,2101-01-01,"),
    ("interactions", "resolved_on_too_early", "a,2011-01-01,call,30,5,2010-12-31,"),
    ("interactions", "unknown_outcome", "a,2011-01-01,call,30,5,2011-01-02,perhaps"),
    ("invoices", "missing_client_id", ",2011-01-01,2011-01-31,10,"),
    ("invoices", "missing_issued_on", "a,,2011-01-31,10,"),
    ("invoices", "bad_issued_on", "a,then,2011-01-31,10,"),
    ("invoices", "ambiguous_issued_on", "a,03/04/2010,2011-01-31,10,"),
    ("invoices", "issued_on_out_of_range", "a,1066-10-14,2011-01-31,10,"),
    ("invoices", "issued_on_in_future", "a,2011-06-03,2011-07-31,10,"),
    ("invoices", "missing_due_on", "a,2011-01-01,,10,"),
    ("invoices", "bad_due_on", "a,2011-01-01,at once,10,"),
    ("invoices", "ambiguous_due_on", "a,2011-01-01,03/04/2011,10,"),
    ("invoices", "due_on_out_of_range", "a,2011-01-01,2101-01-01,10,"),
    ("invoices", "due_on_too_early", "a,2011-01-01,2010-12-31,10,"),
    ("invoices", "missing_amount", "a,2011-01-01,2011-01-31,,"),
    ("invoices", "bad_amount", "a,2011-01-01,2011-01-31,ten,"),
    ("invoices", "amount_out_of_range", "a,2011-01-01,2011-01-31,-2e13,"),
    ("invoices", "bad_paid_on", "a,2011-01-01,2011-01-31,10,no"),
    ("invoices", "ambiguous_paid_on", "a,2011-01-01,2011-01-31,10,03/04/2011"),
    ("invoices", "paid_on_out_of_range", "a,2011-01-01,2011-01-31,10,1066-10-14"),
    ("events", "missing_event_id", ",2011-01-01,policy_change,all,,,"),
    ("events", "missing_date", "f,,policy_change,all,,,"),
    ("events", "bad_date", "f,soon,policy_change,all,,,"),
    ("events", "ambiguous_date", "f,03/04/2011,policy_change,all,,,"),
    ("events", "date_out_of_range", "f,1066-10-14,policy_change,all,,,"),
    ("events", "missing_kind", "f,2011-01-01,,all,,,"),
    ("events", "missing_scope", "f,2011-01-01,policy_change,,,,"),
    ("events", "unknown_scope", "f,2011-01-01,policy_change,galaxy,milky way,,"),
    ("events", "missing_scope_value", "f,2011-01-01,policy_change,region,,,"),
    ("events", "bad_magnitude", "f,2011-01-01,policy_change,all,,much,"),
    ("events", "magnitude_out_of_range", "f,2011-01-01,policy_change,all,,1e7,"),
]
TODAY = day_of(dt.date(2011, 6, 1))


def _given(table: str, row: str) -> dict[str, Any]:
    return {table: TABLES[table] + GOOD[table] + row + "\n"}


@pytest.mark.parametrize(("table", "code", "row"), RULES)
def test_a_row_that_breaks_a_rule_is_quarantined_with_its_code(
    checked: Callable[..., Check], table: str, code: str, row: str
) -> None:
    check = checked(LINES, **_given(table, row), max_bad_share=0.9, today=TODAY)
    assert check.quarantine[["table", "code", "row"]].values.tolist() == [[table, code, 2]]
    (finding,) = check.findings.of(code)
    assert (finding.table, finding.severity, finding.count, finding.total) == (
        *(table, "warning", 1, 2),
    )
    assert "Allowed: " in finding.message
    assert "Next: " in finding.message
    counts = check.counts[table]
    assert (counts.read, counts.kept, counts.quarantined, counts.filtered) == (2, 1, 1, 0)


def test_every_row_rule_of_these_tables_is_tried_here() -> None:
    rules = {
        (table.name, rule.code)
        for table in (INTERACTIONS, INVOICES, EVENTS)
        for rule in (
            *row_rules(table, frozenset(table.names)),
            *future_date_rules(table, frozenset(table.names), TODAY),
        )
    }
    assert rules == {(table, code) for table, code, _ in RULES}


@pytest.mark.parametrize("table", list(TABLES))
def test_good_rows_break_no_rule(checked: Callable[..., Check], table: str) -> None:
    check = checked(LINES, **{table: TABLES[table] + GOOD[table]}, today=TODAY)
    assert check.findings.errors == ()
    assert check.quarantine.empty


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("invoices", "a,2011-01-01,2031-01-31,10,"),
        ("invoices", "a,2011-01-01,2011-01-31,-10,"),
        ("events", "f,2031-01-01,Product_Launch,ALL,,,"),
        ("interactions", "a,2011-06-02,VISIT,0,0,2011-06-02,Rejected"),
        ("interactions", "a,2011-01-01,party,,,,"),
    ],
    ids=["due later", "credit note", "announced", "tomorrow", "another kind"],
)
def test_what_the_contract_allows_is_kept(
    checked: Callable[..., Check], table: str, row: str
) -> None:
    check = checked(LINES, **_given(table, row), today=TODAY)
    assert check.quarantine.empty


def test_two_rows_of_one_event_are_both_set_aside(checked: Callable[..., Check]) -> None:
    events = TABLES["events"] + GOOD["events"] * 2 + "f,2011-01-01,policy_change,all,,,\n"
    check = checked(LINES, events=events, max_bad_share=0.9)
    assert check.quarantine["code"].tolist() == ["duplicate_event_id"] * 2
    assert check.counts["events"].kept == 1
    assert checked(LINES, events=events).findings.of("duplicate_event_id")[0].severity == "error"


def test_an_event_with_a_scope_needs_a_value_though_there_be_no_such_column(
    checked: Callable[..., Check],
) -> None:
    events = "event_id,date,kind,scope\ne,2011-01-01,policy_change,region\n"
    check = checked(LINES, events=events, max_bad_share=1.0)
    assert check.quarantine["code"].tolist() == ["missing_scope_value"]


@pytest.mark.parametrize("table", list(TABLES))
def test_a_missing_required_column_is_an_error(checked: Callable[..., Check], table: str) -> None:
    check = checked(LINES, **{table: "colour\nred\n"})
    missing = [one for one in check.findings.of("missing_column") if one.table == table]
    required = {"interactions": 3, "invoices": 4, "events": 4}[table]
    assert [one.severity for one in missing] == ["error"] * required


@pytest.mark.parametrize("table", list(TABLES))
def test_a_table_without_rows_is_a_warning(checked: Callable[..., Check], table: str) -> None:
    check = checked(LINES, **{table: TABLES[table]})
    assert [one.severity for one in check.findings.of("empty_table")] == ["warning"]
    assert check.findings.errors == ()
