"""One run at a time on a portfolio: a flock that dies with its process; no pid file to go stale.

The file's text only names the holder for the message of the one that is refused. Whether the
lock is held is the kernel's word alone, so a killed run never blocks the next one.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from segml.words.errors import LockHeld

LOCK_FILE = ".lock"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock: process id, command, machine, and since when (ISO 8601)."""

    pid: int
    command: str
    host: str
    started: str


@contextmanager
def lock(folder: Path, *, command: str, started: dt.datetime) -> Iterator[Holder]:
    """The lock of the portfolio whose folder this is, held until the block ends or we die.

    Parameters
    ----------
    folder
        ``models/<portfolio>``; made if missing.
    command
        What is being run, in the words a person would type.
    started
        When, with its zone.

    Raises
    ------
    LockHeld
        At once, if another run holds it; the message names its owner.
    """
    folder.mkdir(parents=True, exist_ok=True)
    holder = Holder(os.getpid(), command, socket.gethostname(), started.isoformat("T", "seconds"))
    with (folder / LOCK_FILE).open("a+", encoding="utf-8") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _held(folder, _holder(folder / LOCK_FILE)) from None
        _write(stream.fileno(), json.dumps(asdict(holder), ensure_ascii=False))
        try:
            yield holder
        finally:
            _write(stream.fileno(), "")


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.write(descriptor, text.encode())


def _holder(path: Path) -> Holder | None:
    """Who the file names, or None in the moment in which it names nobody yet."""
    try:
        return Holder(**json.loads(path.read_text("utf-8")))
    except (ValueError, TypeError):
        return None


def _held(folder: Path, holder: Holder | None) -> LockHeld:
    who = "another run, which has only just begun or is about to end,"
    wait = "wait for it to end"
    if holder is not None:
        who = f"`{holder.command}` (process {holder.pid} on {holder.host}, since {holder.started})"
        wait = f"wait for it to end, or stop process {holder.pid} on {holder.host}"
    return LockHeld(
        f"{who} holds the lock of {folder}",
        allowed="one run at a time on a portfolio",
        next_step=wait,
    )
