"""One Parquet file held open: all of it, some columns, or a client's rows where they stand."""

from __future__ import annotations

import bisect
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from segml.stores.foot import Foot
from segml.stores.tables import refused_by_name

SMALL = 1 << 19
"""The most cells of a table that is kept in memory once a client's rows were asked for."""

GROUPS = 16
"""Groups of rows that are read at a time by who goes through a whole table."""


class _Ids(Sequence[str]):
    """A sorted column of ids, of which a search looks at few."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        self._column = column

    def __len__(self) -> int:
        return len(self._column)

    def __getitem__(self, place: Any) -> Any:
        return self._column[place].as_py()


class OpenTable:
    """One open file; where its rows stand is read when it is first asked for.

    What cannot be read, then or later, raises `TableRefused`.

    Parameters
    ----------
    path
        Where it lies now.
    of_row
        The columns of which single rows will be read; None: all.
    """

    def __init__(self, path: Path, of_row: Collection[str] | None = None) -> None:
        self.source = pa.OSFile(str(path))
        self._path, self._of_row = path, of_row
        self._told: pq.FileMetaData | None = None

    @cached_property
    def foot(self) -> Foot:
        """Where its rows stand."""
        with refused_by_name(self._path):
            return Foot(self.source, self._of_row)

    def settle(self) -> None:
        """Read now where its rows stand, and keep that small."""
        with refused_by_name(self._path):
            self.foot.settle()

    @property
    def names(self) -> tuple[str, ...]:
        """Its columns."""
        return self.foot.names

    @property
    def size(self) -> int:
        """How many rows it has."""
        return sum(self.foot.rows)

    @property
    def last(self) -> tuple[str, ...] | None:
        """Where each group of rows ends by client; None where the rows are not sorted so."""
        return self.foot.last

    @cached_property
    def is_small(self) -> bool:
        """Whether it is so small, and its rows sorted by client, that it is read once and kept."""
        return self.last is not None and self.size * len(self.names) <= SMALL

    @cached_property
    def _whole(self) -> pa.Table:
        return self.read().combine_chunks()

    def _place(self, client_id: str) -> tuple[int, int]:
        """Where a client's rows begin in a small table, and how many they are."""
        ids = _Ids(self._whole["client_id"])
        first = bisect.bisect_left(ids, client_id)
        return first, bisect.bisect_right(ids, client_id, lo=first) - first

    @contextmanager
    def column_by_column(self) -> Iterator[None]:
        """Meanwhile columns are read by the file's own foot, which is parsed once for all.

        It weighs much more than what is kept otherwise.
        """
        with refused_by_name(self._path):
            self._told = pq.ParquetFile(self.source).metadata
        try:
            yield
        finally:
            self._told = None

    def read(self, columns: Sequence[str] | None = None, coded: Sequence[str] = ()) -> pa.Table:
        """The whole table, or some columns of it; text of a few kinds as codes."""
        told = self._told
        with refused_by_name(self._path):
            if told is None or not columns:
                return self._file(columns, coded).read(use_threads=False)
            file = pq.ParquetFile(self.source, metadata=told, read_dictionary=list(coded))
            return file.read(list(columns), use_threads=False).select(list(columns))

    def batches(self, columns: Sequence[str]) -> pa.RecordBatchReader:
        """Some columns, a part of the rows at a time: nothing of the others is held meanwhile."""
        return pa.RecordBatchReader.from_batches(self.foot.schema(columns), self._parts(columns))

    def _parts(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        count = len(self.foot.rows)
        for first in range(0, count, GROUPS):
            part = self._part(range(first, min(first + GROUPS, count)), columns)
            yield from part.combine_chunks().to_batches()

    def of_client(
        self, client_id: str, columns: Sequence[str] | None = None, *, is_likely: bool = False
    ) -> pa.Table:
        """The rows of one client; they stand in one group, or at the seam of several.

        Where it likely has some, all is read at once, else first who stands there.
        """
        names = list(self.names if columns is None else columns)
        if self.is_small:
            return self._whole.select(names).slice(*self._place(client_id))
        found = [self.foot.schema(names).empty_table()]
        for group in self._groups(client_id):
            first = [*dict.fromkeys(("client_id", *names))] if is_likely else ["client_id"]
            rows = self._part([group], first)
            mine = np.flatnonzero(pc.equal(rows["client_id"], client_id).to_numpy())
            if len(mine):
                rows = rows if is_likely else self._part([group], names or first)
                found.append(rows.select(names).slice(int(mine[0]), len(mine)))
        return pa.concat_tables(found)

    def row_of_client(
        self, client_id: str, columns: Sequence[str], *, codes: Sequence[str]
    ) -> dict[str, Any] | None:
        """Some values of the one row of a client; None where there is none.

        Parameters
        ----------
        client_id
            Whose; the table has `client_id`, once each.
        columns
            What of it.
        codes
            Those of them that are text of a few kinds: read as codes, in half the time.
        """
        groups = self._groups(client_id)
        if not groups:
            return None
        found = self._part(groups, ["client_id", *columns], codes)
        place = pc.index(found["client_id"], client_id).as_py()
        return None if place < 0 else {name: found[name][place].as_py() for name in columns}

    def _groups(self, client_id: str) -> range:
        """The groups that may hold a client."""
        if self.last is None:
            return range(len(self.foot.rows))
        first = bisect.bisect_left(self.last, client_id)
        return range(first, min(bisect.bisect_right(self.last, client_id) + 1, len(self.last)))

    def _file(self, columns: Sequence[str] | None, coded: Sequence[str] = ()) -> pq.ParquetFile:
        """All rows of some columns; of all columns with the foot that the file has."""
        if not columns or not self.foot.rows:
            return pq.ParquetFile(self.source, read_dictionary=list(coded))
        foot = self.foot.part(range(len(self.foot.rows)), columns)
        return pq.ParquetFile(self.source, metadata=foot, read_dictionary=list(coded))

    def _part(
        self, groups: Sequence[int], columns: Sequence[str], coded: Sequence[str] = ()
    ) -> pa.Table:
        """Some columns of some groups of rows."""
        with refused_by_name(self._path):
            foot = self.foot.part(groups, columns)
            file = pq.ParquetFile(self.source, metadata=foot, read_dictionary=list(coded))
            return file.read(use_threads=False)
