from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from segml.ledger import Ledger, day_of
from segml.words.errors import HistoryTooShort
from segml.words.plan import Economics

LINES = (
    "client_id,date,amount,order_id\n"
    "a,2011-01-01,1,o1\na,2011-02-01,2,o2\nb,2011-02-01,3,o3\nc,2011-03-01,4,o4\n"
)
CLIENTS = (
    "client_id,name,acquired_on,referred_by\n"
    "a,A,2011-01-15,\nb,B,,a\np,Prospect,2011-02-15,nobody\n"
)
CUT = dt.date(2011, 2, 1)


def known(ledger: Ledger, as_of: dt.date) -> list[str]:
    sql = "SELECT client_id FROM {clients} ORDER BY client_id"
    return ledger.past(as_of).frame(sql)["client_id"].tolist()


def test_the_past_holds_only_rows_before_its_day(opened: Callable[..., Ledger]) -> None:
    past = opened(LINES).past(CUT)
    frame = past.frame("SELECT amount, {as_of} AS as_of FROM {lines}")
    assert frame["amount"].tolist() == [1.0]
    assert frame["as_of"].tolist() == [day_of(CUT)]


def test_the_past_knows_a_client_by_its_acquisition_its_first_line_or_no_date(
    opened: Callable[..., Ledger],
) -> None:
    ledger = opened(LINES, CLIENTS)
    assert known(ledger, dt.date(2011, 1, 1)) == ["b"]
    assert known(ledger, dt.date(2011, 1, 2)) == ["a", "b"]
    assert known(ledger, dt.date(2011, 3, 1)) == ["a", "b", "p"]
    assert known(ledger, dt.date(2011, 3, 2)) == ["a", "b", "c", "p"]


def test_a_first_purchase_after_the_day_is_not_known(opened: Callable[..., Ledger]) -> None:
    frame = opened(LINES, CLIENTS).past(CUT).frame("SELECT client_id, first_day FROM {clients}")
    days = dict(zip(frame["client_id"], frame["first_day"].isna(), strict=True))
    assert days == {"a": False, "b": True}


def test_a_referrer_is_a_clients_code_or_nothing(opened: Callable[..., Ledger]) -> None:
    ledger = opened(LINES, CLIENTS)
    frame = ledger.past(99_999).frame(
        "SELECT c.client_id, r.client_id AS by_id FROM {clients} AS c "
        "LEFT JOIN {clients} AS r ON r.client = c.referred_by ORDER BY 1"
    )
    assert frame["by_id"].isna().tolist() == [True, False, True, True]
    assert ledger.findings.of("unknown_referrer")[0].count == 1


def test_rows_after_the_day_and_row_order_change_neither_fingerprint_nor_counts(
    opened: Callable[..., Ledger],
) -> None:
    head, *rows = LINES.splitlines(keepends=True)
    seen = "".join([head, rows[0]])
    whole, cut = opened(LINES, CLIENTS).past(CUT), opened(seen, CLIENTS).past(CUT)
    assert whole.fingerprint == cut.fingerprint
    assert whole.rows == cut.rows == {"transactions": 1, "clients": 2}
    backwards = opened(head + "".join(rows[::-1]), CLIENTS).past(CUT)
    assert backwards.fingerprint == whole.fingerprint
    changed = opened(LINES.replace(",1,o1", ",9,o1"), CLIENTS).past(CUT)
    assert changed.fingerprint != whole.fingerprint


def test_the_past_of_the_end_has_the_fingerprint_and_last_day_of_the_ledger(
    opened: Callable[..., Ledger],
) -> None:
    ledger = opened(LINES, CLIENTS)
    end = ledger.past(ledger.last_day + 1)
    assert end.fingerprint == ledger.fingerprint
    assert end.last_day == ledger.last_day
    assert end.rows == {name: counts.kept for name, counts in ledger.counts.items()}


def test_the_last_day_is_that_of_the_last_line_seen(opened: Callable[..., Ledger]) -> None:
    past = opened(LINES).past(CUT)
    assert past.last_day == day_of(dt.date(2011, 1, 1))
    with pytest.raises(HistoryTooShort, match="no line is dated before 2011-01-01"):
        _ = opened(LINES).past(dt.date(2011, 1, 1)).last_day


def test_the_future_holds_its_horizon_and_nothing_else(opened: Callable[..., Ledger]) -> None:
    future = opened(LINES).future(dt.date(2011, 1, 1), gap_days=1, horizon_days=31)
    assert (future.start, future.end) == (14976, 15007)
    frame = future.frame("SELECT amount FROM {lines} WHERE day >= {start} AND day < {end}")
    assert sorted(frame["amount"]) == [2.0, 3.0]


def test_a_future_beyond_the_last_row_is_refused_with_the_date_that_fits(
    opened: Callable[..., Ledger],
) -> None:
    ledger = opened(LINES)
    ledger.future(dt.date(2011, 1, 1), gap_days=0, horizon_days=60)
    with pytest.raises(HistoryTooShort, match="2011-01-01"):
        ledger.future(dt.date(2011, 1, 1), gap_days=0, horizon_days=61)


def test_a_negative_gap_and_a_stamp_with_a_time_are_bugs(opened: Callable[..., Ledger]) -> None:
    ledger = opened(LINES)
    with pytest.raises(ValueError, match="gap_days"):
        ledger.future(14975, gap_days=-1, horizon_days=1)
    with pytest.raises(TypeError, match="stamp"):
        ledger.past(dt.datetime(2011, 1, 1, 12, tzinfo=dt.UTC))


def test_rows_after_the_cutoff_change_nothing(opened: Callable[..., Ledger]) -> None:
    more = LINES + "a,2011-02-01,-7,o1\nzz,2011-02-09,5,o1\nb,2011-04-01,9,o9\n"
    sql = (
        "SELECT client_id, l.day, amount, cost, is_return, is_order, is_return_order, serve "
        "FROM {lines} AS l JOIN {clients} USING (client) ORDER BY ALL"
    )
    rates = Economics(order=3, return_=5, commission_rate=0.1, margin_rate=0.5)
    before = opened(LINES, economics=rates).past(CUT).frame(sql)
    after = opened(more, economics=rates).past(CUT).frame(sql)
    assert before.equals(after)


def test_a_past_says_which_optional_columns_there_are(opened: Callable[..., Ledger]) -> None:
    assert opened(LINES).past(CUT).has == {"order_id"}
    wanted = {"order_id", "clients", "clients.name", "clients.acquired_on", "clients.referred_by"}
    assert opened(LINES, CLIENTS).past(CUT).has == wanted


def test_evidence_is_one_row_an_order_sorted(opened: Callable[..., Ledger]) -> None:
    rows = (
        "client_id,date,amount,order_id,discount,cost\n"
        "b,2011-01-05,5,o1,1,2\nb,2011-01-05,6,o1,0,2\na,2011-01-07,-3,o2,0,-1\n"
        "a,2011-01-02,7,o9,0,3\nc,2011-01-02,7,o9,0,3\na,2011-09-01,1,o10,0,0\n"
    )
    orders = opened(rows).past(dt.date(2011, 2, 1)).orders(["b", "a", "unknown"])
    assert list(orders.columns) == [
        "client_id", "order_id", "day", "amount", "profit", "discount", "is_return",
    ]  # fmt: skip
    assert orders["client_id"].tolist() == ["a", "a", "b"]
    assert orders["order_id"].tolist() == ["o9", "o2", "o1"]
    assert orders["amount"].tolist() == [7.0, -3.0, 11.0]
    assert orders["profit"].tolist() == [4.0, -2.0, 7.0]
    assert orders["is_return"].tolist() == [False, True, False]


def test_evidence_of_nobody_is_an_empty_frame(opened: Callable[..., Ledger]) -> None:
    assert opened(LINES).past(CUT).orders([]).empty
