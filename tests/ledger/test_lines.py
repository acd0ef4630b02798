from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from segml.ledger import Ledger, lines
from segml.words.plan import Economics


def test_an_order_has_exactly_one_line_that_counts_it(opened: Callable[..., Ledger]) -> None:
    rows = (
        "client_id,date,amount,order_id\n"
        "a,2011-01-01,1,o1\na,2011-01-01,1,o1\na,2011-01-02,2,o1\nb,2011-01-01,3,o1\n"
    )
    frame = (
        opened(rows)
        .past(99_999)
        .frame(
            "SELECT client, count(DISTINCT order_key) OVER () AS keys, order_key, "
            "count(*) FILTER (WHERE is_order) AS orders FROM {lines} GROUP BY 1, 3 ORDER BY 1"
        )
    )
    assert frame[["client", "keys", "orders"]].values.tolist() == [[0, 2, 1], [1, 2, 1]]


def test_without_order_id_an_order_is_a_clients_day(opened: Callable[..., Ledger]) -> None:
    rows = "client_id,date,amount\na,2011-01-01,1\na,2011-01-01,2\na,2011-01-02,3\nb,2011-01-01,4\n"
    frame = (
        opened(rows)
        .past(99_999)
        .frame(
            "SELECT client, count(*) FILTER (WHERE is_order) AS orders FROM {lines} GROUP BY 1 "
            "ORDER BY 1"
        )
    )
    assert frame["orders"].tolist() == [2, 1]


def test_a_later_credit_is_a_return_document_and_a_discount_line_is_not(
    opened: Callable[..., Ledger],
) -> None:
    rows = (
        "client_id,date,amount,order_id\n"
        "a,2011-01-01,10,o1\na,2011-01-01,-1,o1\na,2011-01-05,-4,o1\na,2011-01-05,-5,o1\n"
    )
    frame = (
        opened(rows)
        .past(99_999)
        .frame("SELECT day, is_order, is_return_order FROM {lines} ORDER BY day, amount DESC")
    )
    assert frame["is_order"].tolist() == [True, False, False, False]
    assert frame.loc[frame["day"] == 14979, "is_return_order"].sum() == 1
    assert not frame.loc[frame["day"] == 14975, "is_return_order"].any()


def test_cost_is_filled_by_the_margin_rate_where_absent(opened: Callable[..., Ledger]) -> None:
    rows = "client_id,date,amount,cost\na,2011-01-01,10,2\na,2011-01-02,10,\na,2011-01-03,-10,\n"
    ledger = opened(rows, economics=Economics(margin_rate=0.25))
    frame = ledger.past(99_999).frame("SELECT cost FROM {lines} ORDER BY day")
    assert frame["cost"].tolist() == [2.0, 7.5, -7.5]
    assert "margin rate 0.25 used where a line has no cost" in ledger.notes


def test_without_cost_and_rate_goods_cost_nothing_and_it_is_said(
    opened: Callable[..., Ledger],
) -> None:
    ledger = opened("client_id,date,amount\na,2011-01-01,10\n")
    assert ledger.past(99_999).frame("SELECT cost FROM {lines}")["cost"].tolist() == [0.0]
    assert any("no margin rate" in note for note in ledger.notes)


def test_serve_is_commission_and_handling_on_one_line(opened: Callable[..., Ledger]) -> None:
    rows = (
        "client_id,date,amount,order_id\n"
        "a,2011-01-01,10,o1\na,2011-01-01,20,o1\na,2011-01-02,-10,o2\n"
    )
    rates = Economics(order=3, return_=5, commission_rate=0.1)
    frame = (
        opened(rows, economics=rates)
        .past(99_999)
        .frame("SELECT day, sum(serve) AS serve FROM {lines} GROUP BY day ORDER BY day")
    )
    assert frame["serve"].tolist() == [6.0, 4.0]


def test_row_order_and_files_change_nothing(opened: Callable[..., Ledger]) -> None:
    rows = [
        "b,2011-01-01,0.1,x\n", "a,2011-01-02,0.2,y\n", "a,2011-01-02,0.2,y\n",
        "a,2011-01-02,0.3,\n", "c,2011-01-01,-7,x\n",
    ]  # fmt: skip
    header = "client_id,date,amount,order_id\n"
    first = opened(header + "".join(rows))
    second = opened(header + "".join(reversed(rows)))
    assert first.fingerprint == second.fingerprint
    sql = "SELECT * FROM {lines}"
    assert first.past(99_999).frame(sql).equals(second.past(99_999).frame(sql))


def test_the_fingerprint_changes_with_a_value_and_with_a_repeated_row(
    opened: Callable[..., Ledger],
) -> None:
    header = "client_id,date,amount\n"
    prints = {
        opened(header + rows).fingerprint
        for rows in (
            "a,2011-01-01,1\n",
            "a,2011-01-01,2\n",
            "a,2011-01-01,1\na,2011-01-01,1\n",
            "a,2011-01-01,1\na,2011-01-01,1\na,2011-01-01,1\n",
        )
    }
    assert len(prints) == 4
    assert {len(one) for one in prints} == {64}


def test_the_lines_are_the_same_for_any_number_of_parts(
    opened: Callable[..., Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = Random(4)
    rows = "client_id,date,amount,order_id,product\n" + "".join(
        f"c{draw.randrange(7)},2011-01-{draw.randrange(1, 10):02},{draw.randrange(-3, 9)},"
        f"{draw.choice(['', 'o1', 'o2', 'o3'])},p{draw.randrange(3)}\n"
        for _ in range(300)
    )
    found = []
    for size in (300, 60, 15):
        monkeypatch.setattr(lines, "PART_LINES", size)
        frame = opened(rows).past(99_999).frame("SELECT * FROM {lines}")
        keys = frame.groupby(["client", "order_key"], sort=False).ngroup()
        assert frame["order_key"].nunique() == keys.nunique()
        found.append(frame.assign(order_key=keys))
    assert all(frame.equals(found[0]) for frame in found[1:])
    per_order = found[0].groupby("order_key")
    assert (per_order["is_order"].sum() == (~per_order["is_return"].all()).astype(int)).all()
    dated = found[0][found[0]["order_id"].notna()].groupby("order_key")["day"].nunique()
    assert (dated > 1).any()
    documents = found[0].groupby(["order_key", "day"])
    assert (documents["is_return_order"].sum() == documents["is_return"].all().astype(int)).all()
