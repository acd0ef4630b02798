"""What is worth knowing of interactions, invoices and events, alone and beside the lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from segml.ledger import Check

LINES = (
    "client_id,date,amount,category,product\n"
    "a,2011-01-01,10,tea,green\nb,2011-02-01,10,ink,blue\nb,2011-03-01,10,ink,blue\n"
)
CLIENTS = "client_id,region,industry,manager\na,North,food,Ann\np,South,print,Bob\n"
CONTACTS = "client_id,date,kind,resolved_on,outcome\n"
BILLS = "client_id,issued_on,due_on,amount,paid_on\n"
EVENTS = "event_id,date,kind,scope,scope_value,magnitude\n"


def _about(check: Check, code: str) -> list[tuple[str, str, str, int, int]]:
    return [
        (one.severity, one.table, one.column, one.count, one.total)
        for one in check.findings.of(code)
    ]


def test_clients_that_nobody_lists_are_counted_in_each_table(
    checked: Callable[..., Check],
) -> None:
    contacts = CONTACTS + "a,2011-03-01,call,,\nx,2011-03-01,call,,\nx,2011-03-01,call,,\n"
    bills = BILLS + "p,2011-03-01,2011-04-01,1,\ny,2011-03-01,2011-04-01,1,\n"
    check = checked(LINES, CLIENTS, interactions=contacts, invoices=bills)
    assert _about(check, "unknown_clients") == [
        ("warning", "interactions", "client_id", 1, 2),
        ("warning", "invoices", "client_id", 1, 2),
    ]


def test_a_table_that_ends_before_the_lines_do_is_named_with_its_days(
    checked: Callable[..., Check],
) -> None:
    contacts = CONTACTS + "a,2011-02-21,call,,\n"
    at_bound = CONTACTS + "a,2011-02-22,call,,\n"
    bills = BILLS + "a,2011-01-30,2011-12-01,1,\n"
    check = checked(LINES, interactions=contacts, invoices=bills, stale_after_days=7)
    assert _about(check, "ends_early") == [
        ("warning", "interactions", "date", 8, 8),
        ("warning", "invoices", "issued_on", 30, 30),
    ]
    assert "2011-01-30" in check.findings.of("ends_early")[1].message
    assert not checked(LINES, interactions=at_bound, stale_after_days=7).findings.of("ends_early")


def test_a_table_written_once_a_month_ends_early_when_a_month_is_missing(
    checked: Callable[..., Check],
) -> None:
    months = ["2010-07-31", "2010-08-31", "2010-09-30", "2010-10-31", "2010-11-30", "2010-12-31"]
    bills = BILLS + "".join(f"a,{each},2011-12-01,1,\n" * 2 for each in [*months, "2011-01-31"])
    lines = LINES.replace("2011-03-01", "2011-02-28")
    assert not checked(lines, invoices=bills, stale_after_days=7).findings.of("ends_early")
    late = LINES.replace("2011-03-01", "2011-03-20")
    (found,) = checked(late, invoices=bills, stale_after_days=7).findings.of("ends_early")
    assert "48 days before the last line" in found.message
    assert "Allowed: 37 days" in found.message


def test_a_line_dated_years_after_all_others_makes_no_table_end_early(
    checked: Callable[..., Check],
) -> None:
    days = pd.date_range("2011-01-01", "2011-03-01")
    lines = "client_id,date,amount\n" + "".join(f"a,{day:%Y-%m-%d},1\n" for day in days)
    contacts = CONTACTS + "a,2011-02-22,call,,\n"
    check = checked(lines + "a,2032-01-01,1\n", interactions=contacts, stale_after_days=7)
    assert check.findings.of("isolated_dates")
    assert not check.findings.of("ends_early")
    true = lines + "a,2011-03-09,1\n"
    assert checked(true, interactions=contacts, stale_after_days=7).findings.of("ends_early")


def test_rows_that_were_set_aside_do_not_make_a_table_end_later(
    checked: Callable[..., Check],
) -> None:
    contacts = CONTACTS + "a,2011-01-01,call,,\n,2011-03-01,call,,\n"
    check = checked(LINES, interactions=contacts, max_bad_share=1.0)
    assert check.findings.of("ends_early")[0].count == 59


def test_kinds_that_no_feature_reads_are_named_with_the_nearest(
    checked: Callable[..., Check],
) -> None:
    contacts = CONTACTS + "a,2011-03-01,Complaint,,\na,2011-03-01,complain,,\n" * 2
    events = EVENTS + "e,2011-01-01,party,all,,\nf,2011-01-01,policy_change,all,,\n"
    check = checked(LINES, interactions=contacts, events=events)
    assert _about(check, "unknown_kinds") == [
        ("info", "interactions", "kind", 2, 4),
        ("info", "events", "kind", 1, 2),
    ]
    contact, event = (one.message for one in check.findings.of("unknown_kinds"))
    assert "`complain` (2, did you mean `complaint`?)" in contact
    assert "`party` (1)" in event


def test_an_outcome_without_a_day_is_counted(checked: Callable[..., Check]) -> None:
    contacts = (
        CONTACTS + "a,2011-03-01,complaint,2011-03-02,upheld\na,2011-03-01,complaint,,rejected\n"
        "a,2011-03-01,complaint,,\n"
    )
    check = checked(LINES, interactions=contacts)
    assert _about(check, "undated_outcome") == [("warning", "interactions", "outcome", 1, 2)]


def test_price_changes_of_unknown_and_of_absurd_size_are_counted(
    checked: Callable[..., Check],
) -> None:
    events = (
        EVENTS + "e,2011-01-01,price_change,all,,\nf,2011-01-01,Price_Change,all,,8\n"
        "g,2011-01-01,price_change,all,,-1\nh,2011-01-01,policy_change,all,,50\n"
    )
    check = checked(LINES, events=events)
    assert _about(check, "no_magnitude") == [("warning", "events", "magnitude", 1, 3)]
    assert _about(check, "large_magnitude") == [("warning", "events", "magnitude", 1, 3)]


REACHED = [
    *("category,tea", "product,blue", "region,South", "industry,food", "Manager,Ann"),
    "all,",
]
UNREACHED = ["category,Tea", "product,tea", "region,West", "industry,ink", "manager,ann"]


@pytest.mark.parametrize(("scope", "counts"), [(REACHED, []), (UNREACHED, [(5, 5)])])
def test_an_event_that_reaches_nobody_is_counted(
    checked: Callable[..., Check], scope: list[str], counts: list[Any]
) -> None:
    rows = [f"e{n},2011-01-01,policy_change,{one},\n" for n, one in enumerate(scope)]
    check = checked(LINES, CLIENTS, events=EVENTS + "".join(rows))
    found = [(one.count, one.total) for one in check.findings.of("unreached_scope")]
    assert found == counts


def test_tables_that_fit_the_lines_have_no_finding(checked: Callable[..., Check]) -> None:
    check = checked(
        LINES,
        CLIENTS,
        interactions=CONTACTS + "a,2011-03-01,complaint,2011-03-02,upheld\n",
        invoices=BILLS + "a,2011-03-01,2011-03-31,10,\n",
        events=EVENTS + "e,2011-01-01,price_change,category,tea,0.08\n",
    )
    assert {one.code for one in check.findings} == {"prospects", "unlisted_clients"}
