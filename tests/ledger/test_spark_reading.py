"""A ledger that Spark reads and checks is the one that DuckDB reads and checks: verdicts and rows.

`SEGML_SPARK_DIRTY=40` reads so many dirty ledgers both ways (docs/spark.md has the command).
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from tests.ledger.dirty import dirty_ledger

from segml.ledger import (
    Check,
    Ledger,
    check_ledger,
    check_on_spark,
    distinct,
    open_ledger,
    open_on_spark,
)
from segml.ledger.spark_source import reads
from segml.ledger.spark_worker import failed, failure_in, worker_database
from segml.words.errors import ConfigurationRefused, DataRefused, Refusal
from segml.words.plan import Economics, LedgerPlan, SourcePlan

DIRTY = int(os.environ.get("SEGML_SPARK_DIRTY", "0"))
FIRST = int(os.environ.get("SEGML_FIRST_LEDGER", "0"))
TODAY = 19_800
TABLES = ("clients", "interactions", "invoices", "events", "purchases", "days", "product_totals")

LINES = pd.DataFrame(
    [
        # client, date, amount, order, product, currency, returned, note
        ("1.0", "2024-01-03", "10", "A1", "p10001", "EUR", "no", "kept"),
        ("1.0", "2024-01-03", "10", "A1", "p10001", "EUR", "no", "kept"),
        ("1.0", "2024-02-05", "1,234.50", "A2", "p10002", "usd", None, "converted"),
        ("2", "2024-02-06 23:30", "-3", "C7", "POST", "EUR", "yes", "kept"),
        ("2", "2024-02-07", "0", "C7", "p10001", None, "no", "spread over days"),
        ("2", "2024-03-01T23:30:00Z", "7.25", "A9", "p10003", "EUR", "no", "next day in Moscow"),
        ("3", "03/04/2024", "5", "A3", "p10001", "EUR", "no", "ambiguous"),
        ("3", "soon", "5", "A4", "p10001", "EUR", "no", "no date"),
        ("3", "2024-04-04", "twelve", "A5", "p10001", "EUR", "no", "no number"),
        ("3", "2024-04-05", "1e13", "A6", "p10001", "EUR", "no", "too large"),
        (None, "2024-04-06", "9", "A7", "p10002", "EUR", "no", "of nobody"),
        ("4", "2031-01-01", "9", "A8", "p10002", "EUR", "perhaps", "in the future, no flag"),
        ("5", "2024-05-05", "9", "A7", "p10002", "XXX", "no", "no rate; an order of two clients"),
        ("6", "2024-05-06", "9", "B1", "p10002", "EUR", "no", "left out"),
        ("7", "2024-05-07", "8", "A1", "p10002", "EUR", "no", "an order of two clients"),
    ],
    columns=["who", "date", "amount", "order_id", "product", "currency", "is_return", "note"],
)
CLIENTS = pd.DataFrame(
    {
        "client_id": ["1", "2", "3", "8"],
        "referred_by": [None, "1", "nobody", "2"],
        "acquired_on": pd.to_datetime(["2023-01-01", "2023-02-01", None, "2024-01-01"]),
        "employees": [5.0, float("nan"), -2.0, 7.0],
        "segml_row": [1, 2, 3, 4],
    }
)
INVOICES = pd.DataFrame(
    {
        "client_id": [1, 2, 9],
        "issued_on": pd.to_datetime(["2024-01-03", "2024-02-06", "2024-02-07"]),
        "due_on": pd.to_datetime(["2024-02-03", "2024-01-01", "2024-03-07"]),
        "amount": [10.0, 5.0, float("inf")],
        "paid_on": pd.to_datetime(["2024-02-01", None, None]),
    }
)
CONTACTS = "client_id,date,kind,minutes\n1,2024-01-05,call,10\n2,2024-01-06,nap,x\n1,2024-02-01\n"


def hostile(folder: Path, spark: Any, duplicates: Any) -> tuple[LedgerPlan, LedgerPlan]:
    """The same tables for DuckDB, and for Spark as files, address, catalogue and what it cannot."""
    for place in ("lines", "invoices"):
        (folder / place).mkdir()
    LINES[6:].to_parquet(folder / "lines" / "b [1] %20.parquet", index=False)
    LINES[:6].to_parquet(folder / "lines" / "a.parquet", index=False)
    CLIENTS.to_parquet(folder / "clients.parquet", index=False)
    INVOICES.to_parquet(folder / "invoices" / "all.parquet", index=False)
    (folder / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    spark.sql(
        "CREATE OR REPLACE TEMPORARY VIEW stored AS SELECT * FROM "
        f"parquet.`{folder}/clients.parquet`"
    )
    spark.sql("CREATE DATABASE IF NOT EXISTS books")
    spark.sql("DROP TABLE IF EXISTS books.clients")
    spark.sql(
        f"CREATE TABLE books.clients USING parquet LOCATION 'file://{folder}/table' "
        "AS SELECT * FROM stored"
    )
    plan = LedgerPlan(
        transactions=SourcePlan(
            path=str(folder / "lines" / "*.parquet"),
            columns={"client_id": "who"},
            where="note <> 'left out'",
        ),
        clients=SourcePlan(path=str(folder / "clients.parquet")),
        invoices=SourcePlan(path=str(folder / "invoices" / "all.parquet")),
        interactions=SourcePlan(path=str(folder / "contacts.csv")),
        timezone="Europe/Moscow",
        max_bad_share=0.9,
        duplicates=duplicates,
        rates={"USD": 0.9},
        folder=str(folder),
    )
    by_spark = replace(
        plan,
        clients=SourcePlan(table="books.clients"),
        invoices=SourcePlan(path=f"file://{folder}/invoices"),
    )
    return plan, by_spark


def same_rows(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Quarantines; the clients, of Spark's catalogue, are no file's there."""
    placed = one["table"].ne("clients")
    of_files = {name: one[name].where(placed) for name in ("file", "file_row")}
    pd.testing.assert_frame_equal(one.assign(**of_files), other, check_dtype=False)
    assert one["file"].notna().all()


def same(one: Check | Ledger, other: Check | Ledger) -> None:
    assert one.findings == other.findings
    assert one.counts == other.counts
    assert one.notes == other.notes


@pytest.mark.slow
def test_spark_reads_checks_and_orders_what_duckdb_does(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distinct, "AT_A_TIME", 8)  # more lines are counted by Spark, and in parts
    plan, by_spark = hostile(tmp_path, spark, "drop")
    economics = Economics(currency="EUR", order=2.0, commission_rate=0.01, margin_rate=0.4)
    with (
        open_ledger(plan, economics, today=TODAY) as one,
        open_on_spark(by_spark, economics, today=TODAY) as other,
    ):
        same(one, other)
        assert {"ambiguous_date", "duplicate_line", "no_rate", "order_prefix"} <= {
            finding.code for finding in one.findings
        } | set(one.quarantine()["code"])
        same_rows(one.quarantine(), other.quarantine())
        assert one.fingerprint == other.fingerprint
        days = (one.last_day + 1, one.last_day - 30)
        for past, again in ((one.past(day), other.past(day)) for day in days):
            assert (past.fingerprint, past.rows) == (again.fingerprint, again.rows)
        for table in (*TABLES, "lines"):
            pd.testing.assert_frame_equal(_rows(one, table), _rows(other, table))
        kept = other._scratch.connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE table_name IN ('lines', 'days', "
            "'checked_transactions')"
        )
        assert kept.fetchall() == []  # the driver's database sees lines, and holds none


def _rows(ledger: Ledger, table: str) -> pd.DataFrame:
    """A table, in its order; orders by their places, for each engine numbers them its own way."""
    frame: pd.DataFrame = ledger._scratch.connection.execute(f"SELECT * FROM {table}").df()
    if "order_key" in frame:
        frame["order_key"] = pd.factorize(frame["order_key"])[0]
    return frame


@pytest.mark.slow
def test_spark_refuses_what_duckdb_refuses(spark: Any, tmp_path: Path) -> None:
    lines, clients = tmp_path / "lines" / "all.parquet", tmp_path / "clients.parquet"
    lines.parent.mkdir()
    LINES.drop(columns="amount").to_parquet(lines, index=False)
    pd.concat([CLIENTS, CLIENTS[1:3]]).to_parquet(clients, index=False)
    spark.sql("CREATE DATABASE IF NOT EXISTS books")
    spark.sql(f"CREATE OR REPLACE VIEW books.seen AS SELECT * FROM parquet.`{clients}`")
    plan = LedgerPlan(
        transactions=SourcePlan(path=str(lines), columns={"client_id": "who"}),
        clients=SourcePlan(path=str(clients)),
        folder=str(tmp_path),
    )
    a_folder = replace(plan.transactions, path=str(lines.parent))
    by_spark = replace(plan, transactions=a_folder, clients=SourcePlan(table="books.seen"))
    one, other = check_ledger(plan, Economics()), check_on_spark(by_spark, Economics())
    same(one, other)
    assert {"missing_column", "duplicate_client_id"} <= {each.code for each in one.findings.errors}
    same_rows(one.quarantine, other.quarantine)

    wrong = replace(
        plan,
        transactions=replace(
            plan.transactions, columns={"client_id": "who", "amount": "sql: CAST(note AS INTEGER)"}
        ),
    )
    told = []
    for check in (check_ledger, check_on_spark):
        with pytest.raises(ConfigurationRefused) as refusal:
            check(wrong, Economics())
        told.append(str(refusal.value))
    assert told[0] == told[1]

    nowhere = replace(plan, transactions=SourcePlan(table="books.lines"))
    with pytest.raises(ConfigurationRefused, match="catalogue does not have"):
        check_on_spark(nowhere, Economics())
    (tmp_path / "lines" / "all.parquet").write_bytes(b"PAR1" + bytes(99) + b"PAR1")
    with pytest.raises(DataRefused, match="cannot be read by Spark"):
        check_on_spark(plan, Economics())
    with pytest.raises(DataRefused, match="cannot be read by Spark"):
        check_on_spark(
            replace(plan, transactions=SourcePlan(path=f"file://{tmp_path}/gone")), Economics()
        )


@pytest.mark.slow
@pytest.mark.usefixtures("spark")
@pytest.mark.skipif(not DIRTY, reason="SEGML_SPARK_DIRTY names no number of ledgers")
@pytest.mark.parametrize("seed", range(FIRST, FIRST + DIRTY))
def test_spark_says_of_a_dirty_ledger_what_duckdb_says(seed: int, tmp_path: Path) -> None:
    plan, economics = dirty_ledger(seed, tmp_path)
    told: list[Check | str] = []
    for check in (check_ledger, check_on_spark):
        try:
            told.append(check(plan, economics))
        except Refusal as refusal:
            told.append(f"{type(refusal).__name__}: {refusal}")
    one, other = told
    if "zero byte in its name" in str(other):
        return
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
        return
    same(one, other)
    pd.testing.assert_frame_equal(one.quarantine, other.quarantine)


def test_what_spark_alone_reads_is_refused_by_duckdb() -> None:
    for source in (SourcePlan(table="books.lines"), SourcePlan(path="s3a://lake/lines")):
        with pytest.raises(ConfigurationRefused, match=r"Spark alone reads.*`engine: spark`"):
            check_ledger(LedgerPlan(transactions=source), Economics())


@pytest.mark.parametrize(("unit", "is_spark_s"), [("us", True), ("ns", False)])
def test_files_with_a_type_that_spark_lacks_are_duckdbs(
    unit: str, is_spark_s: bool, tmp_path: Path
) -> None:
    stamps = pd.DataFrame({"date": pd.Series(["2024-01-01"], dtype=f"datetime64[{unit}]")})
    stamps.to_parquet(tmp_path / "lines.parquet", index=False)
    assert reads(SourcePlan(path=str(tmp_path / "*.parquet")), "key") is is_spark_s


def test_a_worker_reads_no_file(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    with worker_database(tmp_path) as connection, pytest.raises(duckdb.PermissionException):
        connection.execute(f"SELECT content FROM read_text('{tmp_path}/secret.txt')")
    assert [file.name for file in tmp_path.iterdir()] == ["secret.txt"]


def test_an_error_of_a_worker_is_duckdbs_own_again() -> None:
    met = duckdb.ConversionException("of << two\nlines")
    found = failure_in(RuntimeError(f"Job aborted:\n{failed(met)}\n"))
    assert isinstance(found, duckdb.ConversionException)
    assert str(found) == "of << two\nlines"
    assert failure_in(RuntimeError("another")) is None
