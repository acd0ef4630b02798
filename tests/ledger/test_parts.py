"""A past in parts: each client in one of them, and what is kept for all of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segml.ledger import Ledger
from segml.ledger.parts import parts_of, run_in_parts

ALL = 99_999
LINES = "client_id,date,amount\n" + "".join(
    f"c{n},2011-01-{1 + n % 5:02},{n + 1}\n" for n in range(10)
)
CLIENTS = "client_id,referred_by,acquired_on\nc1,c0,\nc3,c2,2010-05-05\nc4,,\np,c0,\n"


@given(st.integers(0, 10_000), st.integers(1, 50))
def test_parts_hold_each_client_once_in_order(clients: int, count: int) -> None:
    parts = parts_of(clients, count)
    assert len(parts) == count
    assert [number for part in parts for number in part] == list(range(clients))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize("size", [1, 3, 4, 100])
def test_each_client_and_row_is_in_one_part(opened: Callable[..., Ledger], size: int) -> None:
    past = opened(LINES, CLIENTS).past(ALL)
    parts = past.parts(size)
    assert len(parts) == -(-11 // size)
    for sql in ("SELECT client FROM {clients}", "SELECT client FROM {lines}"):
        seen = [int(one) for part in parts for one in part.frame(f"{sql} ORDER BY 1")["client"]]
        assert seen == past.frame(f"{sql} ORDER BY 1")["client"].tolist()


@pytest.mark.parametrize(("size", "count"), [(100, 1), (6, 2), (5, 4), (3, 4)])
def test_of_several_parts_there_are_a_multiple_of_those_asked_for_at_once(
    opened: Callable[..., Ledger], size: int, count: int
) -> None:
    parts = opened(LINES, CLIENTS).past(ALL).parts(size, at_once=2)
    assert len(parts) == count
    seen = [len(part.frame("SELECT client FROM {clients}")) for part in parts]
    assert sum(seen) == 11
    assert max(seen) <= size


@pytest.mark.parametrize(("small", "count"), [(11, 1), (10, 2)])
def test_more_than_a_few_clients_are_worth_a_second_processor(
    opened: Callable[..., Ledger], monkeypatch: pytest.MonkeyPatch, small: int, count: int
) -> None:
    monkeypatch.setattr("segml.ledger.cutoff.SMALL", small)
    past = opened(LINES, CLIENTS).past(ALL)
    assert len(past.parts(100, at_once=2)) == count
    assert len(past.parts(100)) == 1


def test_a_part_sees_the_product_totals_of_all(opened: Callable[..., Ledger]) -> None:
    rows = "client_id,date,amount,product\na,2011-01-01,1,p\nb,2011-01-01,2,p\n"
    past = opened(rows).past(ALL)
    sql = "SELECT lines FROM {product_totals}"
    totals = [part.frame(sql)["lines"][0] for part in past.parts(1)]
    assert totals == [2, 2]


def test_the_referred_are_those_whom_a_known_client_brought(opened: Callable[..., Ledger]) -> None:
    past = opened(LINES, CLIENTS).past(ALL)
    ids = past.referred.frame("SELECT client_id FROM {clients} ORDER BY 1")["client_id"]
    assert ids.tolist() == ["c1", "c3", "p"]


def test_what_is_kept_can_be_read_by_every_part_and_is_gone_afterwards(
    opened: Callable[..., Ledger],
) -> None:
    past = opened(LINES, CLIENTS).past(ALL)
    total = "SELECT cast(sum(amount) AS bigint) AS total FROM {lines}"
    with (
        past.keeping("whole", total) as kept,
        kept.keeping("some", total, of=past.referred) as both,
    ):
        answers = [part.frame("SELECT total FROM {whole}")["total"][0] for part in both.parts(4)]
        assert answers == [55, 55, 55]
        assert both.frame("SELECT total FROM {some}")["total"].tolist() == [2 + 4]
        tables = both.frame("SELECT * FROM {whole}, {some}").shape
        assert tables == (1, 2)
    with pytest.raises(duckdb.CatalogException):
        both.frame("SELECT total FROM {whole}")


def test_parts_append_in_their_order_and_a_failed_one_appends_nothing(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "scratch.duckdb")) as connection:
        connection.execute("CREATE TABLE found (part INTEGER)")
        run_in_parts(connection, [[f"INSERT INTO found VALUES ({n})"] for n in range(9)])
        seen = connection.execute("SELECT part FROM found").fetchall()
        assert seen == [(n,) for n in range(9)]
        with pytest.raises(duckdb.ConversionException):
            run_in_parts(
                connection,
                [["INSERT INTO found VALUES (9)"], ["INSERT INTO found VALUES (10), ('x')"]],
            )
        assert connection.execute("SELECT max(part) FROM found").fetchone() == (9,)
