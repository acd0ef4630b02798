"""A published run held open: every table is of the same run, whatever replaces it meanwhile.

The files of a run are never written again, only replaced by those of another run. So a run whose
files are all open while its run.json stayed the same is one run for as long as it is held, even
after its folder is gone. They are read where they are asked, not mapped: what was read once of a
mapped file counts as this process's memory ever after.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from segml.stores.asked import Asked
from segml.stores.columns import nulled
from segml.stores.heap import give_back
from segml.stores.open_table import OpenTable
from segml.stores.tables import RUN_FILE, read_run
from segml.words.errors import ConfigurationRefused, TableRefused

TRIES = 5
"""How often a run that is replaced while it is opened is opened again."""
LARGE = 1 << 20
"""Bytes of a file above which a table is not kept in memory once it was read."""

Stamp = tuple[int, int, int]
"""What tells one run.json from another: its device, its inode, its time of writing."""


class Shelf:
    """One published run, held open.

    Parameters
    ----------
    folder
        `scores_folder(...)` or `losses_folder(...)`.

    Attributes
    ----------
    run : dict
        What its run.json says.
    stamp : tuple of int
        Which run.json that is.

    Raises
    ------
    ConfigurationRefused
        If the folder is no published run, or is replaced again and again while it is opened.
    """

    def __init__(self, folder: Path) -> None:
        for attempt in range(TRIES):
            time.sleep(attempt / 100)
            before = stamp_of(folder)
            try:
                run = read_run(folder)
                tables = {path.stem: OpenTable(path) for path in sorted(folder.glob("*.parquet"))}
            except (FileNotFoundError, ConfigurationRefused):
                continue
            if before is not None and before == stamp_of(folder):
                break
        else:
            read_run(folder)  # says what is wrong with a folder that is no run at all
            raise ConfigurationRefused(
                f"{folder} is replaced faster than it can be opened",
                allowed="a published run that stands for a second",
                next_step="look whether `segml score` runs in a loop",
            )
        self.folder, self.run = folder, run
        self.stamp: Stamp = before
        self._tables: Mapping[str, OpenTable] = tables
        self._kept: dict[str, pd.DataFrame] = {}
        self._lock = threading.Lock()

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of its tables."""
        return tuple(self._tables)

    def table(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame | None:
        """A whole table, or some columns of it; None where the run has no such table.

        What is small is read once; nobody changes what is given here.
        """
        found = self._tables.get(name)
        if found is None:
            return None
        if columns is not None or found.source.size() > LARGE:
            return _frame(found.read(columns))
        with self._lock:
            if name not in self._kept:
                self._kept[name] = _frame(found.read())
            return self._kept[name]

    def settle(self) -> None:
        """Read now where the rows of all tables stand, and keep that small.

        What cannot be read is left to whoever asks for it.
        """
        for table in self._tables.values():
            with suppress(TableRefused):
                table.settle()
        give_back()

    @contextmanager
    def column_by_column(self, names: Sequence[str]) -> Iterator[None]:
        """Meanwhile columns of these tables, which it has, are read in half the time."""
        with ExitStack() as tables:
            for name in names:
                tables.enter_context(self._tables[name].column_by_column())
            yield

    def column(self, name: str, column: str, *, is_coded: bool = False) -> pa.ChunkedArray:
        """One column of a table that the run has; as a dictionary where that is asked."""
        read = self._tables[name].read([column], [column] if is_coded else ())
        return read[column]

    def batches(self, name: str, columns: Sequence[str]) -> pa.RecordBatchReader:
        """Some columns of a table that the run has, a part of its rows at a time."""
        return self._tables[name].batches(columns)

    def asked(
        self, name: str, ids: pa.Array | None, seen_by: Sequence[str] = ("client_id",)
    ) -> Asked:
        """A table that the run has, to be counted and summed where it lies.

        Parameters
        ----------
        name
            The table.
        ids
            The clients whose rows may be seen; None: all.
        seen_by
            The columns that have to name one of them.
        """
        return Asked(
            lambda columns: self.batches(name, columns),
            self.columns(name),
            ids=ids,
            seen_by=seen_by,
        )

    def columns(self, name: str) -> tuple[str, ...]:
        """The columns of a table; none where the run has no such table."""
        found = self._tables.get(name)
        return () if found is None else found.names

    def of_client(
        self, name: str, client_id: str, columns: Sequence[str] | None = None
    ) -> pd.DataFrame | None:
        """The rows of one client, read where they stand; None where there is no such table.

        Parameters
        ----------
        name
            A table with a column `client_id`, by which its rows are sorted.
        client_id
            Whose.
        columns
            Which of its columns; None: all.
        """
        found = self._tables.get(name)
        return (
            None
            if found is None
            else _frame(found.of_client(client_id, columns, is_likely=self._is_full(found)))
        )

    def rows_of(
        self, name: str, client_id: str, columns: Sequence[str] | None = None
    ) -> list[dict[str, Any]] | None:
        """The same as Python's own values, null as None."""
        found = self._tables.get(name)
        if found is None:
            return None
        table = found.of_client(client_id, columns, is_likely=self._is_full(found))
        told = [nulled(each.to_pylist()) for each in table.columns]
        return [dict(zip(table.column_names, row, strict=True)) for row in zip(*told, strict=True)]

    def _is_full(self, table: OpenTable) -> bool:
        """Whether a table has as many rows as there are clients, as far as can be told."""
        every = self._tables.get("scores") or self._tables.get("losses")
        return every is not None and table.size >= every.size

    def holds(self, names: Collection[str]) -> dict[str, pd.DataFrame]:
        """The whole tables of these names that the run has."""
        told = {name: self.table(name) for name in names}
        return {name: table for name, table in told.items() if table is not None}


def stamp_of(folder: Path) -> Stamp | None:
    """Which run a folder holds now; None where it holds none."""
    try:
        told = (folder / RUN_FILE).stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return told.st_dev, told.st_ino, told.st_mtime_ns


def portfolio_of(folder: Path) -> str | None:
    """Whose run a folder holds; None where it holds none that can be read."""
    try:
        found = json.loads((folder / RUN_FILE).read_bytes()).get("portfolio")
    except (OSError, ValueError, AttributeError, RecursionError):
        return None
    return found if isinstance(found, str) else None


def _frame(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas()
    return frame
