"""Old results taken away by policy, each in one step, so that no reader sees half of a run."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from segml.stores.folder import remove
from segml.stores.tables import Run, list_runs


def retire(output: Path, *, portfolio: str, days: int) -> tuple[Run, ...]:
    """The scoring runs of a portfolio that were removed: those long before its newest.

    Call it under the lock. The newest run stays whatever its age, and so do loss analyses: they are
    what a decision was made on.

    Parameters
    ----------
    output
        The output folder; other portfolios' runs in it are left alone.
    portfolio
        Whose runs.
    days
        Runs of a date more than so many days before the newest one's go.
    """
    runs = list_runs(output, portfolio=portfolio)
    if not runs:
        return ()
    oldest = runs[-1].as_of - dt.timedelta(days=days)
    gone = tuple(run for run in runs if run.as_of < oldest)
    for run in gone:
        remove(run.folder)
    return gone
