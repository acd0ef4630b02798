"""Runs in PostgreSQL: the rows of the files, one run of a key at a time, nobody else's touched."""

from __future__ import annotations

import datetime as dt
import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import psycopg
import pytest
from tests.server import PASSWORD, Server

from segml.stores import (
    Warehouse,
    copying,
    losses_folder,
    parquet,
    publish,
    publish_to_warehouse,
    require_warehouse,
    retire_from_warehouse,
    scores_folder,
    warehouse_holds,
)
from segml.stores.copying import BATCH_ROWS
from segml.words.errors import PublicationFailed

Ask = Callable[[str], list[list[str]]]
JUNE, JULY = dt.date(2011, 6, 1), dt.date(2011, 7, 1)
RUN = "segml score test"
ODD = (
    "",
    None,
    "Ромашка «ООО»",
    "客户",
    'a "b", c',
    "a\nb\n\\.\nc",
    "\\.",
    "\\N",
    "\t x ",
    "a\0b",
    "🙂",
)


def clients(*names: str | None) -> pd.DataFrame:
    ids = [f"c{place}" for place in range(len(names))]
    frame = pd.DataFrame({"client_id": ids, "name": list(names)}).astype({"name": "object"})
    return frame.assign(manager=None, region="", industry="x")


def levels(*values: float) -> pd.DataFrame:
    """A table with every kind of number."""
    return pd.DataFrame(
        {
            "client_id": [f"c{place}" for place in range(len(values))],
            "horizon_days": np.arange(len(values), dtype="int32"),
            "p_churn": list(values),
            "p_up": [None, *values[1:]],
            "p_down": None,
        }
    )


def put(
    folder: Path, tables: dict[str, pd.DataFrame], day: dt.date = JUNE, *, portfolio: str = "shop"
) -> Path:
    run = {"portfolio": portfolio, "as_of": day.isoformat(), "run_id": f"{day} {len(tables)}"}
    return publish(scores_folder(folder / portfolio, day), tables, run)


@pytest.fixture
def warehouse(database: str) -> Warehouse:
    return Warehouse(url=database)


@pytest.fixture
def rows(database: str) -> Iterator[Callable[[str], list[tuple[object, ...]]]]:
    """What a query gives, with the driver's types; each call is a transaction."""
    with psycopg.connect(database, autocommit=True) as opened:
        yield lambda sql: opened.execute(sql).fetchall()


def test_every_value_is_what_the_file_holds(
    tmp_path: Path, warehouse: Warehouse, rows: Callable[[str], list[tuple[object, ...]]]
) -> None:
    numbers = (0.1, -0.0, 5e-324, 1.7976931348623157e308, 1 / 3, 2**53 + 2.0)
    features = pd.DataFrame({"client_id": ["a", "b"], "as_of": [JUNE, JUNE]}).assign(
        rate=np.array([0.1, np.nan], "float32"), kind=["", None]
    )
    folder = put(
        tmp_path, {"clients": clients(*ODD), "outlook": levels(*numbers), "features": features}
    )
    held = publish_to_warehouse(warehouse, folder, command=RUN)
    assert held == {"clients": len(ODD), "outlook": len(numbers), "features": 2}
    found = rows("SELECT name FROM segml.clients ORDER BY substr(client_id, 2)::int")
    assert [row[0] for row in found] == [
        None if text is None else text.replace("\0", "\ufffd") for text in ODD
    ]
    found = rows("SELECT p_churn, p_up, p_down FROM segml.outlook ORDER BY horizon_days")
    assert [row[0] for row in found] == list(numbers)
    assert str(found[1][0]) == "-0.0"
    assert found[0][1:] == (None, None)
    assert rows("SELECT as_of, rate = 0.1::real, kind FROM segml.features ORDER BY client_id") == [
        (JUNE, True, ""),
        (JUNE, None, None),
    ]


def test_the_row_of_the_run_says_what_the_files_say(
    tmp_path: Path, warehouse: Warehouse, rows: Callable[[str], list[tuple[object, ...]]]
) -> None:
    run = {
        "portfolio": "shop",
        "as_of": str(JUNE),
        "run_id": "r",
        "model_version": "v",
        "segml": "1",
        "notes": ["of \0 and \\u0000", "№"],
    }
    folder = publish(scores_folder(tmp_path, JUNE), {"clients": clients("a")}, run)
    publish_to_warehouse(warehouse, folder, command=RUN)
    [found] = rows(
        "SELECT portfolio, as_of, run_id, model_version, segml, tables, run FROM segml.runs"
    )
    notes = ["of \ufffd and \\u0000", "№"]
    assert found == ("shop", JUNE, "r", "v", "1", {"clients": 1}, run | {"notes": notes})


def test_twice_is_the_same_rows_and_another_run_takes_their_place(
    tmp_path: Path, warehouse: Warehouse, ask: Ask
) -> None:
    both = {"clients": clients("a", "b"), "outlook": levels(0.5)}
    everything = "SELECT * FROM segml.clients ORDER BY client_id"
    publish_to_warehouse(warehouse, put(tmp_path, both), command=RUN)
    once = ask(everything)
    publish_to_warehouse(warehouse, put(tmp_path, both), command=RUN)
    assert ask(everything) == once
    assert ask("SELECT count(*) FROM segml.runs") == [["1"]]
    publish_to_warehouse(warehouse, put(tmp_path, {"clients": clients("c")}), command=RUN)
    assert ask("SELECT name FROM segml.clients") == [["c"]]
    assert ask("SELECT count(*) FROM segml.outlook") == [["0"]]  # no table outlives its run
    assert ask("SELECT tables FROM segml.runs") == [['{"clients": 1}']]


def test_other_days_and_portfolios_and_analyses_stay(
    tmp_path: Path, warehouse: Warehouse, ask: Ask
) -> None:
    for portfolio, day in (("shop", JUNE), ("shop", JULY), ("other", JUNE)):
        folder = put(tmp_path, {"clients": clients("a")}, day, portfolio=portfolio)
        publish_to_warehouse(warehouse, folder, command=RUN)
    run = {"portfolio": "shop", "from": str(JUNE), "to": str(JULY), "run_id": "l"}
    demoted = pd.DataFrame({"client_id": ["a"], "tier_before": "x", "tier_after": "y"})
    demoted = demoted.assign(value_before=1.0, value_after=0.5)
    lost = publish(losses_folder(tmp_path, JUNE, JULY), {"demoted": demoted}, run)
    publish_to_warehouse(warehouse, lost, command=RUN)
    publish_to_warehouse(warehouse, put(tmp_path, {"clients": clients("z", "y")}), command=RUN)
    assert ask("SELECT portfolio, as_of, name FROM segml.clients ORDER BY 1, 2, 3") == [
        ["other", "2011-06-01", "a"],
        ["shop", "2011-06-01", "y"],
        ["shop", "2011-06-01", "z"],
        ["shop", "2011-07-01", "a"],
    ]
    assert ask("SELECT portfolio, from_date, to_date, client_id FROM segml.demoted") == [
        ["shop", "2011-06-01", "2011-07-01", "a"]
    ]
    assert ask("SELECT run_id, tables FROM segml.loss_runs") == [["l", '{"demoted": 1}']]


def test_the_quarantine_keeps_its_sources_columns_as_one(
    tmp_path: Path, warehouse: Warehouse, ask: Ask
) -> None:
    frame = pd.DataFrame(
        {
            "table": ["t"],
            "code": ["bad_date"],
            "row": [7],
            "file": ["b.csv"],
            "file_row": [2],
            "Kunde \0 Nr": ['"x"'],
            "leer": [None],
        }
    )
    publish_to_warehouse(warehouse, put(tmp_path, {"quarantine": frame}), command=RUN)
    [[table, row, *place, source]] = ask(
        'SELECT "table", row, file, file_row, source FROM segml.quarantine'
    )
    assert (table, row, place) == ("t", "7", ["b.csv", "2"])
    assert json.loads(source) == {"Kunde \ufffd Nr": '"x"', "leer": None}


def test_an_old_schema_gains_columns_and_loses_none(
    tmp_path: Path, warehouse: Warehouse, ask: Ask
) -> None:
    folder = put(tmp_path, {"clients": clients("a")})
    publish_to_warehouse(warehouse, put(tmp_path, {"clients": clients("old")}, JULY), command=RUN)
    ask("ALTER TABLE segml.clients DROP COLUMN region, ADD COLUMN fax text")
    ask("UPDATE segml.clients SET fax = '0'")
    publish_to_warehouse(warehouse, folder, command=RUN)
    found = ask("SELECT name, region IS NULL, fax IS NULL FROM segml.clients ORDER BY as_of")
    assert found == [["a", "f", "t"], ["old", "t", "f"]]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            "DROP TABLE segml.clients; CREATE TABLE segml.clients (client_id text)",
            "segml did not make it",
        ),
        ("ALTER TABLE segml.clients ALTER name TYPE varchar(9)", "`name` is character varying"),
        ("DROP TABLE segml.clients; CREATE VIEW segml.clients AS SELECT 1", "already exists"),
    ],
)
def test_a_table_that_is_not_ours_is_refused_and_stays(
    tmp_path: Path, warehouse: Warehouse, ask: Ask, change: str, says: str
) -> None:
    folder = put(tmp_path, {"clients": clients("a"), "outlook": levels(0.5)})
    publish_to_warehouse(warehouse, folder, command=RUN)
    ask(change)
    with pytest.raises(PublicationFailed, match=says):
        publish_to_warehouse(warehouse, put(tmp_path, {"clients": clients("b")}), command=RUN)
    assert ask("SELECT tables FROM segml.runs") == [['{"clients": 1, "outlook": 1}']]
    assert ask("SELECT count(*) FROM segml.outlook") == [["1"]]


def test_a_table_that_somebody_dropped_is_made_again(
    tmp_path: Path, warehouse: Warehouse, ask: Ask
) -> None:
    folder = put(tmp_path, {"clients": clients("a"), "outlook": levels(0.5)})
    publish_to_warehouse(warehouse, folder, command=RUN)
    ask("DROP TABLE segml.clients; DROP TABLE segml.outlook")
    publish_to_warehouse(warehouse, put(tmp_path, {"clients": clients("b")}), command=RUN)
    assert ask("SELECT name FROM segml.clients") == [["b"]]


def test_more_rows_than_a_batch_are_all_there(
    tmp_path: Path, warehouse: Warehouse, ask: Ask
) -> None:
    many = levels(*np.linspace(0, 1, BATCH_ROWS + 3))
    publish_to_warehouse(warehouse, put(tmp_path, {"outlook": many}), command=RUN)
    found = ask("SELECT count(*), count(DISTINCT p_churn) FROM segml.outlook")
    assert found == [[str(BATCH_ROWS + 3)] * 2]


def test_the_file_is_read_a_batch_at_a_time(
    tmp_path: Path, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "ROW_GROUP", 1000)
    monkeypatch.setattr(copying, "BATCH_ROWS", 1000)
    many = levels(*np.random.default_rng(0).normal(size=150_000))
    folder = put(tmp_path, {"outlook": many})
    tracemalloc.start()
    publish_to_warehouse(warehouse, folder, command=RUN)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < (folder / "outlook.parquet").stat().st_size / 3


def test_a_readers_transaction_sees_one_run_in_every_table(
    tmp_path: Path, warehouse: Warehouse, database: str
) -> None:
    publish_to_warehouse(warehouse, put(tmp_path, {"clients": clients("a")}), command=RUN)
    with psycopg.connect(database) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        before = reader.execute("SELECT run_id FROM segml.runs").fetchall()
        folder = put(tmp_path, {"clients": clients("b", "c"), "outlook": levels(1)})
        publish_to_warehouse(warehouse, folder, command=RUN)  # and nobody waits for the reader
        assert reader.execute("SELECT run_id FROM segml.runs").fetchall() == before
        assert reader.execute("SELECT name FROM segml.clients").fetchall() == [("a",)]
        assert reader.execute("SELECT count(*) FROM segml.outlook").fetchall() == [(0,)]


def test_whether_the_very_run_is_held_can_be_asked(tmp_path: Path, warehouse: Warehouse) -> None:
    require_warehouse(warehouse, portfolio="shop", command=RUN)
    folder = put(tmp_path, {"clients": clients("a")})
    assert not warehouse_holds(warehouse, folder, command=RUN)
    publish_to_warehouse(warehouse, folder, command=RUN)
    assert warehouse_holds(warehouse, folder, command=RUN)
    put(tmp_path, {"clients": clients("a"), "outlook": levels(1)})
    assert not warehouse_holds(warehouse, folder, command=RUN)


def test_old_days_are_taken_away_in_every_table_of_that_portfolio_alone(
    tmp_path: Path, warehouse: Warehouse, ask: Ask
) -> None:
    old = dt.date(2010, 1, 1)
    for portfolio, day in (("shop", old), ("shop", JUNE), ("shop", JULY), ("other", old)):
        tables = {"clients": clients("a"), "outlook": levels(1)}
        folder = put(tmp_path, tables, day, portfolio=portfolio)
        publish_to_warehouse(warehouse, folder, command=RUN)
    gone = retire_from_warehouse(warehouse, portfolio="shop", days=60, command=RUN)
    assert gone == ("2010-01-01",)
    for table in ("clients", "outlook", "runs"):
        assert ask(f"SELECT portfolio, as_of FROM segml.{table} ORDER BY 1, 2") == [
            ["other", "2010-01-01"],
            ["shop", "2011-06-01"],
            ["shop", "2011-07-01"],
        ]


def test_a_user_without_rights_is_told_which(server: Server, database: str, ask: Ask) -> None:
    ask("CREATE ROLE guest LOGIN PASSWORD 'guest-secret'")
    name = database.rpartition("/")[2]
    guest = f"postgresql://guest:guest-secret@127.0.0.1:{server.port}/{name}"
    with pytest.raises(PublicationFailed, match="grant CREATE on the database") as refused:
        require_warehouse(Warehouse(url=guest), portfolio="shop", command=RUN)
    assert "guest" not in str(refused.value)
    ask("CREATE SCHEMA mine AUTHORIZATION guest")
    require_warehouse(Warehouse(url=guest, schema="mine"), portfolio="shop", command=RUN)
    ask("DROP OWNED BY guest; DROP ROLE guest")


def test_no_message_shows_a_password(server: Server, database: str) -> None:
    wrong = (
        database.replace("hunter2", "swordfish"),
        server.url("none-such"),
        database.replace(str(server.port), "1"),
        database.replace(str(server.port), "port"),
        f"postgresql://127.0.0.1:{server.port}/postgres?user=segml&password=swordfish",
    )
    for url in wrong:
        with pytest.raises(Exception) as refused:  # noqa: PT011 - of whatever type, nothing is told
            require_warehouse(Warehouse(url=url), portfolio="shop", command=RUN)
        said = f"{refused.value!r} {refused.value}"
        for secret in ("swordfish", PASSWORD, "hunter2", "50%25"):
            assert secret not in said, said
        assert type(refused.value).__module__ == PublicationFailed.__module__
        assert refused.value.__cause__ is None
