"""Published results on disk: a run is one folder of Parquet files and a run.json, or nothing.

``<output>/as_of=YYYY-MM-DD/`` holds one scoring run, ``<output>/losses/from=…_to=…/`` one loss
analysis. What is written here is the output contract (`schemas`); nobody else writes results.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from segml.stores.folder import put_in_place, staging
from segml.stores.parquet import parquet_bytes, schema_of
from segml.words.errors import ConfigurationRefused

RUN_FILE = "run.json"
_DAY = r"\d{4}-\d{2}-\d{2}"
_SCORES_FOLDER = re.compile(rf"as_of=({_DAY})")
_LOSSES_FOLDER = re.compile(rf"from=({_DAY})_to=({_DAY})")


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


def publish(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    run: Mapping[str, Any],
    *,
    files: Mapping[str, bytes] | None = None,
) -> Path:
    """The folder, now holding exactly these tables, files and run.json: whole or not at all.

    Parameters
    ----------
    folder
        `scores_folder(...)` or `losses_folder(...)`; an existing one is replaced in one step.
    tables
        Table name to frame, as declared in `schemas`.
    run
        What run.json holds; plain JSON values.
    files
        Further files (a report page) by name.

    Returns
    -------
    Path
        `folder`.

    Raises
    ------
    SchemaBroken
        If a frame is not what its schema says; nothing is written then.
    ValueError
        If `run` holds what JSON cannot (NaN, a date).
    OSError
        If the disk refuses; what was published before is untouched.
    """
    contents = {
        f"{name}.parquet": parquet_bytes(frame, schema_of(name, frame))
        for name, frame in tables.items()
    }
    contents |= files or {}
    contents[RUN_FILE] = _json_bytes(run)
    with staging(folder) as aside:
        for name, content in contents.items():
            (aside / name).write_bytes(content)
        put_in_place(aside, folder)
    return folder


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """The published table as a frame: dates as `datetime.date`, text nulls as NaN.

    Raises
    ------
    ConfigurationRefused
        If that run holds no such table.
    """
    path = folder / f"{name}.parquet"
    if not path.is_file():
        held = ", ".join(sorted(found.stem for found in folder.glob("*.parquet"))) or "no table"
        raise ConfigurationRefused(
            f"{folder} has no table `{name}`",
            allowed=f"it holds {held}",
            next_step="publish the run again with the command that writes it",
        )
    with path.open("rb") as stream:  # a path would let pyarrow read `as_of=…` as a column
        frame: pd.DataFrame = pq.read_table(stream).to_pandas()
    return frame


def read_run(folder: Path) -> dict[str, Any]:
    """What run.json of a published folder says.

    Raises
    ------
    ConfigurationRefused
        If the folder is no published run.
    """
    try:
        found = json.loads((folder / RUN_FILE).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise ConfigurationRefused(
            f"{folder} is no published run ({type(error).__name__})",
            allowed=f"a folder with a readable {RUN_FILE}",
            next_step="run `segml score` or `segml losses` for these dates",
        ) from error
    return dict(found)


def list_runs(output: Path) -> tuple[Run, ...]:
    """Every published scoring run, oldest first."""
    found = []
    for entry in output.glob(f"as_of=*/{RUN_FILE}"):
        match = _SCORES_FOLDER.fullmatch(entry.parent.name)
        if match:
            found.append(Run(dt.date.fromisoformat(match[1]), entry.parent))
    return tuple(sorted(found))


def latest_run(output: Path, as_of: dt.date | None = None) -> Run:
    """The newest published scoring run, or the one of `as_of`.

    Raises
    ------
    ConfigurationRefused
        If there is none.
    """
    runs = list_runs(output)
    fitting = [run for run in runs if as_of in (None, run.as_of)]
    if fitting:
        return fitting[-1]
    days = ", ".join(run.as_of.isoformat() for run in runs) or "none yet"
    raise ConfigurationRefused(
        f"no published scores{f' of {as_of}' if as_of else ''} under {output}",
        allowed=f"published dates: {days}",
        next_step="run `segml score` with this --as-of",
    )


def list_losses(output: Path) -> tuple[LossRun, ...]:
    """Every published loss analysis, by its later date, then its earlier one."""
    found = []
    for entry in (output / "losses").glob(f"from=*/{RUN_FILE}"):
        match = _LOSSES_FOLDER.fullmatch(entry.parent.name)
        if match:
            start, end = dt.date.fromisoformat(match[1]), dt.date.fromisoformat(match[2])
            found.append(LossRun(end, start, entry.parent))
    return tuple(sorted(found))


def _json_bytes(value: Mapping[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True)
    return f"{text}\n".encode()
