"""Runs killed at any moment: readers see whole results alone, and the next run is green.

SEGML_KILLS=<number> kills so many scoring runs and as many trainings: one of ten somewhere in its
whole span, the others somewhere between their first write and their end.
`test_publication_killed.py` kills publications.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from tests.flows.killing import Killer, killing
from tests.flows.worlds import digest

import segml
from segml.bundle.manifest import read_verified
from segml.stores import Registry, list_runs, read_run, read_whole
from segml.words.errors import ConfigurationRefused, OutputRefused

_LOG = logging.getLogger(__name__)
KILLS = int(os.environ.get("SEGML_KILLS", "2"))
BATCH = 50
"""So many kills by turns of one run: copies of one that is held where it begins to write, and a
tenth of whole ones."""
WORLD = {"clients": 60, "months": 20, "seed": 4}
BEFORE, TRAINED, SCORED, LATER = "2023-06-01", "2023-07-01", "2023-08-01", "2023-09-01"


@dataclass(frozen=True)
class Small:
    """A small world, trained; `fewer` is its configuration without some of the lines.

    Both publish the same dates in the same folder, so that a mixture of two runs shows.
    """

    config: Path
    fewer: Path
    killer: Killer

    @property
    def output(self) -> Path:
        return self.config.parent / "out"

    @property
    def registry(self) -> Registry:
        settings = segml.read_settings(self.config)
        return Registry(settings.models, settings.plan.portfolio)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    folder = tmp_path_factory.mktemp("small")
    config = segml.write_world(folder, **WORLD).config
    text = config.read_text("utf-8").replace("cutoffs: 12", "cutoffs: 3")
    config.write_text(text, "utf-8")
    lines = "transactions/*.parquet"
    assert f"{lines}}}" in text
    fewer = config.with_name("fewer.yaml")
    fewer.write_text(text.replace(f"{lines}}}", f'{lines}, where: "amount > 99"}}'), "utf-8")
    with killing(folder) as killer:
        killer.whole("train", config, "--as-of", TRAINED)
        yield Small(config=config, fewer=fewer, killer=killer)


@contextmanager
def reader(look: Callable[[], None]) -> Iterator[list[str]]:
    """Someone who looks all the time; the list gains what was wrong with what was seen."""
    wrong: list[str] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.wait(0.02):
            try:
                look()
            except Exception as error:
                wrong.append(f"{type(error).__name__}: {error}")

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield wrong
    finally:
        stop.set()
        thread.join()


def seen(folder: Path) -> tuple[str, str]:
    """Of which rows a published run says it is, and what its tables hold."""
    return read_whole(folder, lambda at: (read_run(at)["data_fingerprint"], digest(at)))


def readable(output: Path) -> int:
    """How many files there are, after each was read to its end."""
    files = [path for path in output.rglob("*") if path.is_file()]
    for path in files:
        if path.suffix == ".parquet":
            assert len(pd.read_parquet(path).columns) > 0
        elif path.suffix == ".json":
            json.loads(path.read_bytes())
        else:
            assert path.read_text("utf-8").endswith("\n"), path
    return len(files)


def killed(
    killer: Killer,
    command: str,
    place: str,
    runs: Sequence[tuple[Path, str]],
    gone: Callable[[int], None],
) -> None:
    """Kill a command so many times, in turn over some runs; `gone` is called after each kill."""
    killer.codes.clear()
    for batch, first in enumerate(range(0, KILLS, BATCH)):
        config, day = runs[batch % len(runs)]
        numbers = range(first, min(first + BATCH, KILLS))
        alone = max(len(numbers) // 10, 1)
        with killer.held(place, command, config, "--as-of", day) as kill:
            for number in numbers[alone:]:
                kill()
                gone(number)
        for number in numbers[:alone]:
            config, day = runs[number % len(runs)]
            killer.killed(command, config, "--as-of", day)
            gone(number)


@pytest.mark.slow
def test_a_killed_scoring_leaves_the_last_good_run_or_the_next_whole(small: Small) -> None:
    killer, output = small.killer, small.output
    runs = [(config, day) for day in (SCORED, LATER) for config in (small.config, small.fewer)]
    whole = set()
    for config, day in runs:
        killer.whole("score", config, "--as-of", day)
        whole.add((day, *seen(output / f"as_of={day}")))
    assert len({found for _, _, found in whole}) == len(runs)
    moments: Counter[str] = Counter()
    aside: set[Path] = set()

    def look() -> None:
        for folder in output.glob("as_of=*"):
            try:
                found = seen(folder)
            except (ConfigurationRefused, OutputRefused):
                assert folder.name == f"as_of={LATER}", "the run before is gone"
                continue
            assert (folder.name.removeprefix("as_of="), *found) in whole
            moments["looks"] += 1

    def gone(number: int) -> None:
        new = {*output.glob(".as_of=*")} - aside
        aside.update(new)
        moments["while it wrote"] += bool(new)
        later = output / f"as_of={LATER}"
        if number % 2 and later.is_dir():  # published anew next time, not replaced
            later.rename(output.with_name("aside"))
            shutil.rmtree(output.with_name("aside"))

    with reader(look) as wrong:
        killed(killer, "score", "segml.flows.score.publish", runs, gone)
    assert wrong == []
    assert killer.codes.count(-9) == KILLS
    _LOG.info("killed %d scorings of %d, %s", KILLS, len(killer.codes), dict(moments))
    for config, day in (runs[0], runs[-1]):
        killer.whole("score", config, "--as-of", day)
        assert (day, *seen(output / f"as_of={day}")) in whole
    assert not list(output.rglob(".*"))
    assert readable(output) > 2 * len(runs)
    portfolio = segml.read_settings(small.config).plan.portfolio
    assert [str(run.as_of) for run in list_runs(output, portfolio=portfolio)] == [SCORED, LATER]


def tracked(small: Small) -> dict[str, str]:
    """The state of each run MLflow has; its database must be sound."""
    with closing(sqlite3.connect(small.config.parent / "mlruns.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return dict(database.execute("SELECT run_uuid, status FROM runs"))


@pytest.mark.long
@pytest.mark.slow
def test_a_killed_training_leaves_a_registry_that_scores(small: Small) -> None:
    killer, known = small.killer, small.registry.champion()
    trainings = [(c, day) for day in (BEFORE, TRAINED) for c in (small.config, small.fewer)]
    moments: Counter[str] = Counter()

    def look() -> None:
        registry = small.registry
        assert registry.champion() == known
        for version in registry.versions.versions:
            read_verified(registry.path_of(version), version.manifest_digest)
        moments["looks"] += 1

    running: set[str] = set()
    aside: set[Path] = set()

    def gone(_number: int) -> None:
        new = {*small.registry.folder.glob(".*-*")} - aside
        aside.update(new)
        moments["while it wrote"] += bool(new)
        running.update(run for run, state in tracked(small).items() if state == "RUNNING")

    with reader(look) as wrong:
        killed(killer, "train", "segml.stores.registry.staging", trainings, gone)
    assert wrong == []
    killer.whole("score", small.config, "--as-of", SCORED)
    killer.whole("train", small.config, "--as-of", TRAINED)
    moments["while MLflow was told"] = len(running)
    assert killer.codes.count(-9) == KILLS
    _LOG.info("killed %d trainings of %d, %s", KILLS, len(killer.codes), dict(moments))
    states = tracked(small)
    assert {states[run] for run in running} <= {"KILLED"}
    assert {*states.values()} <= {"FINISHED", "KILLED"}
    models = small.registry.folder.parent
    assert not [path for path in models.rglob(".*") if path.name != ".lock"]
    look()
    assert wrong == []
