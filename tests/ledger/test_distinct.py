from __future__ import annotations

import duckdb
import pytest

from segml.ledger import distinct
from segml.ledger.distinct import count_distinct

HASHES = (
    "(SELECT hash(i % 1000) AS number FROM range(5000) AS r(i) UNION ALL FROM (VALUES (hash(7))))"
)


@pytest.mark.parametrize("at_a_time", [10_000, 700, 60])
def test_hashes_are_counted_once_however_many_are_held_at_a_time(
    monkeypatch: pytest.MonkeyPatch, at_a_time: int
) -> None:
    monkeypatch.setattr(distinct, "AT_A_TIME", at_a_time)
    with duckdb.connect() as database:
        assert count_distinct(database, "number", HASHES) == (5001, 1000)


def test_hashes_beside_each_other_are_counted_once() -> None:
    beside = "(SELECT hash(i // 5) AS number FROM range(5000) AS r(i))"
    with duckdb.connect() as database:
        assert count_distinct(database, "number", beside) == (5000, 1000)
        assert count_distinct(database, "number", f"(FROM {beside} LIMIT 1)") == (1, 1)


def test_no_rows_have_no_hashes() -> None:
    with duckdb.connect() as database:
        assert count_distinct(database, "number", f"{HASHES} WHERE false") == (0, 0)
