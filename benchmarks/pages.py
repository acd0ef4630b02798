"""The pages of a large portfolio: how soon they are there, for one reader and for twenty at once.

A made world is trained, scored twice and analysed; its published tables are then repeated, every
client under new ids, to the portfolio's size, so that what is read lies on the disk as a run of
that size would; copies of the older scores make the path of 24 runs. The service is a process of
its own (`segml serve`); readers ask over the network of this machine, each for pages in an order of
its own, of clients drawn evenly. While they read a newer run takes the place of the newest
(`replaced.py`). The service is compiled before it is started, as it is when it is installed.

SEGML_BENCH_CLIENTS=1000000 is the size; less for a quick look. SEGML_BENCH_LEDGER=<configuration>
takes a world of 2,000 clients that was made, scored twice and analysed;
SEGML_BENCH_PUBLISHED=<folder> keeps there what was published, or takes it from there.
"""

from __future__ import annotations

import compileall
import datetime as dt
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import pandas as pd

import segml
from benchmarks.process import median
from benchmarks.replaced import marked, replaced
from benchmarks.result import Result
from benchmarks.worlds import GIVEN
from segml.stores import publish, read_run, read_table, scores_folder
from segml.stores.tables import RUN_FILE
from segml.stores.timeline import RUNS

CLIENTS = int(os.environ.get("SEGML_BENCH_CLIENTS", "1_000_000"))
SMALL, MONTHS, SEED = 2_000, 30, 3
READERS, ASKED, ROUNDS, STARTS = 20, 400, 60, 5
ALONE_MS, CROWD_MS, START_SECONDS, MEMORY_MIB = 100.0, 300.0, 3.0, 700.0
PAGES = ("/", "/portfolio", "/clients", "/losses")
ONE = ("/client", "/dossier")
LISTS = ("/clients?sort=profit&page={page}", "/clients?tier={tier}&key=1", "/clients?status=lapsed")
WHOLE = ("features", "evidence", "lookalikes")
"""Tables that are published in one piece."""
KEPT = "SEGML_BENCH_PUBLISHED"
NAMED = ("client_id", "like", "like_1", "like_2", "like_3")


def pages() -> Iterator[Result]:
    """The times of every page, alone and among twenty readers; the start, the memory."""
    with tempfile.TemporaryDirectory() as folder:
        config, lost = _kept(Path(os.environ.get(KEPT, folder)))
        starts = [_started(config) for _ in range(STARTS)]
        walls, worked = ([each[part] for each in starts] for part in (0, 1))
        yield Result(f"start, median of {STARTS}", median(walls), "s", most=START_SECONDS)
        yield Result("processor time until then, median", median(worked), "s")
        with _served(config) as (address, process, _):
            alone = _asked(address, ASKED, lost, seed=1)
            for name, times in sorted(alone.items()):
                yield Result(f"{name}, 95 of 100", _high(times), "ms", most=ALONE_MS)
            crowd = _crowd(address, lost)
            everything = [each for times in crowd for each in times]
            yield Result(f"{READERS} readers, 95 of 100", _high(everything), "ms", most=CROWD_MS)
            yield Result("memory at most", _peak_mib(process.pid), "MiB", most=MEMORY_MIB)
            output = segml.read_settings(config).output
            yield from replaced(
                address,
                process.pid,
                output,
                lambda chance: _drawn(chance, lost)[1],
                readers=READERS,
            )
            meanwhile = _peak_mib(process.pid)
            yield Result("a run replaced: memory at most", meanwhile, "MiB", most=MEMORY_MIB)


def _kept(folder: Path) -> tuple[Path, list[str]]:
    """What is published in a folder, from before where it is there."""
    config, told = folder / "world" / "segml.yaml", folder / "lost.json"
    if told.exists():
        return config, json.loads(told.read_text("utf-8"))
    config, lost = _published(folder)
    told.write_text(json.dumps(lost), "utf-8")
    return config, lost


def _published(folder: Path) -> tuple[Path, list[str]]:
    """A small world's runs, repeated to the size asked for; ids of lost clients."""
    config = _small(folder)
    output = segml.read_settings(config).output
    copies = max(CLIENTS // SMALL, 1)
    lost: list[str] = []
    for run in sorted(path.parent for path in output.glob("**/run.json")):
        names = [path.stem for path in sorted(run.glob("*.parquet")) if path.stem != "quarantine"]
        small = {name: read_table(run, name) for name in names}
        if "clients" in small:
            day = dt.date.fromisoformat(read_run(run)["as_of"])
            clients = small["clients"]
            small["clients"] = clients.assign(name=[marked(n, day) for n in clients["name"]])
        publish(run, {n: _repeated(n, t, copies) for n, t in small.items()}, read_run(run))
        if "losses" in small:
            lost = list(small["losses"]["client_id"])
    _add_past(output)
    return config, lost


def _add_past(output: Path) -> None:
    """Copies of the older run's scores at earlier dates: as many runs as a client's path tells."""
    runs = sorted(output.glob("as_of=*"))
    first = dt.date.fromisoformat(runs[0].name.partition("=")[2])
    for number in range(1, RUNS - len(runs) + 1):
        folder = scores_folder(output, first - dt.timedelta(days=30 * number))
        folder.mkdir()
        for name in ("scores.parquet", RUN_FILE):
            shutil.copy(runs[0] / name, folder / name)


def _small(folder: Path) -> Path:
    """The small world, scored twice and analysed, or a copy of one that is given."""
    if given := os.environ.get(GIVEN):
        shutil.copytree(Path(given).parent, folder / "world")
        return folder / "world" / Path(given).name
    world = segml.write_world(folder / "world", clients=SMALL, months=MONTHS, seed=SEED)
    end = pd.Timestamp(world.end)
    start, before = ((end - pd.DateOffset(months=n)).date() for n in (6, 1))
    segml.train(world.config, as_of=start)
    segml.score(world.config, as_of=before)
    segml.score(world.config, as_of=end.date())
    segml.analyse_losses(world.config, start=start, end=end.date())
    return world.config


def _repeated(name: str, table: pd.DataFrame, copies: int) -> pd.DataFrame | Iterator[pd.DataFrame]:
    """A table about single clients with all of them `copies` times; another as it is."""
    if name == "concentration" or "client_id" not in table.columns:
        return table

    def chunks() -> Iterator[pd.DataFrame]:
        for copy in range(copies):
            ids = {each: f"{copy:04d}" + table[each] for each in NAMED if each in table.columns}
            yield table.assign(**ids)

    if name in WHOLE:
        return pd.concat([*chunks()], ignore_index=True)
    return chunks()


def _started(config: Path) -> tuple[float, float]:
    """Seconds until the service answers, and how long processors worked for it."""
    with _served(config) as (_address, process, seconds):
        told = Path(f"/proc/{process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        return seconds, (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _served(config: Path) -> Iterator[tuple[str, subprocess.Popen[bytes], float]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    compileall.compile_dir(Path(segml.__file__).parent, quiet=1)
    command = [sys.executable, "-m", "segml", "serve", str(config), "--port", str(port), "--json"]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        address = json.loads(process.stdout.readline())["address"]
        _until_alive(address)
        try:
            yield address, process, time.perf_counter() - begun
        finally:
            process.terminate()


def _until_alive(address: str) -> None:
    """Ask every few milliseconds, so that the start is not measured by the asking."""
    with httpx.Client(base_url=address) as web:
        while True:
            try:
                web.get("/alive").raise_for_status()
            except httpx.ConnectError:
                time.sleep(0.02)
            else:
                return


def _asked(address: str, count: int, lost: list[str], *, seed: int) -> dict[str, list[float]]:
    """Milliseconds of each kind of page, asked one after the other."""
    chance = random.Random(seed)
    found: dict[str, list[float]] = {}
    with httpx.Client(base_url=address, timeout=120) as web:
        for _ in range(count):
            kind, path = _drawn(chance, lost)
            begun = time.perf_counter()
            web.get(path).raise_for_status()
            found.setdefault(kind, []).append(1000 * (time.perf_counter() - begun))
    return found


def _drawn(chance: random.Random, lost: list[str]) -> tuple[str, str]:
    kind = chance.choice((*PAGES, *ONE, *LISTS))
    copy = chance.randrange(max(CLIENTS // SMALL, 1))
    who = chance.choice(lost) if kind == "/dossier" else f"C{chance.randrange(1, SMALL):05d}"
    if kind in ONE:
        return kind, f"{kind}?id={copy:04d}{who}"
    told = kind.format(page=chance.randrange(1, CLIENTS // 100), tier="tier 1")
    return kind, told


def _crowd(address: str, lost: list[str]) -> list[list[float]]:
    found: list[list[float]] = []

    def read(seed: int) -> None:
        times = _asked(address, ROUNDS, lost, seed=seed)
        found.append([each for kind in times.values() for each in kind])

    readers = [threading.Thread(target=read, args=(2 + n,)) for n in range(READERS)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return found


def _high(times: list[float]) -> float:
    return float(np.quantile(times, 0.95))


def _peak_mib(pid: int) -> float:
    told = Path(f"/proc/{pid}/status").read_text("utf-8")
    line = next(line for line in told.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
