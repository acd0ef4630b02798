"""A newer run that takes the place of the one that twenty readers read: what they get meanwhile.

The newer run has the tables of the newest and names of its own: as in every run of `pages`, each
name of a client ends with the date of its run. So every name in an answer tells of which run it is,
and has to be of the one that the page's frame, or the answer's ETag, stands for.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.result import Result
from segml.stores import read_run, scores_folder
from segml.stores.parquet import write_tables
from segml.stores.schemas import TABLES
from segml.stores.tables import RUN_FILE

BEFORE_SECONDS, AFTER_SECONDS, PATIENCE_SECONDS = 5.0, 10.0, 300.0
SLOWEST_MS = 3_000.0
"""Nobody waits longer than for the start."""
MARK = re.compile(r"\[(\d{4}-\d\d-\d\d)\]")
FRAME = re.compile(r'<p class="brand">(.*?)</p>', re.DOTALL)
OF_API = {"/": "/api/v1/monday?", "/client": "/api/v1/client?", "/dossier": "/api/v1/dossier?"}
"""Pages of which the API tells the facts, asked by turns."""

Drawn = Callable[[random.Random], str]
"""Draws the address of a page."""


@dataclass
class Got:
    """What readers got: milliseconds of each answer, how many were none, how many of two runs.

    `runs` maps what a frame, or an ETag, stands for to the date by which its names are marked.
    """

    times: list[float] = field(default_factory=list)
    errors: int = 0
    mixed: int = 0
    runs: dict[str, str] = field(default_factory=dict)


def marked(name: object, day: dt.date) -> str | None:
    """A client's name with the date of its run."""
    return f"{name} [{day.isoformat()}]" if isinstance(name, str) else None


def replaced(
    address: str, pid: int, output: Path, drawn: Drawn, *, readers: int
) -> Iterator[Result]:
    """What readers get while a newer run takes the place of the newest.

    Parameters
    ----------
    address, pid
        Of the service.
    output
        What it serves.
    drawn
        Draws what is asked.
    readers
        How many read at once.
    """
    aside, folder = _prepared(output)
    try:
        yield from _measured(address, pid, (aside, folder), drawn, readers=readers)
    finally:
        for each in (aside, folder):
            shutil.rmtree(each, ignore_errors=True)


def _measured(
    address: str, pid: int, folders: tuple[Path, Path], drawn: Drawn, *, readers: int
) -> Iterator[Result]:
    aside, folder = folders
    got, ended = Got(), threading.Event()
    crowd = [
        threading.Thread(target=_read, args=(address, drawn, got, ended, n)) for n in range(readers)
    ]
    Path(f"/proc/{pid}/clear_refs").write_text("5", "utf-8")  # the peak from now on
    for reader in crowd:
        reader.start()
    time.sleep(BEFORE_SECONDS)
    aside.rename(folder)  # as `publish` ends
    seconds = _until_told(address, folder.name.partition("=")[2])
    time.sleep(AFTER_SECONDS)
    ended.set()
    for reader in crowd:
        reader.join()
    yield Result("a run replaced: until readers get the newer one", seconds, "s")
    told = f"{len(got.times):,}, {len({*got.runs.values()})}"
    yield Result("a run replaced: answers meanwhile, runs told", told)
    yield Result("a run replaced: answers that failed", got.errors, most=0)
    yield Result("a run replaced: answers of two runs", got.mixed, most=0)
    yield Result("a run replaced: 95 of 100", float(np.quantile(got.times, 0.95)), "ms")
    yield Result("a run replaced: the slowest", max(got.times), "ms", most=SLOWEST_MS)


def _prepared(output: Path) -> tuple[Path, Path]:
    """The newer run, not yet where it will stand, and the folder that it will be."""
    newest = max(output.glob("as_of=*"))
    before = dt.date.fromisoformat(newest.name.partition("=")[2])
    day = before + dt.timedelta(days=1)
    aside = output.parent / "newer"
    aside.mkdir()
    for path in newest.glob("*.parquet"):
        os.link(path, aside / path.name)
    (aside / "clients.parquet").unlink()
    clients = pq.read_table(newest / "clients.parquet")
    names = pc.replace_substring(clients["name"], f"[{before.isoformat()}]", f"[{day.isoformat()}]")
    place = clients.column_names.index("name")
    write_tables(
        aside / "clients.parquet", [clients.set_column(place, "name", names)], TABLES["clients"]
    )
    told = {**read_run(newest), "as_of": day.isoformat(), "run_id": "newer"}
    (aside / RUN_FILE).write_text(json.dumps(told), "utf-8")
    return aside, scores_folder(output, day)


def _read(address: str, drawn: Drawn, got: Got, ended: threading.Event, seed: int) -> None:
    chance = random.Random(seed)
    with httpx.Client(base_url=address, timeout=120) as web:
        while not ended.is_set():
            path, _, query = drawn(chance).partition("?")
            if path in OF_API and chance.random() < 0.5:
                path = OF_API[path]
            begun = time.perf_counter()
            try:
                answer = web.get(f"{path.rstrip('?')}?{query}")
                answer.raise_for_status()
            except httpx.HTTPError:
                got.errors += 1
                continue
            got.times.append(1000 * (time.perf_counter() - begun))
            got.mixed += not _is_of_one_run(answer, got.runs)


def _is_of_one_run(answer: httpx.Response, runs: dict[str, str]) -> bool:
    """Whether all names are of the run that the answer's frame, or its ETag, stands for."""
    marks = {*MARK.findall(answer.text)}
    frame = FRAME.search(answer.text)
    stands_for = frame[1] if frame else answer.headers["etag"].rpartition(".")[0]
    return not marks or (len(marks) == 1 and runs.setdefault(stands_for, *marks) in marks)


def _until_told(address: str, day: str) -> float:
    """Seconds until the service tells of a run."""
    begun = time.perf_counter()
    with httpx.Client(base_url=address, timeout=120) as web:
        while web.get("/api/v1/run").json()["as_of"] != day:
            if time.perf_counter() - begun > PATIENCE_SECONDS:
                raise SystemExit(f"no reader got the newer run within {PATIENCE_SECONDS:.0f} s")
            time.sleep(0.1)
    return time.perf_counter() - begun
