"""A folder put in place whole or not at all: written aside, fsynced, renamed; kills are repaired.

What stands beside a target ``as_of=2011-06-01`` while it is being replaced, in the same parent:

- ``.as_of=2011-06-01.tmp-<pid>-<random>`` is the new content (or, after an exchange, the old);
- ``.as_of=2011-06-01.old-<pid>-<random>`` exists only where the file system cannot exchange two
  folders in one step, between the two renames that do it there.

`sweep` is the repair: an ``old`` whose target is missing goes back to its place, everything else
a dead run left behind is removed.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_LEFTOVER = re.compile(r"\.(?P<target>.+)\.(?P<kind>tmp|old)-(?P<pid>\d+)-[0-9a-f]{8}")
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_CANNOT_EXCHANGE = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}


@contextmanager
def staging(target: Path) -> Iterator[Path]:
    """An empty hidden folder beside `target` to write into; gone afterwards, whatever happens.

    Call `put_in_place` before the end to keep what was written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = _beside(target, "tmp")
    aside.mkdir()
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def put_in_place(aside: Path, target: Path) -> None:
    """Make the folder `aside` the folder `target`, durably and in one step; an old one is removed.

    Raises
    ------
    OSError
        If the disk is full or a rename is refused; the target is then as it was.
    """
    fsync_tree(aside)
    if not target.exists():
        aside.rename(target)
    elif exchange(aside, target):
        shutil.rmtree(aside)
    else:
        _replace_in_two_steps(aside, target)
    _fsync_folder(target.parent)


def remove(target: Path) -> None:
    """Take a folder away in one step: no reader sees half of it, whatever happens meanwhile."""
    aside = _beside(target, "tmp")
    target.rename(aside)
    _fsync_folder(target.parent)
    shutil.rmtree(aside)


def sweep(parent: Path, *, of: Callable[[str], bool] = lambda _: True) -> tuple[str, ...]:
    """Names of the leftovers of dead runs under `parent`, now restored or removed.

    Call it under the lock. A folder that belongs to another living process is left alone.

    Parameters
    ----------
    parent
        The folder of the targets.
    of
        Whether a target, by its name, is of those that the lock is held for.
    """
    if not parent.is_dir():
        return ()
    done = []
    for entry in sorted(parent.iterdir()):
        match = _LEFTOVER.fullmatch(entry.name)
        if match is None or not of(match["target"]) or lives_elsewhere(int(match["pid"])):
            continue
        target = parent / match["target"]
        if match["kind"] == "old" and not target.exists():
            entry.rename(target)
        elif entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
        done.append(entry.name)
    if done:
        _fsync_folder(parent)
    return tuple(done)


def exchange(one: Path, other: Path) -> bool:
    """Whether two folders swapped names in one step; False where the system cannot do that.

    Linux's renameat2(RENAME_EXCHANGE); neither name is ever missing.
    """
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    rename.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    names = (_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other))
    if rename(*names, _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _CANNOT_EXCHANGE:
        return False
    raise OSError(code, os.strerror(code), str(one), None, str(other))


def fsync_tree(folder: Path) -> None:
    """Bring every file and folder under `folder`, and itself, to the disk."""
    for entry in sorted(folder.rglob("*")):
        if entry.is_file():
            with entry.open("rb") as stream:
                os.fsync(stream.fileno())
        elif entry.is_dir():
            _fsync_folder(entry)
    _fsync_folder(folder)


def replace_file(target: Path, content: bytes) -> None:
    """Make `content` the file `target`, durably and in one step."""
    aside = _beside(target, "tmp")
    try:
        with aside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    _fsync_folder(target.parent)


def _beside(target: Path, kind: str) -> Path:
    return target.with_name(f".{target.name}.{kind}-{os.getpid()}-{secrets.token_hex(4)}")


def _replace_in_two_steps(aside: Path, target: Path) -> None:
    old = _beside(target, "old")
    target.rename(old)
    try:
        aside.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old)


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def lives_elsewhere(pid: int) -> bool:
    """Whether another process with this id lives; our own leftovers are ours to clean."""
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
