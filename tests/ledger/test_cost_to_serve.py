"""Every part of the cost to serve, reckoned by hand, over windows that follow each other."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable

import pandas as pd
import pytest

from segml.ledger import Ledger, day_of, profit
from segml.ledger.economics import PROFIT_COLUMNS, SERVE_COLUMNS
from segml.words.plan import ContactRate, Economics

LINES = (
    "client_id,date,amount,order_id,cost\n"
    "a,2011-01-01,1000,o1,600\na,2011-01-10,-100,o2,-60\nb,2011-01-05,50,o3,20\n"
)
CONTACTS = (
    "client_id,date,kind,minutes,cost\n"
    "a,2011-01-02,Visit,60,25\na,2011-01-03,call,10,\na,2011-01-04,support,,7\n"
    "a,2011-01-31,call,30,\nb,2011-01-02,complaint,20,\n"
)
BILLS = (
    "client_id,issued_on,due_on,amount,paid_on\n"
    "a,2010-12-01,2010-12-31,730,2011-01-21\n"  # 20 days late, 11 of them before the 11th
    "b,2010-12-01,2010-12-31,365,\n"  # written off on 2011-01-30
    "c,2010-12-01,2010-12-31,100,2011-03-01\n"  # written off, and paid after all
    "d,2010-12-01,2010-12-31,-500,\n"  # a credit note is never overdue
    "e,2010-12-01,2010-12-31,100,2011-01-30\n"  # paid on the very day: no bad debt
    "f,2010-12-01,2010-12-31,100,2010-12-31\n"  # paid when due: not overdue
)
RATES = Economics(
    minute=0.5,
    kinds={"visit": ContactRate(minute=2.0, contact=10.0), "call": ContactRate(contact=1.5)},
    order=3,
    return_=5,
    commission_rate=0.1,
    overdue_yearly_rate=0.5,
    write_off_days=30,
)


def day(text: str) -> int:
    return day_of(dt.date.fromisoformat(text))


@pytest.fixture
def ledger(opened: Callable[..., Ledger]) -> Ledger:
    return opened(LINES, interactions=CONTACTS, invoices=BILLS, economics=RATES)


def january(ledger: Ledger) -> pd.DataFrame:
    return profit(ledger.past(day("2012-01-01")), day("2011-01-01"), day("2011-01-31"))


def test_minutes_cost_the_rate_of_their_kind_or_the_common_one(ledger: Ledger) -> None:
    found = january(ledger)["minutes"]
    assert found["a"] == 60 * 2.0 + 10 * 0.5 + 0
    assert found["b"] == 20 * 0.5


def test_contacts_cost_what_they_record_and_the_rate_of_their_kind(ledger: Ledger) -> None:
    found = january(ledger)["contacts"]
    assert found["a"] == (25 + 10.0) + 1.5 + 7
    assert found["b"] == 0


def test_the_whole_profit_of_a_client_by_hand(ledger: Ledger) -> None:
    a = january(ledger).loc["a"]
    overdue = 730 * 0.5 * 20 / 365
    serve = 125 + 43.5 + 3 + 5 + 0.1 * 900 + overdue + 0
    assert a["cost_to_serve"] == pytest.approx(serve)
    assert a["profit"] == pytest.approx(900 - 540 - serve)
    assert a["cost_to_serve"] == pytest.approx(a[list(SERVE_COLUMNS)].sum())


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2010-12-01", "2010-12-31", 0),
        ("2010-12-01", "2011-01-01", 1),
        ("2011-01-11", "2011-01-20", 9),
        ("2011-01-11", "2011-01-31", 10),
        ("2011-01-21", "2011-02-28", 0),
    ],
)
def test_overdue_money_costs_the_days_from_the_due_day_that_fall_into_the_window(
    ledger: Ledger, start: str, end: str, days: int
) -> None:
    found = profit(ledger.past(day("2012-01-01")), day(start), day(end))
    assert found.loc["a", "overdue"] == pytest.approx(730 * 0.5 * days / 365)


def test_overdue_money_costs_no_more_after_it_is_written_off(ledger: Ledger) -> None:
    found = profit(ledger.past(day("2012-01-01")), day("2010-01-01"), day("2012-01-01"))
    assert found.loc["b", "overdue"] == pytest.approx(365 * 0.5 * 30 / 365)
    assert found.loc[["d", "f"], "overdue"].tolist() == [0, 0]


def test_an_invoice_paid_later_is_overdue_all_the_same(ledger: Ledger) -> None:
    known = profit(ledger.past(day("2011-01-11")), day("2011-01-01"), day("2011-01-11"))
    later = profit(ledger.past(day("2012-01-01")), day("2011-01-01"), day("2011-01-11"))
    assert known.loc["a", "overdue"] == later.loc["a", "overdue"]


def test_bad_debt_falls_on_its_day_and_comes_back_on_the_day_it_is_paid(ledger: Ledger) -> None:
    past = ledger.past(day("2012-01-01"))

    def bad(start: str, end: str) -> list[float]:
        return profit(past, day(start), day(end)).loc[["b", "c", "d", "e"], "bad_debt"].tolist()

    assert bad("2010-12-01", "2011-01-30") == [0, 0, 0, 0]
    assert bad("2011-01-30", "2011-01-31") == [365, 100, 0, 0]
    assert bad("2011-01-31", "2011-03-01") == [0, 0, 0, 0]
    assert bad("2011-03-01", "2011-03-02") == [0, -100, 0, 0]
    assert bad("2010-12-01", "2012-01-01") == [365, 0, 0, 0]


def test_bad_debt_is_known_on_its_day_and_not_before(ledger: Ledger) -> None:
    window = (day("2010-12-01"), day("2011-01-31"))
    assert profit(ledger.past(day("2011-01-31")), *window).loc["c", "bad_debt"] == 100
    assert profit(ledger.past(day("2011-01-30")), window[0], day("2011-01-30")).loc[
        "c", "bad_debt"
    ] == pytest.approx(0)


def test_every_part_adds_up_over_windows_that_follow_each_other(ledger: Ledger) -> None:
    past = ledger.past(day("2012-01-01"))
    days = ("2010-11-01", "2010-12-31", "2011-01-11", "2011-01-30", "2011-01-31", "2011-03-01")
    edges = [*(day(text) for text in days), day("2012-01-01")]
    parts = [profit(past, lo, hi) for lo, hi in itertools.pairwise(edges)]
    whole = profit(past, edges[0], edges[-1])
    assert list(whole.columns) == list(PROFIT_COLUMNS)
    total = sum(parts[1:], start=parts[0])
    assert (total - whole).abs().to_numpy().max() < 1e-9


def test_without_rates_care_and_overdue_cost_nothing(opened: Callable[..., Ledger]) -> None:
    found = january(opened(LINES, interactions=CONTACTS, invoices=BILLS))
    assert found["minutes"].eq(0).all()
    assert found["overdue"].eq(0).all()
    assert found.loc["a", "contacts"] == 25 + 7
