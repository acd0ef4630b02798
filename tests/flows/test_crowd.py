"""Eight scoring jobs of one date at once: one publishes, the others leave with code 4.

SEGML_CROWDS=<number> lets so many crowds run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from tests.conftest import SCORED, Chain

from segml.stores import read_run

CROWDS = int(os.environ.get("SEGML_CROWDS", "1"))
JOBS = 8

# One process loads segml and forks the jobs of each crowd, so that none is still loading while
# another ends: each waits at the gate, which opens for all of them when its last writer is gone.
GATE = """
import json, os, sys
import segml.flows.score
from segml.cli.app import app
arguments, folder, jobs, crowds = sys.argv[4:], sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for crowd in range(crowds):
    wait, gate = os.pipe()
    begun = []
    for job in range(jobs):
        begun.append(os.fork())
        if begun[-1] == 0:
            os.close(gate)
            os.read(wait, 1)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            os.dup2(os.open(f"{folder}/{crowd}-{job}.json", flags, 0o644), 1)
            sys.argv = ["segml", *arguments]
            app()
    os.close(gate)
    codes = [os.waitstatus_to_exitcode(os.waitpid(each, 0)[1]) for each in begun]
    os.close(wait)
    with open(f"{folder}/{crowd}.json", "w") as told:
        json.dump(codes, told)
"""


def said(path: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(path.read_text("utf-8"))
    return found


@pytest.mark.slow
def test_of_a_crowd_one_publishes_and_the_others_leave(chain: Chain, tmp_path: Path) -> None:
    source, told = chain.config.parent, tmp_path / "told"
    shutil.copytree(source, tmp_path / "world", ignore=shutil.ignore_patterns("out", "truth"))
    told.mkdir()
    config = tmp_path / "world" / chain.config.name
    arguments = ["score", str(config), "--as-of", str(SCORED), "--json"]
    gate = [sys.executable, "-c", GATE, str(told), str(JOBS), str(CROWDS), *arguments]
    done = subprocess.run(gate, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    winners = set()
    for crowd in range(CROWDS):
        codes = json.loads((told / f"{crowd}.json").read_text("utf-8"))
        assert sorted(codes) == [0, *[4] * (JOBS - 1)]
        for job, code in enumerate(codes):
            summary = said(told / f"{crowd}-{job}.json")
            if code == 0:
                winners.add(summary["run_id"])
            else:
                assert summary["kind"] == "LockHeld"
    assert len(winners) == CROWDS
    published = tmp_path / "world" / "out" / f"as_of={SCORED}"
    run = read_run(published)
    assert run["run_id"] in winners
    assert sum(run["by_status"].values()) == len(pd.read_parquet(published / "scores.parquet"))
    for path in chain.scored.folder.glob("*.parquet"):
        assert (published / path.name).read_bytes() == path.read_bytes()
    assert [entry.name for entry in published.parent.glob(".*")] == []
