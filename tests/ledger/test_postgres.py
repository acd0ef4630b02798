"""A table of the ledger that is a query on PostgreSQL: its types, its order, its refusals."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import psycopg
import pytest
from tests.server import Server

from segml.ledger import open_ledger, postgres
from segml.ledger.databases import read_query
from segml.words.errors import ConfigurationRefused, DataRefused, Refusal
from segml.words.plan import Economics, LedgerPlan, SourcePlan

Row = list[tuple[object, ...]]
Read = Callable[[str], tuple[dict[str, str], Row]]


@pytest.fixture(scope="module")
def shop(server: Server) -> str:
    """The URL of a database that holds a sequence and a table."""
    server.run("CREATE DATABASE shop")
    server.run("CREATE SEQUENCE counter; CREATE TABLE kept AS SELECT 1", "shop")
    return server.url("shop")


@pytest.fixture
def read(shop: str) -> Read:
    """The columns with their DuckDB types, and the rows, of a query."""

    def of(query: str) -> tuple[dict[str, str], Row]:
        with duckdb.connect() as scratch:
            scratch.execute("SET TimeZone = 'UTC'")
            source = read_query(scratch, query, shop, "clients", Path())
            return source.columns, scratch.execute("SELECT * FROM raw_clients").fetchall()

    return of


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("7::smallint", "BIGINT", "7"),
        ("true", "BOOLEAN", "true"),
        ("1.5::real", "DOUBLE", "1.5"),
        ("'infinity'::float8", "DOUBLE", "inf"),
        ("12.30::numeric(12, 2)", "DOUBLE", "12.3"),
        ("12::numeric(18)", "BIGINT", "12"),
        ("12345678901234567::numeric", "BIGINT", "12345678901234567"),
        ("1234567890123456789012345::numeric", "DECIMAL(38,0)", "1234567890123456789012345"),
        ("2 * 1.25::numeric", "DOUBLE", "2.5"),
        ("1e50::numeric", "DOUBLE", "1e+50"),
        ("'NaN'::numeric", "DOUBLE", "nan"),
        ("'Infinity'::numeric", "DOUBLE", "inf"),
        ("'12.5'::money", "DOUBLE", "12.5"),
        ("'2011-01-02'::date", "DATE", "2011-01-02"),
        ("'infinity'::date", "DATE", None),
        ("'0044-03-15 BC'::date", "DATE", None),
        ("'2011-01-02 03:04'::timestamp", "TIMESTAMP", "2011-01-02 03:04:00"),
        ("'-infinity'::timestamp", "TIMESTAMP", None),
        (
            "'2011-01-01 23:30-03'::timestamptz",
            "TIMESTAMP WITH TIME ZONE",
            "2011-01-02 02:30:00+00",
        ),
        ("'abc '::char(6)", "VARCHAR", "abc"),
        ("''::text", "VARCHAR", ""),
        ("'NaN'::text", "VARCHAR", "NaN"),
        (
            "'123e4567-e89b-12d3-a456-426614174000'::uuid",
            "VARCHAR",
            "123e4567-e89b-12d3-a456-426614174000",
        ),
        ("'{\"a\":1}'::jsonb", "VARCHAR", '{"a": 1}'),
        ("array[1, 2]", "VARCHAR", "{1,2}"),
        ("int4range(1, 5)", "VARCHAR", "[1,5)"),
        ("'10.0.0.1'::inet", "VARCHAR", "10.0.0.1/32"),
        ("interval '1 day'", "VARCHAR", "1 day"),
    ],
)
def test_every_type_comes_as_what_it_is(shop: str, value: str, kind: str, text: str | None) -> None:
    with duckdb.connect() as scratch:
        scratch.execute("SET TimeZone = 'UTC'")
        query = f"SELECT {value} AS x UNION ALL SELECT null"
        source = read_query(scratch, query, shop, "clients", Path())
        rows = scratch.execute("SELECT x::text FROM raw_clients").fetchall()
    assert source.columns == {"x": kind}
    assert rows == [(text,), (None,)]


def test_more_rows_than_a_block_come_in_their_order_a_block_at_a_time(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "BLOCK_BYTES", 1000)
    sizes, read_block = [], postgres._read
    monkeypatch.setattr(
        postgres, "_read", lambda block, of: sizes.append(len(block)) or read_block(block, of)
    )
    query = r"SELECT i, E'a\n\\.\n\"' || i AS t FROM generate_series(1, 500) AS i ORDER BY i DESC"
    columns, rows = read(query)
    assert columns == {"i": "BIGINT", "t": "VARCHAR"}
    assert rows == [(i, f'a\n\\.\n"{i}') for i in range(500, 0, -1)]
    assert len(sizes) > 5
    assert max(sizes) < 1000 + 30


def test_one_column_of_nothing_keeps_its_rows(read: Read) -> None:
    assert read("SELECT nullif(i, 2) AS i FROM generate_series(1, 3) AS i")[1] == [
        (1,),
        (None,),
        (3,),
    ]
    assert read("SELECT 1 AS a, 'x' AS b WHERE false") == ({"a": "BIGINT", "b": "VARCHAR"}, [])


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ':name' AS x, 'a:b' || '%s' AS y, '{\"a\":1}'::json ->> 'a' AS z",
        "WITH t AS (SELECT ':name' AS x, 'a:b%s' AS y, '1' AS z) SELECT * FROM t; -- done",
    ],
)
def test_nothing_in_a_query_is_a_parameter(read: Read, query: str) -> None:
    assert read(query.replace("; -- done", " -- done"))[1] == [(":name", "a:b%s", "1")]


@pytest.mark.parametrize(
    ("query", "kind", "says"),
    [
        ("SELECT nothing FROM pg_class", ConfigurationRefused, "column .nothing. does not exist"),
        ("SELECT 1 AS x; SELECT 2", ConfigurationRefused, "syntax error"),
        (
            "SELECT 1) AS q; DROP TABLE kept; SELECT * FROM (SELECT 2",
            ConfigurationRefused,
            "multiple commands",
        ),
        ("CREATE TABLE z (a int)", ConfigurationRefused, "syntax error"),
        ("SELECT nextval('counter')", ConfigurationRefused, "read-only transaction"),
        ('SELECT 1 AS id, 2 AS "ID"', ConfigurationRefused, "two columns called `id`"),
        ("SELECT", ConfigurationRefused, "no column"),
        (
            "SELECT 'secret-' || i AS x, 1 / (90000 - i) AS y FROM generate_series(1, 99999) AS i",
            DataRefused,
            r"DivisionByZero \(22012\)",
        ),
        ("SELECT 'secret-1'::int AS x", DataRefused, r"InvalidTextRepresentation \(22P02\)"),
    ],
)
def test_a_query_that_cannot_run_is_refused_and_changes_nothing(
    read: Read, server: Server, query: str, kind: type[Refusal], says: str
) -> None:
    with pytest.raises(kind, match=says) as refused:
        read(query)
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert server.run("SELECT count(*) FROM kept", "shop") == "1"
    assert server.run("SELECT is_called FROM counter", "shop") == "f"


def test_a_database_that_does_not_answer_is_told_without_its_password(shop: str) -> None:
    with duckdb.connect() as scratch:
        for url in (shop.replace("hunter2", "swordfish"), f"{shop}-none"):
            with pytest.raises(DataRefused, match="does not answer") as refused:
                read_query(scratch, "SELECT 1 AS a", url, "clients", Path())
            assert "swordfish" not in str(refused.value)
            assert "hunter2" not in str(refused.value)
        with pytest.raises(ConfigurationRefused, match=r"ledger\.clients\.connection"):
            read_query(scratch, "SELECT 1", "postgresql://a:b@c@d/e", "clients", Path())


def test_a_table_that_a_load_holds_locked_is_not_waited_for_without_end(
    shop: str, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(shop) as load:
        load.execute("LOCK TABLE kept IN ACCESS EXCLUSIVE MODE")
        monkeypatch.setattr(postgres, "LOCK_SECONDS", 0.1)
        with pytest.raises(DataRefused, match=r"ledger\.clients\.query. reads is locked"):
            read("SELECT * FROM kept")
    assert read("SELECT * FROM kept")[1] == [(1,)]


@pytest.mark.parametrize(
    ("own", "waited"), [("", "10min"), ("?options=-c%20lock_timeout%3D7s", "7s")]
)
def test_the_wait_is_ours_where_the_user_sets_none(shop: str, own: str, waited: str) -> None:
    with duckdb.connect() as scratch:
        query = "SELECT current_setting('lock_timeout') AS waited"
        read_query(scratch, query, shop + own, "clients", Path())
        assert scratch.execute("SELECT waited FROM raw_clients").fetchall() == [(waited,)]


def test_a_whole_ledger_may_lie_there(shop: str, server: Server) -> None:
    server.run(
        "CREATE TABLE lines AS SELECT 'c' || i % 3 AS buyer, date '2011-01-01' + i AS day, "
        "i::numeric / 4 AS price, i AS pieces FROM generate_series(1, 9) AS i",
        "shop",
    )
    source = SourcePlan(
        query="SELECT * FROM lines",
        connection=shop.replace("postgresql", "postgresql+psycopg"),
        columns={"client_id": "buyer", "date": "day", "amount": "sql: price * pieces"},
    )
    with open_ledger(LedgerPlan(transactions=source), Economics()) as ledger:
        found = ledger.past(99_999).frame(
            "SELECT client_id, sum(amount) AS total FROM {lines} JOIN {clients} USING (client) "
            "GROUP BY 1 ORDER BY 1"
        )
    assert found.values.tolist() == [["c0", 31.5], ["c1", 16.5], ["c2", 23.25]]


def test_without_a_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sqlalchemy", reason="the extra `database` is not installed")
    for name in ("psycopg", "psycopg2"):
        monkeypatch.setitem(sys.modules, name, None)
    with duckdb.connect() as scratch, pytest.raises(ConfigurationRefused, match="postgres") as no:
        read_query(scratch, "SELECT 1", "postgresql://me:hunter2@db/x", "clients", Path())
    assert "segml[postgres]" in str(no.value)
    assert "hunter2" not in str(no.value)
