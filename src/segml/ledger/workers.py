"""Work on chunks of rows by Spark's workers: chunks and what is made of them lie in the scratch.

::

    chunks ── given/0.arrow … ── mapInArrow over their numbers ── made/0.arrow … ── in their order
                                 work(shared, chunk)

A frame comes out of Arrow's file as it went in, categories and dates too, which it would not out of
a table of Spark's. A result has its name only when it is whole, and is the same whoever makes it:
a task that is run again, or twice at once, changes nothing.
"""

from __future__ import annotations

import shutil
import uuid
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from segml.ledger.engines import Work

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_WORKS = count()


def made_by_workers(
    session: SparkSession, folder: Path, work: Work, shared: Any, chunks: Iterable[pd.DataFrame]
) -> Iterator[pd.DataFrame]:
    """What the work makes of each chunk, in their order.

    Parameters
    ----------
    session
        Spark's; its workers have segml installed.
    folder
        One that the driver and every worker see.
    work
        A function that is found by its name, with what it needs of small values.
    shared
        What every call gets beside its chunk, sent to each executor once.
    chunks
        Frames with indexes whose names are kept; they are written one by one.
    """
    place = folder / f"work_{next(_WORKS)}"
    given, made = place / "given", place / "made"
    given.mkdir(parents=True)
    made.mkdir()
    common = session.sparkContext.broadcast(shared)
    try:
        chunks_there = 0
        for chunk in chunks:
            _write(chunk, _file(given, chunks_there))
            chunks_there += 1

        def done(batches: Iterable[Any]) -> Iterator[Any]:
            for batch in batches:
                for number in batch.column("id").to_pylist():
                    answer = work(common.value, _read(_file(given, number)))
                    _write(answer, _file(made, number))
                yield batch

        if chunks_there:
            numbers = session.range(0, chunks_there, 1, chunks_there)
            with quietly():
                numbers.mapInArrow(done, "id long").collect()
        for number in range(chunks_there):
            yield _read(_file(made, number))
            _file(made, number).unlink()
    finally:
        common.destroy()
        shutil.rmtree(place)


@contextmanager
def quietly() -> Iterator[None]:
    """Without pyspark 4's warning that it does not know all of pandas 3: what is used is tested."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
        yield


def _file(folder: Path, number: int) -> Path:
    return folder / f"{number}.arrow"


def _write(frame: pd.DataFrame, target: Path) -> None:
    """The frame as a file that is there whole or not at all."""
    import pyarrow as pa

    table = pa.Table.from_pandas(frame)
    aside = target.with_name(f"{uuid.uuid4().hex}.aside")
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_file(aside, table.schema, options=options) as writer:
        writer.write_table(table)
    aside.replace(target)


def _read(source: Path) -> pd.DataFrame:
    import pyarrow as pa

    with pa.ipc.open_file(source) as reader:
        frame: pd.DataFrame = reader.read_all().to_pandas()
    return frame
