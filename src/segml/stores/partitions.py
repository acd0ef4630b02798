"""Tables too large for one frame: parts in a folder, or one file that grows a lot at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

_OPTIONS = {"compression": "zstd", "store_schema": False}


def write_part(folder: Path, number: int, table: pa.Table) -> Path:
    """The part of this number of a table: `part-00000.parquet` in its folder, which is made.

    It is written as it stands: call it on a folder that is put in place afterwards.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"part-{number:05d}.parquet"
    pq.write_table(table.replace_schema_metadata(), target, **_OPTIONS)
    return target


@contextmanager
def growing_file(target: Path, schema: pa.Schema) -> Iterator[Callable[[pa.Table], None]]:
    """What appends a lot of rows to one Parquet file; the file is whole when the block ends.

    As `write_part`, on a folder that is put in place afterwards.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(target, schema.remove_metadata(), **_OPTIONS) as writer:
        yield lambda table: writer.write_table(table.replace_schema_metadata())
