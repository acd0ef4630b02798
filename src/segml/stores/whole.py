"""Several files of a published run read together, while another run may take its place."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from segml.stores.tables import read_run
from segml.words.errors import ConfigurationRefused, OutputRefused

TRIES = 100
PAUSE_SECONDS = 0.01
"""Between two tries: where folders cannot be exchanged, a name is missing for a moment."""

T = TypeVar("T")


def read_whole(folder: Path, read: Callable[[Path], T]) -> T:
    """What `read` finds in a published folder, all of it of one and the same run.

    A run is replaced in one step, but a reader opens one file after the other, and may find one of
    each run. So `run.json` is looked at before and after: the same `run_id` means that one run
    stood there all the time; else what was read is thrown away and read anew.

    Parameters
    ----------
    folder
        A published folder.
    read
        Reads what is wanted of it; may be called several times.

    Raises
    ------
    ConfigurationRefused
        If the folder is no published run, or as `read` does.
    OutputRefused
        If it was removed meanwhile, or replaced in the middle of every one of `TRIES` readings.

    Examples
    --------
    ::

        folder = latest_run(output, portfolio="wholesale").folder
        run, scores = read_whole(folder, lambda at: (read_run(at), read_table(at, "scores")))
    """
    read_run(folder)  # refuses what is no published run
    is_gone = False
    for _ in range(TRIES):
        before = _run_id(folder)
        try:
            found = read(folder)
        except Exception:  # a mixture of two runs may lead to anything
            if before is not None and _run_id(folder) == before:
                raise
        else:
            if before is not None and _run_id(folder) == before:
                return found
        time.sleep(PAUSE_SECONDS)
        is_gone = before is None and _run_id(folder) is None
    if is_gone:
        raise OutputRefused(
            f"{folder} is gone: it was removed while it was read",
            allowed="a run that stands for as long as it takes to read it",
            next_step="look what removes runs (`retention`, somebody's hand); score that day again",
        )
    raise OutputRefused(
        f"{folder} was replaced in the middle of each of {TRIES} readings",
        allowed="a run that stands for as long as it takes to read it",
        next_step="read again when whatever replaces it so often is done",
    )


def _run_id(folder: Path) -> Any:
    """Which run stands there; None where none does."""
    try:
        return read_run(folder).get("run_id", "")
    except ConfigurationRefused:
        return None
