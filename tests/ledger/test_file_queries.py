"""A query over local files is a table, and it reaches nothing but these files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from segml.ledger import check_ledger, open_ledger
from segml.words.errors import ConfigurationRefused, DataRefused
from segml.words.plan import Economics, LedgerPlan, SourcePlan

QUERY = (
    "select o.customer as client_id, o.day as date, l.pieces * l.price as amount "
    "from orders as o join lines as l on l.number = o.number"
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Orders and lines as Parquet, with a file that no configuration names beside them."""
    days = pd.to_datetime(["2011-01-01", "2011-01-02", None])
    orders = pd.DataFrame({"number": [1, 2, 3], "customer": ["a", "b", "c"], "day": days})
    orders.to_parquet(tmp_path / "orders.parquet")
    lines = pd.DataFrame(
        {"number": [1, 1, 2, 3], "pieces": [2, 1, 4, 1], "price": [5.0, 3, 2.5, 1]}
    )
    lines.to_parquet(tmp_path / "lines.parquet")
    (tmp_path / "secret.csv").write_text("x\n1\n")
    return tmp_path


def plan(folder: Path, query: str = QUERY, **keys: Any) -> LedgerPlan:
    keys.setdefault(
        "files", {name: str(folder / f"{name}.parquet") for name in ("orders", "lines")}
    )
    return LedgerPlan(transactions=SourcePlan(query=query, **keys), max_bad_share=0.9)


def test_files_are_joined_by_a_query(shop: Path) -> None:
    with open_ledger(plan(shop), Economics(), scratch=shop / "s") as ledger:
        sql = "SELECT client_id, amount FROM {lines} JOIN {clients} USING (client) ORDER BY ALL"
        assert ledger.past(99_999).frame(sql).values.tolist() == [
            *(["a", 3.0], ["a", 10.0], ["b", 10.0]),
        ]
        assert [path.name for path in (shop / "s").rglob("files_*")] == []
    assert list((shop / "s").iterdir()) == []


def test_the_rows_of_the_query_are_the_source_rows(shop: Path) -> None:
    query = QUERY.replace("as amount ", "as amount, 'red' as colour ") + " order by o.number desc"
    check = check_ledger(plan(shop, query, where="amount <> 3"), Economics())
    counts = check.counts["transactions"]
    assert (counts.read, counts.kept, counts.quarantined, counts.filtered) == (4, 2, 1, 1)
    assert check.quarantine[["code", "row"]].values.tolist() == [["missing_date", 1]]
    assert "`colour`" in check.findings.of("unknown_columns")[0].message


def test_columns_rename_and_derive_from_what_the_query_gives(shop: Path) -> None:
    query = "select customer, day, pieces, price from orders join lines using (number)"
    columns = {"client_id": "customer", "date": "day", "amount": "sql: pieces * price"}
    check = check_ledger(plan(shop, query, columns=columns), Economics())
    assert check.counts["transactions"].kept == 3


def test_the_order_of_a_joins_rows_is_always_the_same(shop: Path) -> None:
    many = pd.DataFrame({"number": [3] * 40_000, "pieces": range(40_000), "price": 1.0})
    many.to_parquet(shop / "lines.parquet")
    one, other = (check_ledger(plan(shop), Economics()).quarantine for _ in range(2))
    assert one.equals(other)


def test_csv_files_and_globs_are_text_and_their_broken_lines_are_counted(tmp_path: Path) -> None:
    (tmp_path / "lines-1.csv").write_text("client,day,money\na,2011-01-01,1\nb\n")
    (tmp_path / "lines-2.csv").write_text("money,client,day\n2,b,2011-01-02\n")
    query = "select client as client_id, day as date, money::double * 2 as amount from lines"
    files = {"lines": str(tmp_path / "lines-*.csv")}
    check = check_ledger(plan(tmp_path, query, files=files), Economics())
    counts = check.counts["transactions"]
    assert (counts.read, counts.kept, counts.quarantined) == (3, 2, 1)
    assert check.quarantine[["code", "text"]].values.tolist() == [["unreadable_line", "b"]]


@pytest.mark.parametrize(
    "query",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select content from read_text('/etc/passwd')",
        "select * from read_csv('{folder}/secret.csv')",
        "select * from read_parquet('{folder}/orders.parquet')",
        "select * from glob('{folder}/*')",
        "select * from read_parquet('https://example.com/a.parquet')",
        "attach '{folder}/other.duckdb' as other",
        "copy (select 1) to '{folder}/out.csv'",
        "copy orders from '{folder}/secret.csv'",
        "export database '{folder}/out'",
        "install httpfs",
        "load httpfs",
        "set threads = 8",
        "set enable_external_access = true",
        "create table other (x int)",
        "drop table orders",
        "insert into orders values (9, 'x', null)",
        "select 1 as client_id; select 2",
        "pragma database_list",
        "explain select 1",
        "",
        "select nothing from nowhere",
        "select",
        "select 1 / customer from orders",
    ],
)
def test_a_query_that_is_no_select_over_its_files_is_refused(shop: Path, query: str) -> None:
    with pytest.raises(ConfigurationRefused, match=r"`ledger\.transactions\.query`") as refused:
        open_ledger(plan(shop, query.format(folder=shop)), Economics(), scratch=shop / "s")
    assert "orders, lines" in refused.value.allowed
    assert sorted(path.name for path in shop.iterdir()) == [
        *("lines.parquet", "orders.parquet", "s", "secret.csv"),
    ]
    assert list((shop / "s").iterdir()) == []


def test_a_query_does_not_see_the_tables_of_another_table_of_the_ledger(shop: Path) -> None:
    stolen = SourcePlan(
        query="select client_id from raw_transactions", files={"o": str(shop / "orders.parquet")}
    )
    both = LedgerPlan(transactions=plan(shop).transactions, clients=stolen, max_bad_share=0.9)
    with pytest.raises(ConfigurationRefused, match=r"ledger\.clients\.query.*raw_transactions"):
        open_ledger(both, Economics())


def test_a_query_does_not_see_the_variables_of_the_program(shop: Path) -> None:
    frame = pd.DataFrame({"client_id": ["a"]})
    with pytest.raises(ConfigurationRefused, match="frame"):
        open_ledger(plan(shop, "select * from frame"), Economics())
    assert len(frame) == 1


@pytest.mark.parametrize(
    ("name", "kind", "says"),
    [
        ("order.parquet", ConfigurationRefused, r"files\.orders` names no file.*`orders\.parquet`"),
        ("orders.xlsx", ConfigurationRefused, r"files\.orders` ends in `\.xlsx`"),
        ("broken.parquet", DataRefused, r"`ledger\.transactions\.files\.orders` cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_its_key(
    shop: Path, name: str, kind: type[Exception], says: str
) -> None:
    for other in ("orders.xlsx", "broken.parquet"):
        (shop / other).write_bytes(b"neither")
    files = {"orders": str(shop / name), "lines": str(shop / "lines.parquet")}
    with pytest.raises(kind, match=says):
        open_ledger(plan(shop, files=files), Economics())


def test_a_linked_file_is_read(shop: Path) -> None:
    (shop / "linked").mkdir()
    (shop / "linked" / "orders.parquet").symlink_to(shop / "orders.parquet")
    files = {
        "orders": str(shop / "linked" / "*.parquet"),
        "lines": str(shop / "lines.parquet"),
    }
    assert check_ledger(plan(shop, files=files), Economics()).counts["transactions"].kept == 3


def test_a_column_called_rowid_is_the_files_own(tmp_path: Path) -> None:
    frame = pd.DataFrame({"rowid": ["x9"], "day": ["2011-01-01"], "money": [1.0]})
    frame.to_parquet(tmp_path / "lines.parquet")
    query = "select rowid as client_id, day as date, money as amount from lines"
    files = {"lines": str(tmp_path / "lines.parquet")}
    with open_ledger(plan(tmp_path, query, files=files), Economics()) as ledger:
        found = ledger.past(99_999).frame("SELECT client_id FROM {clients}")
    assert found["client_id"].tolist() == ["x9"]
