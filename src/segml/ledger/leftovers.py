"""Scratch folders of processes that died: known by a lock that no one holds, and removed.

A folder is ``segml-ledger-<pid>-<random>``, its owner's alone (0700). The number is for people:
whether the process lives is the kernel's word, by a flock on the file ``alive`` inside, which dies
with it; so neither a number used again nor another container's numbers can mislead. The file
names the machine, for a temporary folder that several share.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import socket
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "segml-ledger-"
ALIVE = "alive"
YOUNG_SECONDS = 60
"""A younger folder may be about to take its lock."""

_NAME = re.compile(rf"{PREFIX}\d+-[a-z0-9_]{{8}}")


def make_folder(parent: Path | None) -> tuple[Path, int]:
    """Return a new scratch folder and the descriptor of its held lock.

    Parameters
    ----------
    parent
        The folder to make it in; None is the system's temporary folder.

    Returns
    -------
    Path
        The folder, its owner's alone.
    int
        To be closed when the folder is gone.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent))
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(folder / ALIVE, flags, 0o600)
    with suppress(OSError):  # a file system without locks: its folders are then never swept
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.write(descriptor, socket.gethostname().encode())
    return folder, descriptor


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """An empty folder of the system's temporary one, for files to be handed on; gone afterwards.

    What killed processes left beside it is removed; what a kill leaves of it, the next one removes.
    """
    folder, lock = make_folder(None)
    try:
        sweep_leftovers(folder)
        files = folder / "files"
        files.mkdir()
        yield files
    finally:
        with suppress(OSError):
            remove_folder(folder)
        os.close(lock)


def remove_folder(folder: Path) -> None:
    """Remove a scratch folder, the lock's file last: what a kill leaves of it can still be swept.

    Parameters
    ----------
    folder
        Of `make_folder`.

    Raises
    ------
    OSError
        If something in it cannot be removed.
    """
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != ALIVE:
            entry.unlink()
    shutil.rmtree(folder)


def sweep_leftovers(ours: Path) -> tuple[str, ...]:
    """Return the names of the dead processes' folders beside ours, now removed.

    Left alone is what another user owns or may enter, what is younger than a minute (as the file
    system tells time, no clock is read), another machine's, and what a living process holds.

    Parameters
    ----------
    ours
        Our own new folder.

    Returns
    -------
    tuple of str
        Sorted.
    """
    now = ours.stat().st_mtime
    done = []
    for folder in sorted(ours.parent.iterdir()):
        if not _NAME.fullmatch(folder.name) or folder == ours:
            continue
        if _is_old_and_private(folder, now):
            with suppress(OSError), _dead(folder) as is_dead:
                if is_dead:
                    remove_folder(folder)
                    done.append(folder.name)
    return tuple(done)


def _is_old_and_private(folder: Path, now: float) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    is_private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o700
    return is_private and found.st_uid == os.getuid() and now - found.st_mtime > YOUNG_SECONDS


@contextmanager
def _dead(folder: Path) -> Iterator[bool]:
    """Whether no process holds the folder's lock; held by us meanwhile, so that one sweeps it."""
    descriptor = os.open(folder / ALIVE, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield os.read(descriptor, 256).decode(errors="replace") == socket.gethostname()
    except BlockingIOError:
        yield False
    finally:
        os.close(descriptor)
