"""A ledger that Spark reads, checks and orders; the driver holds none of its lines.

::

    sources ── spark_source ── spark_rows: checked_<table> ── checks (of counts) ── quarantine
                                    │
                                    └─ lines, by workers, sorted by client ── books, by Spark

Tables that Spark does not read (CSV, queries) are DuckDB's as ever, except for the transactions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from segml.ledger.books import books_sql
from segml.ledger.ledger import Check, Ledger, built, check_ledger, checked, open_ledger
from segml.ledger.reading import Reading, read_ledger
from segml.ledger.scratch import SHARED
from segml.ledger.spark import (
    RECORDS,
    ROWS_FILE,
    SETTINGS,
    SparkTables,
    hand_over,
    make_books,
    on_spark,
    session_at_work,
)
from segml.ledger.spark_rows import place_of, schema_of, show
from segml.ledger.spark_source import SparkDoor, reads
from segml.ledger.spark_worker import NO_SPREAD, LinesWork
from segml.ledger.workers import quietly
from segml.words.plan import Economics, LedgerPlan

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PART_LINES = 1_000_000
"""About so many lines are one part of the workers' sorting."""
_READING = {
    "spark.sql.caseSensitive": "true",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "131072",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}


@contextmanager
def open_on_spark(
    plan: LedgerPlan,
    economics: Economics,
    *,
    today: int | None = None,
    scratch: Path | None = None,
) -> Iterator[Ledger]:
    """The ledger that a plan names, read, checked and asked for features by Spark.

    Where the transactions are no Parquet and no table of a catalogue, DuckDB reads them, and what
    it checked is handed to Spark.

    Parameters
    ----------
    plan, economics, today, scratch
        As for `open_ledger`; the scratch folder is one that all of Spark's machines see.

    Raises
    ------
    ConfigurationRefused, DataRefused, ContractBroken
        As `open_ledger` does; ConfigurationRefused too if pyspark or Java is not there.
    """
    if not reads(plan.transactions, "ledger.transactions.path"):
        with (
            open_ledger(plan, economics, today=today, scratch=scratch) as ledger,
            on_spark(ledger) as same,
        ):
            yield same
        return
    with (
        session_at_work() as session,
        _read(session, plan, economics, today=today, scratch=scratch) as ledger,
    ):
        yield ledger


def check_on_spark(
    plan: LedgerPlan,
    economics: Economics,
    *,
    today: int | None = None,
    scratch: Path | None = None,
) -> Check:
    """What the check of a ledger finds by Spark, as `check_ledger`.

    Parameters
    ----------
    plan, economics, today, scratch
        As for `open_on_spark`.

    Raises
    ------
    ConfigurationRefused, DataRefused
        As `open_on_spark` does.
    """
    if not reads(plan.transactions, "ledger.transactions.path"):
        return check_ledger(plan, economics, today=today, scratch=scratch)
    with session_at_work() as session:
        return checked(reading_on(session, plan, economics, today=today, scratch=scratch))


def _read(
    session: SparkSession,
    plan: LedgerPlan,
    economics: Economics,
    *,
    today: int | None,
    scratch: Path | None,
) -> Ledger:
    reading = reading_on(session, plan, economics, today=today, scratch=scratch)
    try:
        reading.findings.refuse_errors()
        tables = SparkTables(session, reading.scratch.folder / SHARED)
        ledger = built(reading, plan, economics, maker=_Maker(reading.scratch.connection, tables))
        return replace(ledger, engine=tables)
    except BaseException:
        reading.scratch.close()
        raise


def reading_on(
    session: SparkSession,
    plan: LedgerPlan,
    economics: Economics,
    *,
    today: int | None,
    scratch: Path | None,
) -> Reading:
    """The ledger's tables, read and checked by Spark; errors are not refused yet.

    Parameters
    ----------
    session
        Of `session_at_work`.
    plan, economics, today, scratch
        As for `open_ledger`.
    """
    own = session.newSession()
    for name, value in {**SETTINGS, **_READING}.items():
        own.conf.set(name, value)
    return read_ledger(plan, economics, today=today, scratch=scratch, door=SparkDoor(own))


@dataclass(frozen=True, slots=True)
class _Maker:
    """Lines by Spark's workers, their books by Spark; the database sees both."""

    connection: duckdb.DuckDBPyConnection
    tables: SparkTables

    def lines(self, plan: LedgerPlan, economics: Economics, currency: str | None) -> None:
        """Make the lines: sorted by client over all parts, and within each as DuckDB sorts them."""
        from pyspark.sql import functions
        from pyspark.sql.pandas.types import from_arrow_schema

        session, folder = self.tables.session, self.tables.folder
        hand_over(self.connection, self.tables, {"codes": "*"})
        self.connection.execute(NO_SPREAD)
        work = LinesWork(
            plan=plan, economics=economics, currency=currency, codes=folder / "codes" / ROWS_FILE
        )
        schema = schema_of(self.connection, work.sql(0))
        checked = session.read.parquet(place_of(folder, "checked_transactions"))
        kept = checked.where("problems = 0")
        (rows,) = self.connection.execute("SELECT count(*) FROM checked_transactions").fetchone()
        parts = max(session.sparkContext.defaultParallelism, -(-rows // PART_LINES))
        made = kept.repartitionByRange(parts, functions.col("client_id"))
        with quietly():
            made.mapInArrow(work, from_arrow_schema(schema)).write.parquet(
                place_of(folder, "lines")
            )
        show(self.connection, folder, "lines")

    def books(self) -> None:
        """Hand over clients and records; make the books of the lines."""
        hand_over(self.connection, self.tables, RECORDS)
        self.tables.show("lines")
        make_books(self.tables)
        for name in books_sql():
            if (self.tables.folder / name).exists():
                show(self.connection, self.tables.folder, name)
