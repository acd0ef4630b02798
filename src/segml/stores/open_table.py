"""One Parquet file held open: all of it, some columns, or a client's rows where they stand."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

SMALL = 1 << 19
"""The most cells of a table that is kept in memory once a client's rows were asked for."""


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

    What is no Parquet file raises `pyarrow.ArrowInvalid` then.

    Parameters
    ----------
    path
        Where it lies now.
    """

    def __init__(self, path: Path) -> None:
        self.source = pa.OSFile(str(path))

    @cached_property
    def metadata(self) -> pq.FileMetaData:
        """What its foot says."""
        return pq.ParquetFile(self.source).metadata

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Its columns."""
        return tuple(self.metadata.schema.to_arrow_schema().names)

    @cached_property
    def last(self) -> tuple[str, ...] | None:
        """Where each group of rows ends by client; None where the rows are not sorted so."""
        if self.names[:1] == ("client_id",) or self.names[:2] == ("as_of", "client_id"):
            return _lasts(self.metadata, self.names.index("client_id"))
        return None

    @cached_property
    def is_small(self) -> bool:
        """Whether it is so small, and its rows sorted by client, that it is read once and kept."""
        cells = self.metadata.num_rows * self.metadata.num_columns
        return self.last is not None and cells <= SMALL

    @cached_property
    def _whole(self) -> pa.Table:
        return self.read().combine_chunks()

    def _place(self, client_id: str) -> tuple[int, int]:
        """Where a client's rows begin in a small table, and how many they are."""
        ids = _Ids(self._whole["client_id"])
        first = bisect.bisect_left(ids, client_id)
        return first, bisect.bisect_right(ids, client_id, lo=first) - first

    def read(self, columns: Sequence[str] | None = None, coded: Sequence[str] = ()) -> pa.Table:
        """The whole table, or some columns of it; text of a few kinds as codes."""
        names = None if columns is None else list(columns)
        return self._file(coded).read(columns=names, use_threads=False)

    def batches(self, columns: Sequence[str]) -> pa.RecordBatchReader:
        """Some columns, a part of the rows at a time."""
        file = self._file()
        schema = pa.schema([file.schema_arrow.field(name) for name in columns])
        found = file.iter_batches(columns=list(columns), use_threads=False)
        return pa.RecordBatchReader.from_batches(
            schema, (each.select(schema.names) for each in found)
        )

    def of_client(
        self, client_id: str, columns: Sequence[str] | None = None, *, is_likely: bool = False
    ) -> pa.Table:
        """The rows of one client; they stand in one group, or at the seam of several.

        Where it likely has some, all is read at once, else first who stands there.
        """
        names = list(self.names if columns is None else columns)
        if self.is_small:
            return self._whole.select(names).slice(*self._place(client_id))
        file = self._file()
        found = [file.schema_arrow.empty_table().select(names)]
        for group in self._groups(client_id):
            first = [*dict.fromkeys(("client_id", *names))] if is_likely else ["client_id"]
            rows = file.read_row_groups([group], columns=first, use_threads=False)
            mine = np.flatnonzero(pc.equal(rows["client_id"], client_id).to_numpy())
            if len(mine):
                if not is_likely:
                    rows = file.read_row_groups([group], columns=names, use_threads=False)
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
        file, groups = self._file(codes), list(self._groups(client_id))
        found = file.read_row_groups(groups, ["client_id", *columns], use_threads=False)
        place = pc.index(found["client_id"], client_id).as_py()
        return None if place < 0 else {name: found[name][place].as_py() for name in columns}

    def _groups(self, client_id: str) -> range:
        """The groups that may hold a client."""
        if self.last is None:
            return range(self.metadata.num_row_groups)
        first = bisect.bisect_left(self.last, client_id)
        return range(first, min(bisect.bisect_right(self.last, client_id) + 1, len(self.last)))

    def _file(self, coded: Sequence[str] = ()) -> pq.ParquetFile:
        return pq.ParquetFile(self.source, metadata=self.metadata, read_dictionary=list(coded))


def _lasts(metadata: pq.FileMetaData, column: int) -> tuple[str, ...] | None:
    told = [
        metadata.row_group(group).column(column).statistics
        for group in range(metadata.num_row_groups)
    ]
    if any(each is None or not each.has_min_max for each in told):
        return None
    return tuple(str(each.max) for each in told)
