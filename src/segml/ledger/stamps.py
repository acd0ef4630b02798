"""What a file was when its reading began, so that one that changed meanwhile is refused.

Whoever replaces the files of a ledger while it is read would else leave it half of the old and
half of the new: the size and the time of change of every file are kept before its first reading
and looked at again after its last.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from segml.words.errors import DataRefused

Stamp = tuple[str, int, int]
"""A file's path, size and time of change (nanoseconds)."""


def stamps_of(files: Iterable[str], key: str) -> tuple[Stamp, ...]:
    """Return what every file is now.

    Parameters
    ----------
    files
        Their paths.
    key
        The configuration's key that holds them, for the refusal.

    Returns
    -------
    tuple of Stamp
        In the order of the files.

    Raises
    ------
    DataRefused
        If a file is gone: it was there when the path was looked up.
    """
    return tuple(_stamp(file, key) for file in files)


def require_unchanged(stamps: Iterable[Stamp], key: str) -> None:
    """Do nothing if every file is still what it was.

    Parameters
    ----------
    stamps
        Of `stamps_of`, from before the reading.
    key
        The configuration's key that holds the files' path.

    Raises
    ------
    DataRefused
        If a file changed meanwhile, or is gone; the message says which of both.
    """
    for stamp in stamps:
        now = _stamp(stamp[0], key)
        if now != stamp:
            sizes = f" ({stamp[1]:,} bytes before, {now[1]:,} now)" if now[1] != stamp[1] else ""
            raise _changed(key, f"changed while it was read: {stamp[0]}{sizes}")


def _stamp(file: str, key: str) -> Stamp:
    try:
        found = Path(file).stat()
    except (FileNotFoundError, NotADirectoryError):
        raise _changed(key, f"was removed while it was read: {file}") from None
    return file, found.st_size, found.st_mtime_ns


def _changed(key: str, what: str) -> DataRefused:
    return DataRefused(
        f"a file of `{key}` {what}",
        allowed="files that are complete before the run begins, and stay as they are until it ends",
        next_step="run again when whatever writes them is done",
    )
