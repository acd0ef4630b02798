"""Rows of every client by its place, on a ledger written out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from segml.ledger import Ledger, Past, day_of
from segml.ledger.places import baskets, contact_costs, contact_days, starts
from segml.words.plan import Economics

DAY = day_of(dt.date(2024, 3, 1))
LINES = """client_id,date,amount,cost,discount,product,category
b,2024-01-31,10,5,0,p,x
b,2024-02-01,20,8,1,q,x
a,2024-02-29,30,12,3,q,y
a,2024-02-29,-10,-5,0,q,y
a,2024-03-01,99,5,0,r,z
"""
CONTACTS = """client_id,date,kind,minutes,cost
b,2024-01-31,visit,10,1
b,2024-02-01,call,10,2
b,2024-02-01,visit,20,0
b,2024-02-02,complaint,90,0
a,2024-02-29,call,5,0
a,2024-03-01,visit,60,9
"""


@pytest.fixture
def past(opened: Callable[..., Ledger]) -> Past:
    return opened(LINES, interactions=CONTACTS, economics=Economics(minute=0.5)).past(DAY)


def test_contacts_are_our_visits_and_calls_of_the_window_and_cost_minutes_and_more(
    past: Past,
) -> None:
    known = [[0, "2024-02-29"], [1, "2024-01-31"], [1, "2024-02-01"]]
    every = [[place, day_of(dt.date.fromisoformat(day))] for place, day in known]
    for days, there, costs in (
        (30, every, [[0, 2.5], [1, 23.0]]),
        (29, [every[0], every[2]], [[0, 2.5], [1, 17.0]]),
        (1, every[:1], [[0, 2.5]]),
    ):
        assert contact_days(past, days=days).to_numpy().tolist() == there
        assert contact_costs(past, days=days).to_numpy().tolist() == costs


def test_baskets_hold_the_windows_items_and_clients_start_with_their_first(past: Past) -> None:
    found = baskets(past, "product", days=29)
    told = zip(found.place, (found.items[item] for item in found.item), found.bought, strict=True)
    assert list(told) == [(0, "q", 30.0), (1, "q", 20.0)]
    assert found.discount.tolist() == [3.0, 1.0]
    assert found.returned.tolist() == [True, False]
    assert baskets(past, "category", days=30).items == ("x", "y")
    days = [day_of(dt.date(2024, 2, 29)), day_of(dt.date(2024, 1, 31))]
    assert starts(past).to_numpy().tolist() == [["a", days[0]], ["b", days[1]]]
