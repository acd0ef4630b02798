"""Which sources Spark reads, and their rows with the numbers that findings name.

A row's number counts from 1 over the files in the order of their names, as when DuckDB reads them.
A table of the catalogue that is no Parquet (a view, another format) is written as Parquet first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import duckdb

from segml.ledger.contract import Table
from segml.ledger.file_rows import begins_of
from segml.ledger.paths import files_of, format_of, is_address
from segml.ledger.quoting import identifier
from segml.ledger.rows import Rows
from segml.ledger.scratch import SHARED, Scratch
from segml.ledger.sources import Source
from segml.ledger.spark_rows import SparkRows, place_of, unreadable
from segml.ledger.stamps import Stamp, stamps_of
from segml.ledger.workers import quietly
from segml.words.errors import ConfigurationRefused, DataRefused
from segml.words.plan import SourcePlan

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

HEAD = 1024
"""Rows that the driver's database sees: it tries questions on them."""
_TAKEN = ("rowid", "segml_row")


def reads(plan: SourcePlan, key: str) -> bool:
    """Whether Spark reads this source: a catalogue's table, an address, a folder, Parquet files.

    Files of this machine with a type that Spark does not have, or takes otherwise, are DuckDB's.
    """
    if plan.table is not None:
        return True
    if plan.path is None:
        return False
    if is_address(plan.path) or Path(plan.path).is_dir():
        return True
    files = files_of(plan.path)
    if not files or {format_of(file, key) for file in files} != {"parquet"}:
        return False
    return not any(_is_foreign(file) for file in files)


def _is_foreign(file: str) -> bool:
    """Whether a Parquet file has stamps of nanoseconds or of 96 bits, or times of day."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        types = pq.read_schema(file).types
    except (OSError, pa.ArrowException):
        return False  # Spark says what is wrong with it
    return any(
        pa.types.is_time(one) or (pa.types.is_timestamp(one) and one.unit == "ns") for one in types
    )


@dataclass(frozen=True, slots=True)
class SparkDoor:
    """The way to the rows of what Spark reads; None for what it does not.

    Parameters
    ----------
    session
        A session of Spark's that tells names of columns apart by case.
    """

    session: SparkSession

    def __call__(
        self, opened: Scratch, table: Table, plan: SourcePlan
    ) -> tuple[Source, Rows] | None:
        """The source and its rows, the first of them in the database."""
        key, folder = f"ledger.{table.name}", opened.folder / SHARED
        if not reads(plan, f"{key}.path"):
            return None
        folder.mkdir(exist_ok=True)
        try:
            with quietly():
                frame, stamps = self._frame(table.name, plan, folder)
                _require_whole_names(frame, key)
                numbered, counts = _numbered(_named(frame))
                head = numbered.limit(HEAD).toArrow()
        except Exception as error:
            from py4j.protocol import Py4JError
            from pyspark.errors import PySparkException

            if isinstance(error, PySparkException | Py4JError):
                raise unreadable(key, error) from None
            raise
        raw = f"raw_{table.name}"
        opened.connection.register("head", head)
        opened.connection.execute(f"CREATE TABLE {raw} AS SELECT * FROM head")
        opened.connection.unregister("head")
        columns = _columns(opened.connection, raw)
        rows = SparkRows(
            session=self.session,
            connection=opened.connection,
            folder=folder,
            frame=numbered,
            table=table.name,
        )
        # rows of the catalogue's tables are no file's, as those of a database
        begins = () if plan.table is not None else begins_of([*counts], [*counts.values()])
        source = Source(
            raw,
            columns,
            is_text=False,
            rows=sum(counts.values()),
            raw=raw,
            files=stamps,
            begins=begins,
        )
        return source, rows

    def _frame(
        self, name: str, plan: SourcePlan, folder: Path
    ) -> tuple[DataFrame, tuple[Stamp, ...]]:
        reader = self.session.read.option("mergeSchema", "true")
        if plan.table is not None:
            if not self.session.catalog.tableExists(plan.table):
                raise ConfigurationRefused(
                    f"`ledger.{name}.table`: Spark's catalogue does not have `{plan.table}`",
                    allowed="a table or view of the catalogue, `database.table`",
                    next_step="correct the name, or see what `SHOW TABLES` says",
                )
            found = self.session.table(plan.table)
            if _has_numbers(found):
                return found, ()
            place = place_of(folder, f"copied_{name}")
            found.write.parquet(place)
            return reader.parquet(place), ()
        path = str(plan.path)
        if is_address(path):
            return reader.parquet(path), ()
        if Path(path).is_dir():
            return reader.parquet(_plain(path)), ()
        files = files_of(path)
        stamps = stamps_of(files, f"ledger.{name}.path")
        frame = reader.parquet(*(_plain(file) for file in files))
        if len(frame.inputFiles()) != len(files):
            raise ConfigurationRefused(
                f"`ledger.{name}.path` names files that Spark passes over",
                allowed="files whose names begin with neither `_` nor `.`",
                next_step="rename them, or narrow the glob",
            )
        return frame, stamps


def _plain(path: str) -> str:
    """A path of this machine as Spark takes it: no sign of it is a glob's."""
    escaped = re.sub(r"([\\*?\[\]{}])", r"\\\1", path)
    return f"file://{escaped}"


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _named(frame: DataFrame) -> DataFrame:
    """Names that are ours get a sign; a column without a type holds nothing and gets one."""
    from pyspark.sql import functions
    from pyspark.sql.types import NullType

    columns = []
    for field in frame.schema.fields:
        column = functions.col(_quoted(field.name))
        if isinstance(field.dataType, NullType):
            column = column.cast("int")
        shown = f"{field.name}_" if field.name.lower() in _TAKEN else field.name
        columns.append(column.alias(shown))
    return frame.select(*columns, functions.col("_metadata"))


def _require_whole_names(frame: DataFrame, key: str) -> None:
    if any("\0" in name for name in frame.columns):
        raise DataRefused(
            f"a column of `{key}` has a zero byte in its name, at which Arrow ends it",
            allowed="names without one, with `engine: spark`",
            next_step="rename the column",
        )


def _has_numbers(frame: DataFrame) -> bool:
    """Whether Spark knows the place of each row in its file."""
    from pyspark.errors import AnalysisException

    try:
        return bool(frame.select("_metadata.file_path", "_metadata.row_index").columns)
    except AnalysisException:
        return False


def _numbered(frame: DataFrame) -> tuple[DataFrame, dict[str, int]]:
    """The rows with `segml_row`, and how many each file has, in the order of their names."""
    from pyspark.sql import functions

    file = functions.col("_metadata.file_path").alias("segml_file")
    counted = frame.select(file).groupBy("segml_file").count().collect()
    counts: dict[str, Any] = {row["segml_file"]: row["count"] for row in counted}
    ordered = sorted(counts, key=unquote)
    before = [0, *accumulate(counts[name] for name in ordered)]
    places = frame.sparkSession.createDataFrame(
        list(zip(ordered, before, strict=False)), "segml_file string, segml_before long"
    )
    own = [functions.col(_quoted(name)) for name in frame.columns if name != "_metadata"]
    there = frame.select(*own, file, functions.col("_metadata.row_index").alias("segml_place"))
    joined = there.join(functions.broadcast(places), "segml_file")
    number = functions.col("segml_before") + functions.col("segml_place") + functions.lit(1)
    rows = {unquote(name): int(counts[name]) for name in ordered}
    return joined.select(*own, number.alias("segml_row")), rows


def _columns(connection: duckdb.DuckDBPyConnection, raw: str) -> dict[str, str]:
    described = connection.execute(f"DESCRIBE {identifier(raw)}").fetchall()
    return {str(row[0]): str(row[1]) for row in described if row[0] != "segml_row"}
