"""The rows of a source that Spark reads: asked part by part, by its workers.

::

    Parquet, catalogue ── rows with numbers ── workers: map, parse, rules ── checked_<table>
                                                                              └─ the broken ones

What is kept is Parquet in the scratch folder, which the driver's database sees as a view: it holds
no row of it, but reads the columns that a question needs.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from segml.ledger import distinct
from segml.ledger.rows import hash_of
from segml.ledger.sources import parquet_sql
from segml.ledger.spark_worker import asked_by_batch, failure_in
from segml.ledger.workers import quietly
from segml.words.errors import DataRefused

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

KEPT = ("checked_transactions", "aside")
"""What questions over all lines are asked of."""
_SAID = re.compile(r"\[[A-Z][A-Z0-9_.]+\].*")
"""What Spark says in one line, whatever it is wrapped in."""
_MIDDLE = 9_223_372_036_854_775_808
"""Spark has no unsigned integers of 64 bits: less this, they are signed ones in the same order."""


@dataclass(slots=True, kw_only=True)
class SparkRows:
    """Rows of one table of the ledger, in parts.

    Parameters
    ----------
    session
        A session of Spark's.
    connection
        The scratch database: `raw_<table>` holds the first rows, so that questions can be tried.
    folder
        What is kept lies in it.
    frame
        The source's columns and `segml_row`.
    table
        The contract's table.
    """

    session: SparkSession
    connection: duckdb.DuckDBPyConnection
    folder: Path
    frame: DataFrame
    table: str
    in_parts: bool = True
    _back: dict[str, str] = field(default_factory=dict)

    @property
    def raw(self) -> str:
        """What the rows are called in a question."""
        return f"raw_{self.table}"

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows that answer a question, of every batch."""
        named = ", ".join(f"c{place}" for place in range(len(self._types(sql))))
        with self._told():
            found = self._asked(f"SELECT * FROM ({sql}) AS answer({named})").toArrow()
        return list(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def keep(self, name: str, sql: str) -> None:
        """Write the answer and show it to the database."""
        unsigned = [column for column, kind in self._types(sql).items() if kind == "UBIGINT"]
        moved = [f"CAST(CAST({n} AS HUGEINT) - {_MIDDLE} AS BIGINT) AS {n}" for n in unsigned]
        asked = f"SELECT * REPLACE ({', '.join(moved)}) FROM ({sql})" if moved else sql
        with self._told():
            self._asked(asked).write.parquet(place_of(self.folder, name))
        back = [f"CAST(CAST({n} AS HUGEINT) + {_MIDDLE} AS UBIGINT) AS {n}" for n in unsigned]
        self._back[name] = ", ".join(back)
        self._show(name)

    def mark(self, name: str, condition: str, bit: int) -> None:
        """Write what is kept anew, with the bit set by Spark, which sees all rows."""
        from pyspark.sql import functions

        kept = self.session.read.parquet(place_of(self.folder, name))
        problems = f"problems | (CASE WHEN {condition} THEN {bit}L ELSE 0L END)"
        with self._told():
            kept.withColumn("problems", functions.expr(problems)).write.parquet(
                place_of(self.folder, MARKED)
            )
        shutil.rmtree(self.folder / name)
        (self.folder / MARKED).rename(self.folder / name)
        self._show(name)

    def distinct(self, columns: str, source: str) -> tuple[int, int]:
        """Counted by the driver while it can hold their hashes, by Spark where there are more."""
        ((rows,),) = self.connection.execute(f"SELECT count(*) FROM {source}").fetchall()
        if rows <= distinct.AT_A_TIME:
            return distinct.count_distinct(self.connection, hash_of(columns), source)
        for name in KEPT:
            if (self.folder / name).exists():
                kept = self.session.read.parquet(place_of(self.folder, name))
                kept.createOrReplaceTempView(name)
        counted = f"SELECT count(*), count(DISTINCT {columns}) FROM {source}"
        with self._told():
            ((total, different),) = self.session.sql(counted).collect()
        return int(total), int(different)

    def show_broken(self, table: str) -> None:
        """Bring the source's rows that broke a rule into the database, in place of the first."""
        kept, broken = f"checked_{table}", f"broken_{table}"
        counted = f"SELECT count(*) FROM {kept} WHERE problems <> 0"
        if self.connection.execute(counted).fetchall() == [(0,)]:
            return
        numbers = self.session.read.parquet(place_of(self.folder, kept)).where("problems <> 0")
        with self._told():
            self.frame.join(numbers.select("segml_row"), "segml_row", "left_semi").write.parquet(
                place_of(self.folder, broken)
            )
        rows = files_sql(self.folder, broken)
        self.connection.execute(f"DELETE FROM {self.raw}")
        self.connection.execute(f"INSERT INTO {self.raw} BY NAME SELECT * FROM {rows}")

    def drop(self, name: str) -> None:
        """Let the database forget it; its files go with the scratch folder."""
        self.connection.execute(f"DROP VIEW IF EXISTS {name}")

    def _show(self, name: str) -> None:
        show(self.connection, self.folder, name, replaced=self._back[name])

    def _types(self, sql: str) -> dict[str, str]:
        """The columns of an answer and their types, in order."""
        with closing(self.connection.cursor()) as cursor:
            answer = cursor.sql(sql)
            return dict(zip(answer.columns, map(str, answer.types), strict=True))

    def _asked(self, sql: str) -> DataFrame:
        from pyspark.sql.pandas.types import from_arrow_schema

        schema = schema_of(self.connection, sql)
        work = asked_by_batch(self.raw, sql, schema, self.folder)
        return self.frame.mapInArrow(work, from_arrow_schema(schema))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """An error of a worker's question as DuckDB's own; one of the reading as a refusal."""
        try:
            with quietly():
                yield
        except Exception as error:
            if failure := failure_in(error):
                raise failure from None
            if "FAILED_READ_FILE" in str(error) or "PATH_NOT_FOUND" in str(error):
                raise unreadable(f"ledger.{self.table}", error) from None
            raise


def schema_of(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:
    """The schema of a question's answer, as Arrow has it."""
    with closing(connection.cursor()) as cursor:
        return cursor.sql(f"SELECT * FROM ({sql}) LIMIT 0").to_arrow_table().schema


MARKED = "marked"
"""What is being marked is written under this name first."""


def place_of(folder: Path, name: str) -> str:
    """The address of a folder of files, for Spark: as it is, for Spark reads no %20 as a blank."""
    return f"file://{folder / name}"


def files_sql(folder: Path, name: str) -> str:
    """The SQL that reads what Spark wrote under a name, in the order of its parts."""
    return parquet_sql(sorted(str(file) for file in (folder / name).glob("*.parquet")))


def show(
    connection: duckdb.DuckDBPyConnection, folder: Path, name: str, *, replaced: str = ""
) -> None:
    """Let the database see what Spark wrote under a name, some columns replaced."""
    columns = f"* REPLACE ({replaced})" if replaced else "*"
    rows = files_sql(folder, name)
    connection.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT {columns} FROM {rows}")


def unreadable(key: str, error: Exception) -> DataRefused:
    """The refusal of a source that Spark cannot read."""
    said = _SAID.search(str(error)) or re.match(".*", str(error))
    return DataRefused(
        f"the files of `{key}` cannot be read by Spark: {said[0][:200] if said else error}",
        allowed="Parquet, or a table of Spark's catalogue",
        next_step="see whether Spark reads it by itself, and save it again if it does not",
    )
