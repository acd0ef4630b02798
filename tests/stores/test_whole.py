"""Whoever reads several files of a run while runs are replaced reads one run."""

from __future__ import annotations

import datetime as dt
import shutil
import threading
import time
from pathlib import Path

import pandas as pd
import pytest

from segml.stores import (
    list_runs,
    publish,
    read_run,
    read_table,
    read_whole,
    retire,
    scores_folder,
    whole,
)
from segml.words.errors import ConfigurationRefused, OutputRefused

JUNE = dt.date(2011, 6, 1)
READERS, SECONDS = 30, 1.5
COLUMNS = ["client_id", "name", "manager", "region", "industry"]


def put(folder: Path, number: int) -> None:
    """A run whose every file tells its number: its clients, their names, its roles' note."""
    clients = pd.DataFrame(
        [[str(each), f"run {number}", None, None, None] for each in range(number % 7 + 1)],
        columns=COLUMNS,
    )
    profit = pd.DataFrame({"client_id": clients["client_id"]})
    said = {"portfolio": "retail", "run_id": f"run {number}", "clients": len(profit)}
    publish(folder, {"clients": clients}, said, files={"number": str(number).encode()})


def look(folder: Path) -> tuple[str, set[str], int, str]:
    run, clients = read_run(folder), read_table(folder, "clients")
    assert len(clients) == run["clients"]
    return run["run_id"], set(clients["name"]), len(clients), (folder / "number").read_text()


def test_every_one_of_thirty_readers_sees_one_run_at_a_time(tmp_path: Path) -> None:
    folder = scores_folder(tmp_path, JUNE)
    put(folder, 0)
    wrong: list[str] = []
    seen: list[set[str]] = [set() for _ in range(READERS)]
    stop = threading.Event()

    def read(mine: set[str]) -> None:
        while not (mine and stop.is_set()):
            try:
                run, names, _, number = read_whole(folder, look)
            except BaseException as error:
                wrong.append(repr(error))
                return
            mine.add(run)
            if names != {run} or run != f"run {number}":
                wrong.append(f"{run}: {names}, {number}")

    threads = [threading.Thread(target=read, args=(mine,)) for mine in seen]
    for thread in threads:
        thread.start()
    end, number = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        number += 1
        put(folder, number)
        time.sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert number > 2
    assert all(seen)
    assert len(set().union(*seen)) > 1


def test_a_run_replaced_between_two_looks_is_read_anew(tmp_path: Path) -> None:
    folder = scores_folder(tmp_path, JUNE)
    put(folder, 1)
    readings: list[str] = []

    def read(at: Path) -> tuple[str, str]:
        run = read_run(at)["run_id"]
        readings.append(run)
        if len(readings) == 1:
            put(at, 2)
        return run, (at / "number").read_text()

    assert read_whole(folder, read) == ("run 2", "2")
    assert readings == ["run 1", "run 2"]


def test_what_a_mixture_leads_to_is_no_fault(tmp_path: Path) -> None:
    folder = scores_folder(tmp_path, JUNE)
    put(folder, 1)
    left = [2]

    def read(at: Path) -> str:
        if left:
            put(at, left.pop())
            raise KeyError("a client of the other run")
        return str(read_run(at)["run_id"])

    assert read_whole(folder, read) == "run 2"


def test_a_fault_of_the_reader_is_raised_at_once(tmp_path: Path) -> None:
    folder = scores_folder(tmp_path, JUNE)
    put(folder, 1)
    readings: list[Path] = []

    def read(at: Path) -> None:
        readings.append(at)
        read_table(at, "scores")

    with pytest.raises(ConfigurationRefused, match="has no table `scores`"):
        read_whole(folder, read)
    assert len(readings) == 1
    with pytest.raises(ConfigurationRefused, match="is no published run"):
        read_whole(tmp_path / "nothing", read)


def test_a_run_that_never_stands_still_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "TRIES", 3)
    folder = scores_folder(tmp_path, JUNE)
    put(folder, 0)
    numbers = iter(range(1, 100))
    with pytest.raises(OutputRefused, match="in the middle of each of 3 readings"):
        read_whole(folder, lambda at: put(at, next(numbers)))


def test_a_run_that_is_removed_while_it_is_read_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "TRIES", 3)
    folder = scores_folder(tmp_path, JUNE)
    put(folder, 1)

    def read(at: Path) -> str:
        run = str(read_run(at)["run_id"])
        shutil.rmtree(at)
        return run

    with pytest.raises(OutputRefused, match="is gone: it was removed while it was read"):
        read_whole(folder, read)


def test_a_run_that_is_taken_away_while_runs_are_listed_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (JUNE, dt.date(2011, 7, 1)):
        put(scores_folder(tmp_path, day), 1)
    real = Path.glob

    def late(self: Path, pattern: str) -> list[Path]:
        found = list(real(self, pattern))
        monkeypatch.setattr(Path, "glob", real)
        retire(tmp_path, portfolio="retail", days=1)
        return found

    monkeypatch.setattr(Path, "glob", late)
    assert [str(run.as_of) for run in list_runs(tmp_path, portfolio="retail")] == ["2011-07-01"]
