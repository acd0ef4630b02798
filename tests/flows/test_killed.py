"""Runs killed at any moment: readers see whole results alone, and the next run is green.

SEGML_KILLS=<number> kills so many scoring runs (and a quarter as many trainings).
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
from tests.conftest import SCORED, TRAINED, Chain

import segml
from segml.stores import Registry, list_runs

KILLS = int(os.environ.get("SEGML_KILLS", "4"))


def copied(chain: Chain, folder: Path) -> Path:
    """The chain's world with its models, in a folder of its own, nothing published yet."""
    shutil.copytree(chain.config.parent, folder, ignore=shutil.ignore_patterns("out", "truth"))
    return folder / chain.config.name


def command(config: Path, name: str, day: object) -> list[str]:
    return [sys.executable, "-m", "segml", name, str(config), "--as-of", str(day)]


def run(config: Path, name: str, day: object) -> float:
    """How long a whole run takes, seconds; it must be green."""
    begun = time.monotonic()
    done = subprocess.run(command(config, name, day), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return time.monotonic() - begun


def kill(config: Path, name: str, day: object, *, after: float) -> None:
    """Start a run and kill it, with the whole of what it started, after so many seconds."""
    process = subprocess.Popen(
        command(config, name, day),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(after)
    os.killpg(process.pid, 9)
    process.wait()


def digest(folder: Path) -> str:
    """Of every Parquet file of a published run, by name."""
    found = hashlib.sha256()
    for path in sorted(folder.glob("*.parquet")):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


@contextmanager
def reader(output: Path) -> Iterator[list[str]]:
    """Someone who reads all the time; the list gains what was wrong with what was seen."""
    wrong: list[str] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.wait(0.005):
            for folder in output.glob("as_of=*"):
                try:
                    said = json.loads((folder / "run.json").read_bytes())
                    rows = len(pd.read_parquet(folder / "scores.parquet", columns=["client_id"]))
                except FileNotFoundError:
                    continue  # replaced between two looks: the path led into the one before
                except (OSError, ValueError) as error:
                    wrong.append(f"{type(error).__name__}: {error}")
                    continue
                if rows != sum(said["by_status"].values()):
                    wrong.append(f"{rows} rows, {said['by_status']}")

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield wrong
    finally:
        stop.set()
        thread.join()


@pytest.mark.slow
def test_a_killed_scoring_leaves_the_last_good_run_or_the_next_whole(
    chain: Chain, tmp_path: Path
) -> None:
    config = copied(chain, tmp_path / "world")
    output = config.parent / "out"
    takes = run(config, "score", SCORED)
    whole = {digest(output / f"as_of={SCORED}")}
    dates = (SCORED, TRAINED)
    run(config, "score", TRAINED)
    whole.add(digest(output / f"as_of={TRAINED}"))
    shutil.rmtree(output / f"as_of={TRAINED}")
    draws = random.Random(0)
    with reader(output) as wrong:
        for number in range(KILLS):
            kill(config, "score", dates[number % 2], after=draws.uniform(0.0, 1.1 * takes))
            assert {digest(folder) for folder in output.glob("as_of=*")} <= whole
            assert (output / f"as_of={SCORED}").is_dir()
    assert wrong == []
    run(config, "score", SCORED)
    assert not list(output.glob(".as_of=*"))
    portfolio = segml.read_settings(config).plan.portfolio
    assert list_runs(output, portfolio=portfolio)[-1].as_of == SCORED


@pytest.mark.slow
def test_a_killed_training_leaves_a_registry_that_scores(chain: Chain, tmp_path: Path) -> None:
    config = copied(chain, tmp_path / "world")
    settings = segml.read_settings(config)
    known = Registry(settings.models, settings.plan.portfolio).champion()
    takes = run(config, "train", SCORED)
    draws = random.Random(1)
    for _ in range(max(KILLS // 4, 1)):
        kill(config, "train", SCORED, after=draws.uniform(0.0, 1.1 * takes))
        registry = Registry(settings.models, settings.plan.portfolio)
        assert registry.champion() == known
    run(config, "score", SCORED)
    run(config, "train", SCORED)
    assert not [path for path in settings.models.rglob(".*") if path.name != ".lock"]
