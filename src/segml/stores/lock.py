"""One run, and one study, at a time on a portfolio: flocks that die with their processes.

A study reads the ledger alone and publishes a folder that no run reads, so it works beside a run: a
search of an hour keeps no nightly scoring waiting. Its lock is a file of its own.

The file's text only names the holder for the message of the one that is refused. Whether the
lock is held is the kernel's word alone, so a killed run never blocks the next one. A folder that
was made for the lock and in which nothing was kept goes with it.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from segml.stores.portfolios import require_portfolio
from segml.words.errors import ConfigurationRefused, LockHeld

LOCK_FILE, STUDY_LOCK_FILE = ".lock", ".study-lock"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock: process id, command, machine, and since when (ISO 8601)."""

    pid: int
    command: str
    host: str
    started: str


@contextmanager
def lock(
    folder: Path, *, command: str, started: dt.datetime, create: bool, is_study: bool = False
) -> Iterator[Holder]:
    """The lock of the portfolio whose folder this is, held until the block ends or we die.

    Parameters
    ----------
    folder
        ``models/<portfolio>``.
    command
        What is being run, in the words a person would type.
    started
        When, with its zone.
    create
        Whether the command may begin a portfolio. If not, one without a registry is refused and
        nothing is made: its name is most likely mistyped.
    is_study
        Whether it is the lock of studies; no run waits for that, and no study for a run's.

    Raises
    ------
    ConfigurationRefused
        If the folder is where none can be made.
    LockHeld
        At once, if another of its kind holds it; the message names its owner.
    NoModel
        If there is no such portfolio and `create` is false; the nearest ones are named.
    """
    if not create:
        require_portfolio(folder.parent, folder.name)
    holder = Holder(os.getpid(), command, socket.gethostname(), started.isoformat("T", "seconds"))
    path = folder / (STUDY_LOCK_FILE if is_study else LOCK_FILE)
    descriptor = _taken(path)
    try:
        _write(descriptor, json.dumps(asdict(holder), ensure_ascii=False))
        yield holder
    finally:
        _write(descriptor, "")
        _clear(path)
        os.close(descriptor)


def _taken(path: Path) -> int:
    """A descriptor of the lock's file, which is locked and still stands under its name."""
    folder = path.parent
    while True:
        try:
            _made(folder)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except (FileNotFoundError, FileExistsError):
            if folder.is_symlink() or folder.is_file():
                raise
            continue  # its last holder has just cleared the folder away
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _stands(path, descriptor):
                return descriptor
        except BlockingIOError:
            holder = _holder(path)
            os.close(descriptor)
            raise _held(path, holder) from None
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _made(folder: Path) -> None:
    """Make the folder; where none can be, of `models`, that is the configuration's fault."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileNotFoundError, NotADirectoryError, FileExistsError) as error:
        if error.filename == str(folder) and isinstance(error, FileExistsError):
            raise  # it may just have been cleared away; what holds it never is
        raise ConfigurationRefused(
            f"{folder.parent} is no folder, and none can be made there ({error.strerror})",
            allowed="a `models` that is a folder, or a place where one can be made",
            next_step="correct `models` in the configuration",
        ) from None


def _stands(path: Path, descriptor: int) -> bool:
    """Whether the path still names the opened file: a lock on a removed one locks out nobody."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _clear(path: Path) -> None:
    """Remove a folder in which the run kept nothing besides the lock, which is still held."""
    with suppress(OSError):  # somebody removed it, or the next run is in it already
        if [*path.parent.iterdir()] == [path]:
            path.unlink()
            path.parent.rmdir()


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.write(descriptor, text.encode())


def _holder(path: Path) -> Holder | None:
    """Who the file names, or None in the moment in which it names nobody yet."""
    try:
        return Holder(**json.loads(path.read_text("utf-8")))
    except (ValueError, TypeError, FileNotFoundError, RecursionError):
        return None


def _held(path: Path, holder: Holder | None) -> LockHeld:
    kind, kinds = ("run", "")
    if path.name == STUDY_LOCK_FILE:
        kind, kinds = ("study", " (a backtest, a search, a comparison of schemes)")
    who = f"another {kind}, which has only just begun or is about to end,"
    wait = "wait for it to end"
    if holder is not None:
        who = f"`{holder.command}` (process {holder.pid} on {holder.host}, since {holder.started})"
        wait = f"wait for it to end, or stop process {holder.pid} on {holder.host}"
    return LockHeld(
        f"{who} holds the lock of {path.parent}",
        allowed=f"one {kind}{kinds} at a time on a portfolio",
        next_step=wait,
    )
