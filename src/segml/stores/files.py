"""Single files that appear whole: a page, a configuration, the tables of a made world."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from segml.stores.folder import replace_file


def publish_file(target: Path, content: bytes) -> Path:
    """The file, now holding exactly these bytes: whole or not at all; its folder is made.

    Parameters
    ----------
    target
        Where; a file that stands there is replaced in one step.
    content
        Its bytes.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    replace_file(target, content)
    return target


def write_frame(target: Path, frame: pd.DataFrame) -> Path:
    """The Parquet file of an input table (a made ledger), with the frame's own columns.

    Parameters
    ----------
    target
        Where; a file that stands there is replaced in one step.
    frame
        Any columns that Arrow knows; the index is left out.
    """
    sink = pa.BufferOutputStream()
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
    pq.write_table(table, sink, compression="zstd")
    return publish_file(target, sink.getvalue().to_pybytes())
