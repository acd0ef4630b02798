"""A run put into its published folder whole, or a refusal that says why it could not be."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from itertools import takewhile
from pathlib import Path
from threading import Event
from typing import Any

import pandas as pd

from segml.stores.folder import put_in_place, staging
from segml.stores.parquet import Frames, Later, schema_of, write_parquet
from segml.stores.tables import RUN_FILE, read_run
from segml.words.errors import ConfigurationRefused, OutputRefused

AT_ONCE = 2
"""Tables that are written side by side: one is made of frames while another is packed."""

_CLOSED = {errno.EROFS, errno.EACCES, errno.EPERM}
"""What the system says of a place that may not be written to; a full disk is something else."""
_NO_FOLDER = {errno.ENOENT, errno.ENOTDIR, errno.EEXIST}
"""What it says where a file stands in the way, or of a place such as /proc."""


def publish(
    folder: Path,
    tables: Mapping[str, Frames | Later],
    run: Mapping[str, Any] | Callable[[], Mapping[str, Any]],
    *,
    files: Mapping[str, bytes] | None = None,
) -> Path:
    """The folder, now holding exactly these tables, files and run.json: whole or not at all.

    Parameters
    ----------
    folder
        `scores_folder(...)` or `losses_folder(...)`; an existing one is replaced in one step.
    tables
        Table name to frame, as declared in `schemas`; a large one in chunks (`write_parquet`). A
        function makes its table when the ones before it are written, or being written.
    run
        What run.json holds; plain JSON values, its `portfolio` among them. A function is asked
        once the tables are written: what was counted and timed meanwhile belongs there.
    files
        Further files (a report page) by name.

    Returns
    -------
    Path
        `folder`.

    Raises
    ------
    SchemaBroken
        If a frame is not what its schema says; nothing is put in place then.
    ConfigurationRefused
        If the folder holds a run of another portfolio; that run stays as it was.
    OutputRefused
        If the place cannot be written to, or was removed or moved while we wrote.
    ValueError
        If `run` names no portfolio, or holds what JSON cannot (NaN, a date).
    OSError
        If the disk refuses; what was published before is untouched.
    """
    with _place(folder) as aside:
        _write(aside, tables)
        for name, content in (files or {}).items():
            (aside / name).write_bytes(content)
        said = run() if callable(run) else run
        if not said.get("portfolio"):
            raise ValueError("a run names its portfolio")
        (aside / RUN_FILE).write_bytes(_json_bytes(said))
        require_own(folder, portfolio=said["portfolio"])
        put_in_place(aside, folder)
    return folder


@contextmanager
def made_aside(
    names: Iterable[str], make: Callable[[], Mapping[str, Frames]]
) -> Iterator[dict[str, Later]]:
    """Tables that one function makes together, made by a thread while others are written.

    Parameters
    ----------
    names
        The tables.
    make
        Makes them all; what it raises, the writing of each raises.
    """
    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(make)

        def one(name: str) -> Frames:
            return made.result()[name]

        yield {name: partial(one, name) for name in names}


def _write(aside: Path, tables: Mapping[str, Frames | Later]) -> None:
    """Write the tables; what the first of them that fails raises is raised, and the rest stops."""
    stopped = Event()

    def write(name: str, given: Frames | Later) -> None:
        table = given() if callable(given) else given
        schema = schema_of(name, table)
        frames = table if isinstance(table, pd.DataFrame) else until(table)
        path = aside / f"{name}.parquet"
        try:
            write_parquet(path, frames, schema)
        except OSError as error:
            error.filename = error.filename or str(path)  # Arrow's errors name no file
            raise

    def until(chunks: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        yield from takewhile(lambda _: not stopped.is_set(), chunks)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        begun = [pool.submit(write, name, table) for name, table in tables.items()]
        try:
            wait(begun, return_when=FIRST_EXCEPTION)
        finally:
            stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
    for done in begun:  # those that were never begun stand behind the one that failed
        done.result()


@contextmanager
def replaced(folder: Path, run: Mapping[str, Any]) -> Iterator[Path]:
    """An empty folder to write the files of a published run into, which it is once the block ends.

    Parameters
    ----------
    folder
        Where a run of the same portfolio stands; it stays as it was if the block fails.
    run
        What its run.json is to hold.

    Raises
    ------
    ConfigurationRefused, OutputRefused, ValueError, OSError
        As `publish`.
    """
    with _place(folder) as aside:
        yield aside
        (aside / RUN_FILE).write_bytes(_json_bytes(run))
        require_own(folder, portfolio=run["portfolio"])
        put_in_place(aside, folder)


def require_place(folder: Path, *, portfolio: str) -> None:
    """Do nothing if a run of this portfolio can be published there as things stand.

    `publish` asks all of it too; a flow asks before it begins an hour's work.

    Raises
    ------
    ConfigurationRefused
        If the folder holds a run of another portfolio, or is where no folder can be.
    OutputRefused
        If the place cannot be written to.
    """
    require_own(folder, portfolio=portfolio)
    with _place(folder):
        pass


def require_own(folder: Path, *, portfolio: str) -> None:
    """Do nothing if no run of another portfolio stands there.

    Raises
    ------
    ConfigurationRefused
        If the folder holds a run of another portfolio.
    """
    try:
        owner = read_run(folder).get("portfolio")
    except ConfigurationRefused:
        return  # nothing there, or what nobody can read: publishing is the remedy
    if owner not in (None, portfolio):
        raise ConfigurationRefused(
            f"{folder} holds a run of portfolio `{owner}`",
            allowed=f"an output folder of portfolio `{portfolio}` alone",
            next_step="give each portfolio an `output` of its own in its configuration",
        )


@contextmanager
def _place(folder: Path) -> Iterator[Path]:
    """As `staging`; what the system says of the place itself is told as a refusal."""
    is_there = False
    try:
        with staging(folder) as aside:
            is_there = True
            try:
                yield aside
            except FileNotFoundError:
                if aside.is_dir():
                    raise
                raise OutputRefused(
                    f"{folder.parent} was removed or moved while the run wrote into it",
                    allowed="an output folder that stays in its place until the run ends",
                    next_step="run again; nothing of this run was published",
                ) from None
    except OSError as error:
        if not is_there and error.errno in _NO_FOLDER:
            raise ConfigurationRefused(
                f"{folder.parent} is no folder, and none can be made there ({error.strerror})",
                allowed="an `output` that is a folder, or a place where one can be made",
                next_step="correct `output` in the configuration",
            ) from None
        if error.errno not in _CLOSED:
            raise
        raise OutputRefused(
            f"{folder.parent} cannot be written to ({error.strerror})",
            allowed="an output folder that whoever runs segml may write to",
            next_step="mend its rights or its mount; what was published before is as it was",
        ) from None


def _json_bytes(value: Mapping[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True)
    return f"{text}\n".encode()
