"""A full temporary disk, told as one: neither the source nor the configuration is to blame."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

_FULL = ("No space left on device", "max_temp_directory_size")
"""Of DuckDB's messages when its database, or what does not fit into memory, finds no room."""


@contextmanager
def room_told() -> Iterator[None]:
    """A block around the work on a ledger, whose scratch database needs room on a disk.

    Raises
    ------
    OSError
        With ENOSPC and the temporary folder, if DuckDB found no room there: whatever was made of
        its error meanwhile (a refusal of the expression that was at work) gives way to that.
    """
    try:
        yield
    except Exception as error:
        if not _is_full(error):
            raise
        words = os.strerror(errno.ENOSPC)
        raise OSError(errno.ENOSPC, words, tempfile.gettempdir()) from None


def _is_full(error: BaseException | None) -> bool:
    """Whether an error, or one that it stands for, is DuckDB's of a full disk."""
    while error is not None:
        if isinstance(error, duckdb.Error) and any(words in str(error) for words in _FULL):
            return True
        error = error.__cause__ or error.__context__
    return False
