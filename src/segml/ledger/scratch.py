"""The scratch database of one ledger: out of core, locked down, gone when it is closed."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from segml.ledger.leftovers import make_folder, remove_folder, sweep_leftovers
from segml.ledger.quoting import literal, literals

QUERY_THREADS = 1
"""Threads of the questions asked after the reading: sums of floats then have one order, so the
same ledger gives the same bytes on every machine. Reading itself uses all cores."""

SHARED = "spark"
"""The folder in the scratch folder whose files Spark and the database both see."""

MEMORY_GIB = 4
"""What the database may hold in memory (less on a small machine); the rest spills to its folder."""

_GIB = {"KiB": 2.0**-20, "MiB": 2.0**-10, "GiB": 1.0, "TiB": 2.0**10}


@dataclass(slots=True)
class Scratch:
    """An open DuckDB database in a folder of its own.

    Parameters
    ----------
    connection
        The open connection.
    folder
        Its folder; removed by `close`.
    """

    connection: duckdb.DuckDBPyConnection
    folder: Path
    _remove: Callable[[], object]

    def close(self) -> None:
        """Close the database and remove its folder; a second call does nothing."""
        self.connection.close()
        self._remove()


def _remove_folder(folder: Path, lock: int, owner: int) -> None:
    if os.getpid() == owner:  # a fork that ends leaves its parent's ledger alone
        with suppress(OSError):
            remove_folder(folder)
        os.close(lock)


def open_scratch(parent: Path | None, allowed: tuple[Path, ...]) -> Scratch:
    """Return an open scratch database that can read the allowed folders and nothing else.

    What killed processes left beside it is removed.

    Parameters
    ----------
    parent
        The folder to make it in; None is the system's temporary folder.
    allowed
        Folders whose files the ledger may read.

    Returns
    -------
    Scratch
        With external access off; its settings are locked by `settle` after the reading.
    """
    if parent is not None:
        parent.mkdir(parents=True, exist_ok=True)
    folder, lock = make_folder(parent)
    try:
        connection = duckdb.connect(str(folder / "ledger.duckdb"))
    except BaseException:
        _remove_folder(folder, lock, os.getpid())
        raise
    # a ledger that nobody closed leaves nothing behind when its last user, or the process, ends
    remove = weakref.finalize(connection, _remove_folder, folder, lock, os.getpid())
    sweep_leftovers(folder)
    spill = folder / "spill"
    spill.mkdir()
    connection.execute("PRAGMA disable_checkpoint_on_shutdown")
    confine(connection, spill, (*allowed, folder / SHARED))
    # in a notebook without ipywidgets DuckDB refuses even to turn off a bar that is off already
    if connection.execute("SELECT current_setting('enable_progress_bar')").fetchall() == [(True,)]:
        connection.execute("SET enable_progress_bar = false")
    return Scratch(connection, folder, remove)


def confine(connection: duckdb.DuckDBPyConnection, spill: Path, allowed: tuple[Path, ...]) -> None:
    """Set a database up for reading: out of core, UTC, able to read the allowed folders alone.

    Parameters
    ----------
    connection
        An open database.
    spill
        The folder for what does not fit into memory.
    allowed
        Folders whose files it may read.
    """
    settings = (
        f"SET temp_directory = {literal(str(spill))}",
        "SET TimeZone = 'UTC'",
        "SET preserve_insertion_order = true",
        "SET autoinstall_known_extensions = false",
        "SET memory_limit = '60%'",
        f"SET allowed_directories = {literals(tuple(str(path) for path in allowed))}",
        "SET enable_external_access = false",
    )
    for setting in settings:
        connection.execute(setting)
    (share,) = connection.execute("SELECT current_setting('memory_limit')").fetchone() or ("",)
    number, unit = str(share).split()
    if float(number) * _GIB.get(unit, 0.0) > MEMORY_GIB:
        connection.execute(f"SET memory_limit = '{MEMORY_GIB}GiB'")


def settle(scratch: Scratch) -> None:
    """Fix the number of threads and lock every setting: from here on only questions are asked.

    Parameters
    ----------
    scratch
        An open scratch database, everything read.
    """
    scratch.connection.execute(f"SET threads = {QUERY_THREADS}")
    scratch.connection.execute("SET lock_configuration = true")
