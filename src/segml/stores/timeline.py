"""The published runs of a portfolio, one behind the other: of each, the row of one client.

The scores of a run are opened once, when its folder appears, and its run.json is read once; where
its rows stand is read when a client is first asked for, or with `open`. A look at what was
published since costs a listing of the folder and one stat a run. Files are read, not mapped:
whoever looks at many clients would else hold all runs in memory.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from segml.stores.heap import give_back
from segml.stores.open_table import OpenTable
from segml.stores.shelf import Stamp, stamp_of
from segml.stores.tables import SCORES_FOLDER, read_run
from segml.words.errors import Refusal, TableRefused

_LOG = logging.getLogger(__name__)
RUNS = 24
"""The newest runs of which a client's row is told."""
TEXTS = ("status", "tier")
OF_ROW = (
    *TEXTS,
    *("tier_rank", "is_key", "p_churn", "p_churn_low", "p_churn_high"),
    *("expected_profit", "profit_365"),
)
"""What is told of a client at each run, of `scores`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """The scores of one run: its date, what made it, its open file, which run.json that is."""

    as_of: dt.date
    model_version: str
    folder: Path
    stamp: Stamp
    scores: OpenTable

    def row(self, client_id: str) -> dict[str, Any] | None:
        """What is told of a client, with `as_of` and `model_version`; None where it was unknown."""
        found = self.scores.row_of_client(client_id, OF_ROW, codes=TEXTS)
        if found is None:
            return None
        return {"as_of": self.as_of, "model_version": self.model_version, **found}

    def is_whole(self) -> bool:
        """Whether its scores are as published ones are; a warning tells what cannot be read."""
        try:
            self.scores.settle()
            return {"client_id", *OF_ROW} <= {*self.scores.names} and self.scores.last is not None
        except TableRefused as error:
            _warn(self.as_of, error)
            return False


class Timeline:
    """The newest runs of a portfolio, the oldest first.

    Parameters
    ----------
    opened
        At most `RUNS`.
    passed
        Folders that hold no run of this portfolio that can be read, and which run.json they held.
    """

    def __init__(
        self,
        opened: tuple[PastRun, ...] = (),
        passed: Mapping[Path, Stamp] = MappingProxyType({}),
    ) -> None:
        self.opened, self._passed = opened, passed

    @cached_property
    def runs(self) -> tuple[PastRun, ...]:
        """Those that can be read; which they are is read when they are first asked for."""
        return tuple(run for run in self.opened if run.is_whole())

    @property
    def passed(self) -> dict[Path, Stamp]:
        """The folders to pass over, as far as they were looked at."""
        whole = self.runs if "runs" in vars(self) else self.opened
        broken = {run.folder: run.stamp for run in self.opened if run not in whole}
        return {**self._passed, **broken}

    def open(self) -> None:
        """Read now where the rows of all runs stand; else whoever asks first waits for it."""
        _ = self.runs
        give_back()

    @property
    def mark(self) -> str:
        """Which runs these are; other runs, another mark."""
        told = repr([each.stamp for each in self.runs])
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    def rows(self, client_id: str) -> tuple[dict[str, Any], ...]:
        """A client's row of every run that knew it, the oldest first."""
        found = (run.row(client_id) for run in self.runs)
        return tuple(row for row in found if row is not None)


def timeline_of(output: Path, *, portfolio: str, before: Timeline) -> Timeline:
    """The runs that are published now; what was opened before stays open where it still stands.

    Parameters
    ----------
    output
        The output folder; a run that cannot be read is passed over, and said in the log.
    portfolio
        Whose runs.
    before
        What was found last.
    """
    known, known_passed = {run.folder: run for run in before.opened}, before.passed
    runs: list[PastRun] = []
    passed: dict[Path, Stamp] = {}
    for folder, day in _folders(output):
        stamp = stamp_of(folder)
        if stamp is None:
            continue
        if known_passed.get(folder) == stamp:
            passed[folder] = stamp
            continue
        run = known.get(folder)
        found = run if run and run.stamp == stamp else _opened(folder, day, stamp, portfolio)
        if found is None:
            passed[folder] = stamp
        else:
            runs.insert(0, found)
        if len(runs) == RUNS:
            break
    return Timeline(tuple(runs), passed)


def _folders(output: Path) -> list[tuple[Path, dt.date]]:
    """The folders of runs with their dates, the newest first."""
    paths = sorted(output.iterdir(), reverse=True) if output.is_dir() else []
    named = [(path, SCORES_FOLDER.fullmatch(path.name)) for path in paths]
    return [(path, dt.date.fromisoformat(match[1])) for path, match in named if match]


def _opened(folder: Path, day: dt.date, stamp: Stamp, portfolio: str) -> PastRun | None:
    """A run of this portfolio, opened; None for another's, and for one that cannot be read."""
    try:
        told = read_run(folder)
        if told.get("portfolio") != portfolio:
            return None
        scores = OpenTable(folder / "scores.parquet", ("client_id", *OF_ROW))
    except (Refusal, OSError) as error:
        _warn(day, error)
        return None
    if stamp_of(folder) != stamp:
        return None
    version = str(told.get("model_version", ""))
    return PastRun(as_of=day, model_version=version, folder=folder, stamp=stamp, scores=scores)


def _warn(day: dt.date, error: Exception) -> None:
    _LOG.warning("the run of %s cannot be read: %s", day, type(error).__name__)
