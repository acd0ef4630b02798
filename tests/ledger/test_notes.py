"""What a ledger lacks is said once, in sentences."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from segml.ledger import Ledger
from segml.ledger.contract import TABLES, TRANSACTIONS
from segml.ledger.notes import WITHOUT, ledger_notes
from segml.words.plan import ContactRate, Economics

ALL = frozenset(
    {c.name for c in TRANSACTIONS.columns if not c.required}
    | {table.name for table in TABLES if table is not TRANSACTIONS}
    | {f"{t.name}.{c.name}" for t in TABLES for c in t.columns if t is not TRANSACTIONS}
)
FULL = Economics(margin_rate=0.3, minute=1.0, overdue_yearly_rate=0.1)


def test_a_whole_ledger_has_only_the_note_on_its_margin() -> None:
    assert ledger_notes(ALL, FULL) == ("margin rate 0.3 used where a line has no cost",)


@pytest.mark.parametrize("table", list(WITHOUT))
def test_an_absent_table_is_said_with_what_is_left_out(table: str) -> None:
    has = frozenset(name for name in ALL if name.partition(".")[0] != table)
    said = [note for note in ledger_notes(has, FULL) if note.startswith(f"no {table} table: ")]
    assert said == [f"no {table} table: {WITHOUT[table]}"]
    assert set(WITHOUT) == {one.name for one in TABLES if one is not TRANSACTIONS}


@pytest.mark.parametrize(
    ("has", "margin", "says"),
    [
        ({"cost"}, None, "no margin rate: a line without a cost would count as if"),
        (set(), None, "no cost column and no margin rate: profit is revenue less"),
        (set(), 0.3, "no cost column: margin rate 0.3 used"),
        ({"cost"}, 0.3, "margin rate 0.3 used where a line has no cost"),
    ],
)
def test_what_stands_in_for_cost_is_said(has: set[str], margin: float | None, says: str) -> None:
    assert ledger_notes(frozenset(has), Economics(margin_rate=margin))[0].startswith(says)


@pytest.mark.parametrize(
    ("economics", "said"),
    [
        (Economics(), True),
        (Economics(minute=0.5), False),
        (Economics(kinds={"visit": ContactRate(minute=0.5)}), False),
        (Economics(kinds={"visit": ContactRate(contact=9)}), True),
    ],
)
def test_minutes_that_cost_nothing_are_said(economics: Economics, said: bool) -> None:
    has = frozenset({"interactions", "interactions.minutes"})
    note = "no `economics.minute`: the minutes of interactions cost nothing"
    assert (note in ledger_notes(has, economics)) is said


def test_care_without_time_and_bills_without_payment_are_said() -> None:
    notes = ledger_notes(frozenset({"interactions", "invoices"}), Economics(minute=1.0))
    assert "no interactions.minutes column: care is counted without time" in notes
    assert "no invoices.paid_on column: no invoice counts as paid, so none is used" in notes
    assert (
        "no `economics.overdue_yearly_rate`: overdue money costs nothing until it is lost" in notes
    )


def test_invoices_that_never_say_paid_cost_nothing(opened: Callable[..., Ledger]) -> None:
    ledger = opened(
        "client_id,date,amount\na,2011-01-01,10\na,2012-01-01,10\n",
        invoices="client_id,issued_on,due_on,amount\na,2011-01-01,2011-01-31,10\n",
    )
    assert ledger.past(99_999).frame("SELECT count(*) AS n FROM {invoices}")["n"].tolist() == [0]
    assert any("no invoice counts as paid" in note for note in ledger.notes)
