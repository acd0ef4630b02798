"""Each fact is seen from the day on that it was known, and a past never changes afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from segml.ledger import Ledger, Past, day_of

LINES = "client_id,date,amount\na,2011-01-01,10\nb,2011-01-02,10\na,2011-06-30,10\n"
CLIENTS = "client_id,left_on,left_reason\na,2011-03-10,went broke\nb,,says a rumour\n"
CONTACTS = (
    "client_id,date,kind,minutes,resolved_on,outcome\n"
    "a,2011-03-01,complaint,30,2011-03-10,upheld\nb,2011-03-01,complaint,30,,rejected\n"
)
BILLS = (
    "client_id,issued_on,due_on,amount,paid_on\n"
    "a,2011-03-01,2011-03-31,100,2011-03-10\nb,2011-03-01,2011-03-31,50,\n"
)
EVENTS = (
    "event_id,date,kind,scope,scope_value,magnitude\n"
    "e,2011-03-10,price_change,all,,0.08\nf,2031-01-01,policy_change,all,,\n"
)
BEFORE, ON, AFTER = (dt.date(2011, 3, day) for day in (1, 10, 11))


@pytest.fixture
def whole(opened: Callable[..., Ledger]) -> Ledger:
    return opened(LINES, CLIENTS, interactions=CONTACTS, invoices=BILLS, events=EVENTS)


def rows(past: Past, sql: str) -> list[list[Any]]:
    frame = past.frame(sql)
    return frame.astype(object).where(frame.notna(), None).values.tolist()


def test_a_row_is_seen_from_the_day_after_its_own(whole: Ledger) -> None:
    counts = "SELECT (SELECT count(*) FROM {interactions}), (SELECT count(*) FROM {invoices})"
    assert rows(whole.past(BEFORE), counts) == [[0, 0]]
    assert rows(whole.past(dt.date(2011, 3, 2)), counts) == [[2, 2]]


@pytest.mark.parametrize(
    ("day", "seen"),
    [(ON, [None, None]), (AFTER, [day_of(ON), "upheld"])],
    ids=["the day", "the day after"],
)
def test_a_complaint_resolved_later_is_open_and_has_no_outcome(
    whole: Ledger, day: dt.date, seen: list[Any]
) -> None:
    sql = "SELECT resolved_day, outcome FROM {interactions} ORDER BY client"
    assert rows(whole.past(day), sql) == [seen, [None, None]]


def test_an_outcome_without_a_day_is_never_used(whole: Ledger) -> None:
    sql = "SELECT outcome FROM {interactions} WHERE client = 1"
    assert rows(whole.past(99_999), sql) == [[None]]


@pytest.mark.parametrize(("day", "paid"), [(ON, None), (AFTER, day_of(ON))])
def test_an_invoice_paid_later_is_unpaid(whole: Ledger, day: dt.date, paid: int | None) -> None:
    assert rows(whole.past(day), "SELECT paid_day FROM {invoices} ORDER BY client") == [
        *([paid], [None]),
    ]


def test_an_invoice_is_known_from_its_issue_and_its_due_day_may_lie_ahead(whole: Ledger) -> None:
    (first, _) = rows(whole.past(dt.date(2011, 3, 2)), "SELECT due_day, amount FROM {invoices}")
    assert first == [day_of(dt.date(2011, 3, 31)), 100.0]


@pytest.mark.parametrize(("day", "left"), [(ON, [None, None]), (AFTER, [day_of(ON), "went broke"])])
def test_a_client_that_leaves_later_has_not_left(
    whole: Ledger, day: dt.date, left: list[Any]
) -> None:
    sql = "SELECT left_day, left_reason FROM {clients} ORDER BY client"
    assert rows(whole.past(day), sql) == [left, [None, None]]


def test_an_announced_event_counts_from_its_date(whole: Ledger) -> None:
    sql = "SELECT event_id FROM {events} ORDER BY event_id"
    assert rows(whole.past(ON), sql) == []
    assert rows(whole.past(AFTER), sql) == [["e"]]
    assert rows(whole.past(dt.date(2031, 1, 2)), sql) == [["e"], ["f"]]


def test_the_future_shows_contacts_of_its_horizon_and_what_was_known_by_its_end(
    whole: Ledger,
) -> None:
    future = whole.future(dt.date(2011, 3, 1), gap_days=0, horizon_days=9)
    sql = "SELECT (SELECT count(*) FROM {interactions}), (SELECT count(paid_day) FROM {invoices})"
    assert future.frame(sql).values.tolist() == [[2, 0]]
    later = whole.future(dt.date(2011, 3, 2), gap_days=0, horizon_days=9)
    assert later.frame(sql).values.tolist() == [[0, 1]]


def test_who_only_complained_or_was_billed_is_known_from_then(
    opened: Callable[..., Ledger],
) -> None:
    ledger = opened(
        LINES,
        interactions=CONTACTS + "c,2011-03-05,call,1,,\n",
        invoices=BILLS + "d,2011-03-08,2011-04-08,1,\n",
    )
    known = "SELECT client_id FROM {clients} WHERE client_id > 'b' ORDER BY 1"
    assert rows(ledger.past(dt.date(2011, 3, 5)), known) == []
    assert rows(ledger.past(dt.date(2011, 3, 6)), known) == [["c"]]
    assert rows(ledger.past(dt.date(2011, 3, 9)), known) == [["c"], ["d"]]


LATER = [
    ("clients", CLIENTS.replace("2011-03-10,went broke", ","), CLIENTS),
    ("interactions", CONTACTS.replace("2011-03-10,upheld", ","), CONTACTS),
    ("interactions", CONTACTS, CONTACTS + "a,2011-03-10,call,5,,\n"),
    ("invoices", BILLS.replace("2011-03-10\n", "\n"), BILLS),
    ("invoices", BILLS, BILLS + "a,2011-03-10,2011-04-10,5,\n"),
    ("events", EVENTS.replace("e,2011-03-10,price_change,all,,0.08\n", ""), EVENTS),
]
FACTS = ["left", "resolved", "a contact", "paid", "a bill", "an event"]


@pytest.mark.parametrize(("table", "then", "now"), LATER, ids=FACTS)
def test_a_fact_of_the_day_or_later_changes_no_fingerprint_before_it_does_after(
    opened: Callable[..., Ledger], table: str, then: str, now: str
) -> None:
    tables = {"clients": CLIENTS, "interactions": CONTACTS, "invoices": BILLS, "events": EVENTS}
    before = opened(LINES, **(tables | {table: then}))
    after = opened(LINES, **(tables | {table: now}))
    assert before.past(ON).fingerprint == after.past(ON).fingerprint
    assert before.past(ON).rows == after.past(ON).rows
    assert before.past(AFTER).fingerprint != after.past(AFTER).fingerprint
    assert before.fingerprint != after.fingerprint


def test_the_order_of_rows_changes_neither_fingerprint_nor_tables(
    opened: Callable[..., Ledger],
) -> None:
    def backwards(text: str) -> str:
        head, *lines = text.splitlines(keepends=True)
        return head + "".join(lines[::-1])

    texts = {"interactions": CONTACTS, "invoices": BILLS, "events": EVENTS}
    one = opened(LINES, CLIENTS, **texts).past(99_999)
    other = opened(LINES, CLIENTS, **{k: backwards(v) for k, v in texts.items()}).past(99_999)
    assert one.fingerprint == other.fingerprint
    for table in texts:
        sql = f"SELECT * FROM {{{table}}}"
        assert one.frame(sql).equals(other.frame(sql))
