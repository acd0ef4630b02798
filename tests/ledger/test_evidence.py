from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from segml.ledger import (
    Ledger,
    date_of,
    day_of,
    described_events,
    discontinued,
    ended,
    industries,
    recorded_ends,
    still_sold,
)

FIRST = dt.date(2011, 1, 1)
LINES = (
    "client_id,date,amount,order_id,product,quantity,discount,cost\n"
    "b,2011-01-05,5,o1,tea,1,1,2\nb,2011-01-05,6,o1,ink,2,0,2\n"
    "a,2011-01-07,-3,,ink,-1,0,-1\na,2011-01-02,7,o9,tea,3,0,3\na,2011-09-01,1,o10,tea,1,0,0\n"
)


def test_the_lines_of_clients_carry_the_key_a_reader_finds_them_by(
    opened: Callable[..., Ledger],
) -> None:
    lines = opened(LINES).past(dt.date(2011, 2, 1)).lines(["b", "a", "unknown"])
    assert list(lines.columns) == [
        *("client_id", "row_key", "day", "product", "category", "quantity", "amount"),
        *("discount", "profit", "is_return"),
    ]
    assert lines["row_key"].tolist() == ["o9", "a 2011-01-07", "o1", "o1"]
    assert lines["client_id"].tolist() == ["a", "a", "b", "b"]
    assert lines["profit"].tolist() == [4.0, -2.0, 4.0, 3.0]
    assert lines["product"].tolist() == ["tea", "ink", "ink", "tea"]
    assert lines["is_return"].tolist() == [False, True, False, False]


def test_the_lines_of_nobody_are_an_empty_frame(opened: Callable[..., Ledger]) -> None:
    assert opened(LINES).past(dt.date(2011, 2, 1)).lines([]).empty


def test_who_brought_whom_is_told_of_clients_known_on_the_day(
    opened: Callable[..., Ledger],
) -> None:
    clients = (
        "client_id,acquired_on,referred_by\n"
        "a,,\nb,,a\nc,,a\nd,2011-06-01,a\ne,,late\nlate,2011-06-01,\nf,,nobody\n"
    )
    ledger = opened(LINES, clients)
    assert ledger.past(dt.date(2011, 2, 1)).brought() == {"a": ("b", "c")}
    assert ledger.past(dt.date(2012, 1, 1)).brought() == {"a": ("b", "c", "d"), "late": ("e",)}


def test_a_referrer_known_later_is_no_referrer_yet(opened: Callable[..., Ledger]) -> None:
    clients = "client_id,acquired_on,referred_by\ne,,late\nlate,2011-06-01,\n"
    past = opened(LINES, clients).past(dt.date(2011, 2, 1))
    frame = past.frame("SELECT referred_by FROM {clients} WHERE client_id = 'e'")
    assert frame["referred_by"].isna().all()


def test_a_recorded_end_is_known_from_the_day_after_it_on(opened: Callable[..., Ledger]) -> None:
    clients = (
        "client_id,left_on,left_reason\na,2011-03-10,went broke\nb,,says a rumour\nc,2011-02-01,\n"
    )
    ledger = opened(LINES, clients)
    assert recorded_ends(ledger.past(dt.date(2011, 2, 1))).empty
    assert recorded_ends(ledger.past(dt.date(2011, 3, 10)))["client_id"].tolist() == ["c"]
    known = recorded_ends(ledger.past(dt.date(2011, 3, 11)))
    assert known["client_id"].tolist() == ["a", "c"]
    assert known["left_day"].tolist() == [day_of(dt.date(2011, 3, 10)), day_of(dt.date(2011, 2, 1))]
    assert known["left_reason"].tolist()[0] == "went broke"
    assert known["left_reason"].isna().tolist() == [False, True]


def test_who_is_recorded_as_gone_and_buys_on_has_not_ended(opened: Callable[..., Ledger]) -> None:
    clients = "client_id,left_on\na,2011-01-08\nb,2011-03-01\nc,\n"
    last = "a,2011-02-07,1,o12,tea,1,0,0\n"  # the thirtieth day: a last delivery
    later = "a,2011-02-08,1,o13,tea,1,0,0\n"
    day = dt.date(2011, 3, 10)
    assert ended(opened(LINES + last, clients).past(day)) == {"a", "b"}
    assert ended(opened(LINES + later, clients).past(day)) == {"b"}
    assert ended(opened(LINES, clients).past(dt.date(2011, 1, 8))) == frozenset()


def test_the_industry_of_a_client_is_told_once_it_is_known(opened: Callable[..., Ledger]) -> None:
    clients = "client_id,acquired_on,industry\na,,retail\nb,,\nd,2011-06-01,farms\n"
    ledger = opened(LINES, clients)
    assert industries(ledger.past(dt.date(2011, 2, 1))) == {"a": "retail"}
    assert industries(ledger.past(dt.date(2012, 1, 1))) == {"a": "retail", "d": "farms"}
    assert industries(opened(LINES).past(dt.date(2012, 1, 1))) == {}


def test_an_event_is_described_once_its_day_is_past(opened: Callable[..., Ledger]) -> None:
    events = (
        "event_id,date,kind,scope,scope_value,magnitude,description\n"
        "e1,2011-02-01,Price_Change,product,tea,0.1,spring list\n"
        "e2,2011-05-01,service_outage,all,,,\n"
    )
    ledger = opened(LINES, events=events)
    told = described_events(ledger.past(dt.date(2011, 3, 1)), ["e2", "e1", "nothing"])
    assert told[["event_id", "kind", "description"]].values.tolist() == [
        ["e1", "price_change", "spring list"]
    ]


def sold(product: str, clients: int, lines: int, last: int) -> str:
    """Lines of a product, one a week up to a day, bought in turn."""
    days = [date_of(day_of(FIRST) + last - 7 * i) for i in range(lines)]
    return "".join(f"c{i % clients},{day},1,{product}\n" for i, day in enumerate(days))


@pytest.mark.parametrize(
    ("clients", "lines", "last", "gone"),
    [(3, 12, 300, True), (2, 12, 300, False), (3, 11, 300, False), (3, 12, 310, False)],
)
def test_a_product_is_withdrawn_when_many_bought_it_and_nobody_does_any_more(
    opened: Callable[..., Ledger], clients: int, lines: int, last: int, gone: bool
) -> None:
    rows = sold("p", clients, lines, last) + sold("q", 3, 50, 399)
    past = opened("client_id,date,amount,product\n" + rows).past(day_of(FIRST) + 391)
    assert past.withdrawn() == ({"p"} if gone else frozenset())


def seasons(count: int) -> str:
    """Five dresses each half year from the first day on, each sold for forty weeks."""
    return "".join(
        f"{line},dresses\n"
        for number in range(5 * count)
        for line in sold(f"s{number}", 10, 40, 290 + 180 * (number // 5)).splitlines()
    )


def test_where_goods_are_renewed_none_that_ends_is_withdrawn(opened: Callable[..., Ledger]) -> None:
    tools = sold("p", 10, 40, 800) + sold("q", 10, 150, 1095)
    head = "client_id,date,amount,product,category\n"
    lines = head + tools.replace("\n", ",tools\n")
    renewed = opened(lines + seasons(5)).past(day_of(FIRST) + 1096)
    assert discontinued(renewed) == {"p"} == renewed.withdrawn()
    # nothing new came for a year: that they ended is news
    ended_all = opened(lines + seasons(3)).past(day_of(FIRST) + 1096)
    assert discontinued(ended_all) == {"p", *(f"s{number}" for number in range(15))}


@pytest.mark.parametrize(
    ("clients", "lines", "last", "gone"),
    [
        (10, 40, 300, True),  # long ago is no matter
        (10, 40, 800, True),
        (9, 40, 800, False),  # nine who left may be the reason
        (10, 39, 800, False),
        (10, 40, 801, False),
    ],
)
def test_a_product_is_discontinued_when_no_few_clients_can_be_the_reason(
    opened: Callable[..., Ledger], clients: int, lines: int, last: int, gone: bool
) -> None:
    rows = sold("p", clients, lines, last) + sold("q", 12, 50, 899)
    past = opened("client_id,date,amount,product\n" + rows).past(day_of(FIRST) + 891)
    assert discontinued(past) == ({"p"} if gone else frozenset())


@pytest.mark.parametrize(
    ("scope", "value", "gone"),
    [
        ("product", "p", {"p"}),
        ("category", "tea", {"p", "r"}),
        ("category", "jam", set()),
        ("product", "q", set()),  # it is still bought
    ],
)
def test_a_recorded_withdrawal_is_believed_if_nobody_bought_since(
    opened: Callable[..., Ledger], scope: str, value: str, gone: set[str]
) -> None:
    lines = (
        "client_id,date,amount,product,category\na,2011-01-03,1,p,tea\na,2011-01-04,1,r,tea\n"
        "a,2011-01-03,1,q,jam\na,2011-03-01,1,q,jam\n"
    )
    events = (
        "event_id,date,kind,scope,scope_value,magnitude,description\n"
        f"e,2011-02-01,product_withdrawal,{scope},{value},,\n"
    )
    ledger = opened(lines, events=events)
    assert discontinued(ledger.past(dt.date(2011, 3, 5))) == gone
    assert discontinued(ledger.past(dt.date(2011, 1, 20))) == frozenset()


def test_without_products_none_is_discontinued(opened: Callable[..., Ledger]) -> None:
    past = opened("client_id,date,amount\na,2011-01-01,1\n").past(dt.date(2012, 1, 1))
    assert discontinued(past) == frozenset()


def test_orders_without_some_products_lack_their_lines_and_orders_of_nothing_else(
    opened: Callable[..., Ledger],
) -> None:
    rows = "a,2011-01-01,1,p\na,2011-01-01,2,q\na,2011-01-05,4,p\na,2011-01-09,8,\n"
    past = opened("client_id,date,amount,product\n" + rows).past(dt.date(2012, 1, 1))
    assert past.orders(["a"])["amount"].tolist() == [3.0, 4.0, 8.0]
    assert past.orders(["a"], without={"p"})["amount"].tolist() == [2.0, 8.0]


def test_without_products_none_is_withdrawn(opened: Callable[..., Ledger]) -> None:
    past = opened("client_id,date,amount\na,2011-01-01,1\n").past(dt.date(2012, 1, 1))
    assert past.withdrawn() == frozenset()


def _sold(product: str, days: range) -> str:
    """A line a day of one product, days counted from 2012-01-01, its withdrawal's day."""
    start, category = dt.date(2012, 1, 1), {"tea": "hot", "ice": "cold"}[product]
    return "".join(
        f"c{day % 7},{start + dt.timedelta(days=day)},5,,{product},{category}\n" for day in days
    )


@pytest.mark.parametrize(
    ("after", "believed"),
    [
        (range(0), True),
        (range(30), True),  # stocks run off
        (range(0, 120, 4), True),  # not half as many
        (range(0, 120, 2), False),
        (range(40, 120), False),  # out of stock for a while
    ],
)
def test_a_withdrawal_of_a_product_that_went_on_being_sold_is_none(
    opened: Callable[..., Ledger], after: range, believed: bool
) -> None:
    lines = "client_id,date,amount,order_id,product,category\n"
    lines += _sold("tea", range(-90, 0)) + _sold("tea", after) + _sold("ice", range(-90, 300))
    events = "event_id,date,kind,scope,scope_value\ne,2012-01-01,product_withdrawal,product,tea\n"
    ledger = opened(lines, events=events)
    assert still_sold(ledger.past(dt.date(2012, 6, 1))) == (frozenset() if believed else {"e"})
    assert still_sold(ledger.past(dt.date(2012, 4, 29))) == frozenset()  # too early to say


def test_other_events_of_goods_that_are_sold_are_let_be(opened: Callable[..., Ledger]) -> None:
    lines = "client_id,date,amount,order_id,product,category\n" + _sold("tea", range(-90, 200))
    events = (
        "event_id,date,kind,scope,scope_value\n"
        "rise,2012-01-01,price_change,product,tea\nall,2012-01-01,product_withdrawal,all,\n"
        "part,2012-01-01,product_withdrawal,category,hot\n"
    )
    assert not still_sold(opened(lines, events=events).past(dt.date(2012, 7, 1)))
