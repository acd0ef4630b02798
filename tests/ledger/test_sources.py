from __future__ import annotations

import gc
import gzip
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from segml.ledger import Check, Ledger, check_ledger, open_ledger
from segml.ledger.paths import folder_of
from segml.words.errors import ConfigurationRefused, DataRefused
from segml.words.plan import Economics, LedgerPlan, SourcePlan

HEADER = "client_id,date,amount\n"


def plan(path: Path | str, **kwargs: object) -> LedgerPlan:
    return LedgerPlan(transactions=SourcePlan(path=str(path), **kwargs))  # type: ignore[arg-type]  # keywords of a test case


def amounts(of: LedgerPlan) -> list[list[object]]:
    with open_ledger(of, Economics()) as ledger:
        return (
            ledger.past(99_999)
            .frame("SELECT client_id, amount FROM {lines} JOIN {clients} USING (client) ORDER BY 1")
            .values.tolist()
        )


@pytest.mark.parametrize("line", ["b,2011-0", "b"])
def test_a_file_that_ends_within_a_line_that_is_no_row_was_cut_off(
    tmp_path: Path, line: str
) -> None:
    file = tmp_path / "lines.csv"
    file.write_text("client_id,date,amount\n" + "a,2011-01-01,5\n" * 100 + line, "utf-8")
    plan = LedgerPlan(transactions=SourcePlan(path=str(file)))
    with pytest.raises(DataRefused, match=r"lines\.csv.* ends within its line 102"):
        check_ledger(plan, Economics())
    file.write_text(file.read_text("utf-8") + "\n", "utf-8")
    (found,) = check_ledger(plan, Economics()).findings.of("unreadable_line")
    assert (found.severity, found.count) == ("warning", 1)


def test_a_whole_last_line_needs_no_line_end(tmp_path: Path) -> None:
    file = tmp_path / "lines.csv"
    file.write_text("client_id,date,amount\nb,2011-0\na,2011-01-01,5", "utf-8")
    plan = LedgerPlan(transactions=SourcePlan(path=str(file)), max_bad_share=0.5)
    check = check_ledger(plan, Economics())
    assert check.counts["transactions"].kept == 1


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbf" + (HEADER + "a,2011-01-01,1\n").encode())
    assert amounts(plan(tmp_path / "a.csv")) == [["a", 1.0]]


def test_a_glob_reads_gzip_and_plain_files_with_columns_in_any_order(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(HEADER + "a,2011-01-01,1\n")
    (tmp_path / "y.csv").write_text("amount;note;client_id;date\n2;hi;b;2011-01-01\n")
    (tmp_path / "z.csv.gz").write_bytes(gzip.compress((HEADER + "c,2011-01-01,3\n").encode()))
    (tmp_path / "empty.csv").write_bytes(b"")
    assert amounts(plan(tmp_path / "*.csv*")) == [["a", 1.0], ["b", 2.0], ["c", 3.0]]


def test_parquet_files_are_read_by_a_glob(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        frame = pd.DataFrame({"client_id": [name], "date": ["2011-01-01"], "amount": [1]})
        frame.to_parquet(tmp_path / name / "part.parquet")
    assert amounts(plan(tmp_path / "*" / "*.parquet")) == [["a", 1.0], ["b", 1.0]]


def test_names_in_cyrillic_and_chinese_pass(opened: Callable[..., Ledger]) -> None:
    ledger = opened(
        HEADER + "Иван,2011-01-01,1\n客户,2011-01-02,2\n",
        "client_id,name\nИван,«Ромашка» ООО\n客户,北京公司\n",
    )
    names = ledger.past(99_999).frame("SELECT client_id, name FROM {clients} ORDER BY client_id")
    assert names.values.tolist() == [["Иван", "«Ромашка» ООО"], ["客户", "北京公司"]]


def test_one_row_is_a_ledger(opened: Callable[..., Ledger]) -> None:
    ledger = opened(HEADER + "a,2011-01-01,1\n")
    assert (ledger.first_day, ledger.last_day) == (14975, 14975)


def test_one_client_is_a_ledger(opened: Callable[..., Ledger]) -> None:
    ledger = opened(HEADER + "a,2011-01-01,1\na,2011-03-01,2\n")
    assert ledger.past(99_999).frame("SELECT * FROM {clients}")["client_id"].tolist() == ["a"]


def test_lines_that_are_no_rows_are_quarantined_with_their_text(
    checked: Callable[..., Check],
) -> None:
    rows = HEADER + "a,2011-01-01,1\nb,2011-01-01,1,9,9\nc,2011-01-01,1\nd\n"
    check = checked(rows, max_bad_share=0.5)
    assert check.quarantine["code"].tolist() == ["unreadable_line", "unreadable_line"]
    assert check.quarantine["text"].tolist() == ["b,2011-01-01,1,9,9", "d"]
    assert check.counts["transactions"].read == 4
    assert checked(rows).findings.of("unreadable_line")[0].severity == "error"


def test_a_file_in_another_encoding_loses_nothing_in_silence(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes((HEADER + "Jos\u00e9,2011-01-01,1\n").encode("latin1"))
    check = check_ledger(plan(tmp_path / "a.csv"), Economics())
    assert {"unreadable_line", "empty_ledger"} <= {item.code for item in check.findings.errors}


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
def test_a_header_in_another_encoding_is_refused_by_the_name_of_its_file(
    tmp_path: Path, ending: str, encoding: str
) -> None:
    rows = ("Kundennummer;Straße;date;amount\n" + "a;Hauptweg;2011-01-01;1\n" * 9).encode(encoding)
    file = tmp_path / f"kunden.{ending}"
    file.write_bytes(gzip.compress(rows) if ending.endswith("gz") else rows)
    with pytest.raises(DataRefused, match=r"kunden\.csv.* is not UTF-8 .*save it again as UTF-8"):
        check_ledger(plan(file, columns={"client_id": "Kundennummer"}), Economics())


def test_a_finding_of_broken_lines_names_their_files(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(HEADER + "a,2011-01-01,1\n")
    (tmp_path / "y.csv").write_text(HEADER + "a,2011-01-01,1,9\nb\n")
    (tmp_path / "z.csv").write_bytes((HEADER + "Jos\u00e9,2011-01-01,1\n").encode("cp1252"))
    (found,) = check_ledger(plan(tmp_path / "*.csv"), Economics()).findings.of("unreadable_line")
    assert [each.split(":")[0] for each in found.first] == [
        "y.csv line 2",
        "y.csv line 3",
        "z.csv line 2",
    ]
    assert "3 lines that are no rows (of 4), 1 of them not UTF-8" in found.message
    assert "in y.csv (2), z.csv (1)" in found.message
    assert "save it again as UTF-8" in found.message


@pytest.mark.parametrize("name", ["a.parquet", "a.csv.gz"])
def test_a_file_that_is_not_what_its_ending_says_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"this is neither of them")
    with pytest.raises(DataRefused, match="cannot be read"):
        open_ledger(plan(tmp_path / name), Economics())


def test_the_one_file_of_many_that_is_cut_off_is_named(tmp_path: Path) -> None:
    whole = pd.DataFrame({"client_id": ["a"], "date": ["2011-01-01"], "amount": [1.0]})
    for name in ("a.parquet", "aa.parquet", "b.parquet"):
        whole.to_parquet(tmp_path / name)
    kept = (tmp_path / "aa.parquet").read_bytes()
    (tmp_path / "aa.parquet").write_bytes(kept[: len(kept) // 2])
    with pytest.raises(DataRefused, match=r"the file \S+/aa\.parquet of `ledger\.transactions"):
        open_ledger(plan(tmp_path / "*.parquet"), Economics())


def test_a_path_that_names_no_file_is_refused_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "lines.csv").write_text(HEADER)
    with pytest.raises(ConfigurationRefused, match=r"did you mean `lines\.csv`"):
        open_ledger(plan(tmp_path / "line.csv"), Economics())


def test_the_file_of_another_table_is_not_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "transactions.csv").write_text(HEADER)
    source = SourcePlan(path=str(tmp_path / "interactions.csv"))
    both = replace(plan(tmp_path / "transactions.csv"), interactions=source)
    with pytest.raises(ConfigurationRefused, match="see why its source delivered nothing"):
        check_ledger(both, Economics())


def test_a_glob_that_is_none_names_no_file(tmp_path: Path) -> None:
    plan = LedgerPlan(transactions=SourcePlan(path=str(tmp_path / "a**b" / "lines.csv")))
    with pytest.raises(ConfigurationRefused, match="names no file"):
        check_ledger(plan, Economics())


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"")
    with pytest.raises(ConfigurationRefused, match="xlsx"):
        open_ledger(plan(tmp_path / "a.xlsx"), Economics())


def test_the_configuration_cannot_read_other_files(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text(HEADER + "a,2011-01-01,1\n")
    (tmp_path / "secret.csv").write_text("x\n1\n")
    stolen = f"sql: (SELECT max(x) FROM read_csv('{tmp_path}/secret.csv'))"
    with pytest.raises(ConfigurationRefused, match=r"columns\.amount"):
        open_ledger(
            LedgerPlan(
                transactions=SourcePlan(
                    path=str(tmp_path / "in" / "a.csv"), columns={"amount": stolen}
                ),
                folder=str(tmp_path / "in"),
            ),
            Economics(),
        )


def test_the_folder_of_a_glob_ends_before_its_first_sign() -> None:
    assert folder_of("/data/20*/x/*.csv") == Path("/data")
    assert folder_of("/data/x.csv") == Path("/data")


def test_a_source_column_called_rowid_does_no_harm(checked: Callable[..., Check]) -> None:
    check = checked("rowid,client_id,date,amount\n9,a,2011-01-01,1\n9,b,2011-01-01,x\n")
    assert check.quarantine["row"].tolist() == [2]


def test_a_scratch_folder_is_empty_after_closing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEADER + "a,2011-01-01,1\n")
    with open_ledger(plan(tmp_path / "a.csv"), Economics(), scratch=tmp_path / "s"):
        assert len(list((tmp_path / "s").iterdir())) == 1
    assert list((tmp_path / "s").iterdir()) == []


def test_a_refused_ledger_leaves_no_scratch_behind(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEADER)
    with pytest.raises(DataRefused):
        open_ledger(plan(tmp_path / "a.csv"), Economics(), scratch=tmp_path / "s")
    assert list((tmp_path / "s").iterdir()) == []


def test_a_query_on_a_duckdb_file_is_a_table(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as shop:
        shop.execute("CREATE TABLE t AS SELECT 7 AS c, DATE '2011-01-01' AS date, 2.5 AS amount")
    of = LedgerPlan(
        transactions=SourcePlan(
            query="SELECT c AS client_id, date, amount FROM t", connection="duckdb:///shop.duckdb"
        ),
        folder=str(tmp_path),
    )
    assert amounts(of) == [["7", 2.5]]


def test_a_query_on_another_database_is_a_table(tmp_path: Path) -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy", reason="the extra `database` is not installed")
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as shop:
        shop.execute(sqlalchemy.text("CREATE TABLE t (c TEXT, d TEXT, a REAL, q INTEGER, n TEXT)"))
        shop.execute(
            sqlalchemy.text(
                "INSERT INTO t VALUES ('x','2011-01-01',2.5,NULL,NULL),('y','2011-01-02',1,3,NULL)"
            )
        )
    engine.dispose()
    query = "SELECT c AS client_id, d AS date, a AS amount, q AS quantity, n AS product FROM t"
    of = LedgerPlan(transactions=SourcePlan(query=query, connection=url))
    assert amounts(of) == [["x", 2.5], ["y", 1.0]]
    query = "SELECT c AS client_id, d AS date, a AS amount, '::x :y' AS product FROM t"
    of = LedgerPlan(transactions=SourcePlan(query=query, connection=url))
    assert amounts(of) == [["x", 2.5], ["y", 1.0]]  # a colon begins no parameter
    query = "SELECT c AS client_id, d AS date, a AS amount, q AS amount FROM t"
    of = LedgerPlan(transactions=SourcePlan(query=query, connection=url))
    with pytest.raises(ConfigurationRefused, match="two columns called `amount`"):
        open_ledger(of, Economics())


def test_an_sqlite_file_stands_beside_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sqlalchemy", reason="the extra `database` is not installed")
    (tmp_path / "elsewhere").mkdir()
    with closing(sqlite3.connect(tmp_path / "shop.db")) as shop:
        shop.execute("CREATE TABLE t AS SELECT 'x' AS client_id, '2011-01-01' AS date, 2 AS amount")
        shop.commit()
    monkeypatch.chdir(tmp_path / "elsewhere")
    asked = partial(SourcePlan, connection="sqlite:///shop.db")
    of = partial(LedgerPlan, folder=str(tmp_path))
    assert amounts(of(transactions=asked(query="SELECT * FROM t"))) == [["x", 2.0]]
    for query, says in [
        ("SELECT * FROM sales", "no such table: sales"),
        ("SELECT amont FROM t", "no such column: amont"),
        ("SELECT FROM t", "syntax error"),
    ]:
        with pytest.raises(ConfigurationRefused, match=says):
            open_ledger(of(transactions=asked(query=query)), Economics())
    lost = SourcePlan(query="SELECT * FROM t", connection="sqlite:///crm.sqlite")
    with pytest.raises(ConfigurationRefused, match=r"names no SQLite file: .*crm\.sqlite"):
        open_ledger(of(transactions=lost), Economics())
    assert not list(tmp_path.rglob("crm.sqlite"))


def test_a_file_that_is_no_sqlite_database_is_refused_with_the_cause(tmp_path: Path) -> None:
    pytest.importorskip("sqlalchemy", reason="the extra `database` is not installed")
    (tmp_path / "shop.db").write_text("x" * 2000)
    of = SourcePlan(query="SELECT 1", connection="sqlite:///shop.db")
    with pytest.raises(DataRefused, match="file is not a database"):
        open_ledger(LedgerPlan(transactions=of, folder=str(tmp_path)), Economics())


@pytest.mark.parametrize(
    ("query", "connection", "says"),
    [
        ("SELECT 1", None, "without `connection`"),
        ("SELECT 1", "duckdb:///none.duckdb", "no DuckDB file"),
        ("SELECT nothing FROM nowhere", "duckdb:///shop.duckdb", "nowhere"),
        ("CREATE TABLE z (a INT)", "duckdb:///shop.duckdb", "refused by the database"),
        ("SELECT 1", "nosuchdb://user:password@host/db", "cannot be used"),
    ],
)
def test_a_query_that_cannot_run_is_refused_without_its_password(
    tmp_path: Path, query: str, connection: str | None, says: str
) -> None:
    duckdb.connect(str(tmp_path / "shop.duckdb")).close()
    of = LedgerPlan(
        transactions=SourcePlan(query=query, connection=connection), folder=str(tmp_path)
    )
    with pytest.raises(ConfigurationRefused, match=says) as refused:
        open_ledger(of, Economics())
    assert "password" not in str(refused.value)


def test_an_open_ledger_reads_no_file_and_changes_no_setting(
    opened: Callable[..., Ledger], tmp_path: Path
) -> None:
    past = opened(HEADER + "a,2011-01-01,1\n").past(99_999)
    with pytest.raises(duckdb.Error, match="locked"):
        past.frame("SET threads = 2")
    with pytest.raises(duckdb.Error, match="disabled"):
        past.frame("SELECT * FROM read_csv('/etc/hostname')")


def test_a_ledger_that_nobody_closed_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEADER + "a,2011-01-01,1\n")
    past = open_ledger(plan(tmp_path / "a.csv"), Economics(), scratch=tmp_path / "s").past(99_999)
    gc.collect()
    assert len(past.frame("SELECT * FROM {lines}")) == 1
    del past
    gc.collect()
    assert list((tmp_path / "s").iterdir()) == []


def test_a_linked_file_is_read(tmp_path: Path) -> None:
    for name in ("real", "named"):
        (tmp_path / name).mkdir()
    (tmp_path / "real" / "a.csv").write_text(HEADER + "a,2011-01-01,1\n")
    (tmp_path / "named" / "a.csv").symlink_to(tmp_path / "real" / "a.csv")
    of = LedgerPlan(
        transactions=SourcePlan(path=str(tmp_path / "named" / "*.csv")),
        folder=str(tmp_path / "named"),
    )
    assert amounts(of) == [["a", 1.0]]


def test_a_broken_row_is_told_by_its_file_and_its_place_there(tmp_path: Path) -> None:
    for year, lines in (("2023", "a,x,1\n"), ("2024", "a,2024-01-01,1\nb,2024-01-01,y,9\nb,z,2\n")):
        (tmp_path / year).mkdir()
        (tmp_path / year / "sales.csv").write_text(HEADER + lines)
    (tmp_path / "2022").mkdir()
    (tmp_path / "2022" / "sales.csv").write_text(HEADER)
    of = plan(tmp_path / "*" / "sales.csv")
    check = check_ledger(replace(of, max_bad_share=1.0, folder=str(tmp_path)), Economics())
    shown = ["code", "row", "file", "file_row"]
    told = check.quarantine[shown].astype(object)
    assert told.where(told.notna(), None).values.tolist() == [
        ["bad_date", 1, "2023/sales.csv", 1],
        ["bad_date", 3, "2024/sales.csv", 2],
        ["unreadable_line", 3, "2024/sales.csv", None],
    ]
    [found] = check.findings.of("bad_date")
    assert found.first == ("2023/sales.csv row 1: 'x'", "2024/sales.csv row 2: 'z'")


def test_rows_of_a_database_have_no_file(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as shop:
        shop.execute("CREATE TABLE t AS SELECT 'a' AS client_id, 'x' AS date, 2.5 AS amount")
    database = f"duckdb:///{tmp_path / 'shop.duckdb'}"
    of = LedgerPlan(
        transactions=SourcePlan(query="SELECT * FROM t", connection=database), max_bad_share=1.0
    )
    quarantine = check_ledger(of, Economics()).quarantine
    assert quarantine["row"].tolist() == [1]
    assert quarantine[["file", "file_row"]].isna().all(axis=None)


def test_decimal_commas_of_several_files_are_told_as_those_of_one(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("client_id;date;amount\na;2011-01-01;1.234,50\n")
    (found,) = check_ledger(plan(tmp_path / "*.csv"), Economics()).findings.of("bad_amount")
    assert "\"sql: replace(replace(<column>, '.', ''), ',', '.')\"" in found.message
