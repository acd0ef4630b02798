"""Apache Spark in DuckDB's place: the features of a ledger that was read and checked.

::

    checked rows ── Parquet in the scratch folder ── views of a session of Spark's
                    lines ── purchases, days, product_totals   (the books, made by Spark)
                    {what is kept}                             (Parquet too)

Whatever Spark makes that is asked again is written to the scratch folder: an executor that is lost
takes nothing with it. The folder has to be one that all executors see.

The questions are DuckDB's own, letter for letter but for `SPELT`: they are written in what both
read alike, which a test holds them to.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd

from segml.ledger.books import books_sql
from segml.ledger.engines import Work
from segml.ledger.ledger import Ledger
from segml.ledger.question import written
from segml.ledger.scratch import SHARED
from segml.ledger.views import REFERRED, known_by
from segml.ledger.workers import made_by_workers, quietly
from segml.words.errors import ConfigurationRefused

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SPELT: Mapping[str, str] = {" not materialized": ""}
"""What DuckDB's text says otherwise than Spark's, though both mean the same."""

RECORDS: Mapping[str, str] = {
    "clients": "*",
    "interactions": "*",
    "invoices": "*",
    "events": "* EXCLUDE (description)",
}
"""Tables of clients and what is recorded of them, to what is handed over of each."""

ROWS_FILE = "rows.parquet"
_ROWS = 262_144
"""Rows that are handed over at a time, and rows of a group of Parquet's."""

SETTINGS: Mapping[str, str] = {
    "spark.sql.ansi.enabled": "true",  # what does not fit is refused, never cut off or made null
    "spark.sql.session.timeZone": "UTC",
}
_BEYOND = re.compile("ARITHMETIC_OVERFLOW|CAST_OVERFLOW|NUMERIC_VALUE_OUT_OF_RANGE")


@contextmanager
def on_spark(ledger: Ledger) -> Iterator[Ledger]:
    """The same ledger, whose snapshots are made by Spark until the context is left.

    A session of Spark's that is at work is used, in a session of its own for names and settings;
    where there is none, one is made by Spark's own configuration and stopped at the end.

    Parameters
    ----------
    ledger
        An open ledger. Its scratch folder takes its tables once more, as Parquet.

    Raises
    ------
    ConfigurationRefused
        If pyspark or Java is not there.
    DataRefused
        As `open_ledger` does, of sums that are too large.
    """
    with session_at_work() as session:
        folder = ledger._scratch.folder / SHARED
        folder.mkdir()
        try:
            tables = SparkTables(session, folder)
            lines = {"lines": "* EXCLUDE (order_id)"}
            hand_over(ledger._scratch.connection, tables, lines | dict(RECORDS))
            make_books(tables)
            yield replace(ledger, engine=tables)
        finally:
            shutil.rmtree(folder)


@dataclass(frozen=True, slots=True)
class SparkTables:
    """The tables of one ledger in a session of Spark's: each is Parquet files in a folder."""

    session: SparkSession
    folder: Path

    def past(self, as_of: int) -> SparkPast:
        """What was known at the start of a day."""
        return SparkPast(as_of=as_of, _tables=self)

    def each(
        self, work: Work, shared: Any, chunks: Iterable[pd.DataFrame]
    ) -> Iterator[pd.DataFrame]:
        """What the work makes of each chunk, in their order, by Spark's workers."""
        return made_by_workers(self.session, self.folder, work, shared, chunks)

    def ask(self, sql: str) -> Any:
        """The answer to a question as a DataFrame of Spark's, not yet computed."""
        return self.session.sql(spelt(sql))

    def frame(self, sql: str) -> pd.DataFrame:
        """The answer to a question.

        Raises
        ------
        OverflowError
            If a number does not fit.
        """
        with _overflow():
            answer: pd.DataFrame = self.ask(sql).toArrow().to_pandas()
        return answer

    def keep(self, name: str, sql: str) -> None:
        """Write the answer to a question to the folder, as a table of that name."""
        with _overflow():
            self.ask(sql).write.parquet(self._place(name))
        self.show(name)

    def show(self, name: str) -> None:
        """Let a table of the folder be asked by its name."""
        self.session.read.parquet(self._place(name)).createOrReplaceTempView(name)

    def drop(self, name: str) -> None:
        """Remove a table."""
        self.session.catalog.dropTempView(name)
        shutil.rmtree(self.folder / name)

    def _place(self, name: str) -> str:
        return f"file://{self.folder / name}"  # as it is: Spark reads no %20 as a blank


_KEPT = count()


@dataclass(frozen=True, slots=True, kw_only=True)
class SparkPast:
    """`Past` of the same day, as far as the questions of a snapshot go, asked of Spark."""

    as_of: int
    _tables: SparkTables = field(repr=False)
    _only: str = ""
    _kept: Mapping[str, str] = field(default_factory=dict)

    def frame(self, sql: str) -> pd.DataFrame:
        """Return the answer to a question, as `Past.frame`."""
        return self._tables.frame(written(sql, self._named))

    def parts(self, clients: int, *, at_once: int = 1) -> tuple[SparkPast, ...]:
        """Return the whole past: Spark makes parts of its own."""
        return (self,)

    @property
    def referred(self) -> SparkPast:
        """The same past of those clients alone that another client brought."""
        return replace(self, _only=REFERRED)

    @contextmanager
    def keeping(self, name: str, sql: str, *, of: SparkPast | None = None) -> Iterator[SparkPast]:
        """Keep the answer to a question, as `Past.keeping`."""
        table = f"kept_{next(_KEPT)}"
        self._tables.keep(table, written(sql, (of or self)._named))
        try:
            yield replace(self, _kept={**self._kept, name: table})
        finally:
            self._tables.drop(table)

    @property
    def _named(self) -> dict[str, str]:
        known = known_by(self.as_of, only=self._only)
        return {**known, **self._kept, "as_of": str(self.as_of)}


def spelt(sql: str) -> str:
    """The text of a question as Spark spells it.

    Examples
    --------
    >>> spelt("with daily as not materialized (select 7 as week) select * from daily")
    'with daily as (select 7 as week) select * from daily'
    """
    for ours, theirs in SPELT.items():
        sql = sql.replace(ours, theirs)
    return sql


def hand_over(
    connection: duckdb.DuckDBPyConnection, tables: SparkTables, names: Mapping[str, str]
) -> None:
    """Write tables of the database for Spark, where it sees them by their names.

    Parameters
    ----------
    connection
        The scratch database.
    tables
        Spark's.
    names
        The tables, to their columns in SQL.
    """
    import pyarrow.parquet as pq

    for name, columns in names.items():
        (tables.folder / name).mkdir()
        with closing(connection.cursor()) as cursor:
            rows = cursor.sql(f"SELECT {columns} FROM {name}").to_arrow_reader(_ROWS)
            with pq.ParquetWriter(tables.folder / name / ROWS_FILE, rows.schema) as writer:
                for batch in rows:
                    writer.write_batch(batch)
        tables.show(name)


def make_books(tables: SparkTables) -> None:
    """Let Spark make the books of the lines that it sees."""
    for name, sql in books_sql().items():
        tables.keep(name, sql)
    tables.drop("documents")


@contextmanager
def _overflow() -> Iterator[None]:
    """A number that does not fit as Python's own error; Spark's comes wrapped in several ways."""
    try:
        yield
    except Exception as error:
        if _BEYOND.search(str(error)):
            raise OverflowError("a number does not fit") from error
        raise


def _refused(lacks: str, next_step: str) -> ConfigurationRefused:
    return ConfigurationRefused(
        f"`engine: spark` needs {lacks}",
        allowed="`duckdb`, or `spark` where pyspark and Java are installed",
        next_step=f"{next_step}, or take `engine: duckdb`",
    )


@contextmanager
def session_at_work() -> Iterator[SparkSession]:
    """A session of Spark's with names and settings of its own, of one at work or of one made anew.

    Raises
    ------
    ConfigurationRefused
        If pyspark or Java is not there.
    """
    with quietly():
        try:
            from pyspark.errors import PySparkRuntimeError
            from pyspark.sql import SparkSession
        except ModuleNotFoundError as error:
            raise _refused("pyspark, which is not installed", "install segml[spark]") from error
        running = SparkSession.getActiveSession()
        # the workers' Python is this one, unless the cluster's configuration says another
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        try:
            session = running or SparkSession.builder.appName("segml").getOrCreate()
        except PySparkRuntimeError as error:
            raise _refused("Java 17, which does not start here", "install Java 17") from error
    try:
        own = session.newSession()
        for name, value in SETTINGS.items():
            own.conf.set(name, value)
        yield own
    finally:
        if running is None:
            session.stop()
