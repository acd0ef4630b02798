"""Months backfilled in any order, killed and resumed: the same bytes of every Parquet file.

SEGML_MONTHS=<number> backfills so many months; more than seven train a version of the time first.
`test_backfill.py` holds it for three, in two orders, without a kill.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.conftest import SCORED, TRAINED, Chain
from tests.flows.worlds import copied, digest

import segml
from segml.flows.backfill import month_starts

MONTHS = int(os.environ.get("SEGML_MONTHS", "0"))


def fill(config: Path, *days: dt.date, resume: bool = False) -> None:
    """Backfill from the first of some days to the last."""
    segml.backfill(config, start=min(days), end=max(days), resume=resume)


def kill_after_one(config: Path, output: Path, days: tuple[dt.date, ...]) -> None:
    """Begin a backfill of all days and kill it when it has published one more."""
    there = len(list(output.glob("as_of=*")))
    span = ["--from", str(days[0]), "--to", str(days[-1])]
    process = subprocess.Popen(
        [sys.executable, "-m", "segml", "backfill", str(config), *span],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while process.poll() is None and len(list(output.glob("as_of=*"))) == there:
        time.sleep(0.01)
    assert process.poll() is None, "the backfill ended before it could be killed"
    os.killpg(process.pid, 9)
    process.wait()


@pytest.mark.slow
@pytest.mark.skipif(MONTHS < 3, reason="SEGML_MONTHS=12 runs it")
def test_any_order_of_months_gives_the_same_bytes(chain: Chain, tmp_path: Path) -> None:
    config, output = copied(chain, tmp_path), tmp_path / "out"
    days = month_starts(dt.date(SCORED.year - 3, SCORED.month, 1), SCORED)[-MONTHS:]
    if days[0] < TRAINED:
        segml.train(config, as_of=days[0])

    def found() -> dict[str, str]:
        return {folder.name: digest(folder) for folder in sorted(output.glob("as_of=*"))}

    fill(config, *days)
    whole = found()
    assert list(whole) == [f"as_of={day}" for day in days]
    assert whole[f"as_of={SCORED}"] == digest(chain.scored.folder)  # `segml score` agrees
    shutil.rmtree(output)
    for day in reversed(days):
        fill(config, day)
    assert found() == whole
    shutil.rmtree(output)
    for day in random.Random(2).sample(days[1:], MONTHS // 2):
        fill(config, day)
    kill_after_one(config, output, days)
    assert len(found()) < MONTHS
    assert found().items() <= whole.items()
    fill(config, *days, resume=True)
    assert found() == whole
