"""Published results on disk: a run is one folder of Parquet files and a run.json, or nothing.

``<output>/as_of=YYYY-MM-DD/`` holds one scoring run, ``<output>/losses/from=…_to=…/`` one loss
analysis. `publishing` puts them there, `schemas` declares what they hold; here they are found and
read, a file at a time (`whole`: several of one run). Each run.json names its portfolio: where two
share an output folder, neither takes the other's results for its own, and neither replaces them.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from segml.words.errors import ConfigurationRefused, TableRefused

RUN_FILE = "run.json"
_DAY = r"\d{4}-\d{2}-\d{2}"
SCORES_FOLDER = re.compile(rf"as_of=({_DAY})")
LOSSES_FOLDER = re.compile(rf"from=({_DAY})_to=({_DAY})")
"""The names of the folders of both kinds of run, their dates as groups."""


@dataclass(frozen=True, slots=True, order=True)
class Run:
    """One published scoring run: its as-of date and its folder."""

    as_of: dt.date
    folder: Path


@dataclass(frozen=True, slots=True, order=True)
class LossRun:
    """One published loss analysis: its two dates and its folder."""

    end: dt.date
    start: dt.date
    folder: Path


def scores_folder(output: Path, as_of: dt.date) -> Path:
    """The folder of the scoring run of a date, whether or not it exists."""
    return output / f"as_of={as_of.isoformat()}"


def losses_folder(output: Path, start: dt.date, end: dt.date) -> Path:
    """The folder of the loss analysis between two dates, whether or not it exists."""
    return output / "losses" / f"from={start.isoformat()}_to={end.isoformat()}"


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """The published table as a frame: dates as `datetime.date`, text nulls as NaN.

    Raises
    ------
    ConfigurationRefused
        If that run holds no such table.
    TableRefused
        If it cannot be read.
    """
    path = folder / f"{name}.parquet"
    if not path.is_file():
        held = ", ".join(sorted(found.stem for found in folder.glob("*.parquet"))) or "no table"
        raise ConfigurationRefused(
            f"{folder} has no table `{name}`",
            allowed=f"it holds {held}",
            next_step="publish the run again with the command that writes it",
        )
    # a path would let pyarrow read `as_of=…` as a column
    with refused_by_name(path), path.open("rb") as stream:
        frame: pd.DataFrame = pq.read_table(stream).to_pandas()
    return frame


@contextmanager
def refused_by_name(path: Path) -> Iterator[None]:
    """What of a published table cannot be read meanwhile is refused by the table's name.

    Raises
    ------
    TableRefused
        Then; nothing that the file says is told.
    """
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise TableRefused(path, type(error).__name__) from None


def find_table(folder: Path, name: str) -> pd.DataFrame | None:
    """The published table as `read_table` gives it; None where the run holds no such table."""
    return read_table(folder, name) if (folder / f"{name}.parquet").is_file() else None


def read_run(folder: Path) -> dict[str, Any]:
    """What run.json of a published folder says.

    Raises
    ------
    ConfigurationRefused
        If the folder is no published run.
    """
    try:
        found = json.loads((folder / RUN_FILE).read_bytes())
        if not isinstance(found, dict):
            raise ValueError("no JSON object")
    except (FileNotFoundError, NotADirectoryError, ValueError, RecursionError) as error:
        raise ConfigurationRefused(
            f"{folder} is no published run ({type(error).__name__})",
            allowed=f"a folder with a readable {RUN_FILE}",
            next_step="run `segml score` or `segml losses` for these dates",
        ) from error
    return found


def list_runs(output: Path, *, portfolio: str) -> tuple[Run, ...]:
    """Every published scoring run of a portfolio, oldest first.

    Raises
    ------
    ConfigurationRefused
        If a run.json cannot be read, so that nobody knows whose it is.
    """
    found = []
    for folder, match in _folders(output, SCORES_FOLDER, portfolio):
        found.append(Run(dt.date.fromisoformat(match[1]), folder))
    return tuple(sorted(found))


def latest_run(output: Path, as_of: dt.date | None = None, *, portfolio: str) -> Run:
    """The newest published scoring run of a portfolio, or its run of `as_of`.

    Raises
    ------
    ConfigurationRefused
        If there is none, or as `list_runs`.
    """
    runs = list_runs(output, portfolio=portfolio)
    fitting = [run for run in runs if as_of in (None, run.as_of)]
    if fitting:
        return fitting[-1]
    days = ", ".join(run.as_of.isoformat() for run in runs) or "none yet"
    raise ConfigurationRefused(
        f"no published scores of portfolio `{portfolio}`{f' at {as_of}' if as_of else ''} "
        f"under {output}",
        allowed=f"published dates: {days}",
        next_step="run `segml score` with this --as-of",
    )


def list_losses(output: Path, *, portfolio: str) -> tuple[LossRun, ...]:
    """Every published loss analysis of a portfolio, by its later date, then its earlier one.

    Raises
    ------
    ConfigurationRefused
        As `list_runs`.
    """
    found = []
    for folder, match in _folders(output / "losses", LOSSES_FOLDER, portfolio):
        start, end = dt.date.fromisoformat(match[1]), dt.date.fromisoformat(match[2])
        found.append(LossRun(end, start, folder))
    return tuple(sorted(found))


def _folders(
    parent: Path, name: re.Pattern[str], portfolio: str
) -> Iterator[tuple[Path, re.Match[str]]]:
    """The folders of that name with a run of that portfolio; others' runs are passed over."""
    for entry in sorted(parent.glob(f"*/{RUN_FILE}")):
        match = name.fullmatch(entry.parent.name)
        if match is None:
            continue
        try:
            owner = read_run(entry.parent).get("portfolio")
        except ConfigurationRefused:
            if entry.exists():
                raise
            continue  # taken away since it was listed
        if owner == portfolio:
            yield entry.parent, match
