"""Hard instants: what is said of a day depends on that day alone, and no clock set back breaks it.

SEGML_INSTANTS=<number> begins a run at so many of them; without it none is begun. The clock is
libfaketime's, from the Python package `libfaketime` (or SEGML_FAKETIME=<library>); the tests skip
where there is none that works.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.conftest import SCORED, Chain
from tests.flows.worlds import copied, digest

import segml

DRIVER = Path(__file__).with_name("at_instants.py")
DAY = "2023-11-01"
"""The day scored: the ledger goes on for five months after it."""
ALL_RUNS = {  # New York's clocks: the machine's
    "the year ends": "2023-12-31 23:59:59",
    "the clocks go back": "2023-11-05 05:59:59",
    "the clocks go forward": "2024-03-10 06:59:59",
    "the leap day ends": "2024-02-29 23:59:59",
    "midnight in UTC": "2024-01-15 23:59:59",
    "nobody set the clock": "1970-01-02 00:00:00",
}
RUNS = dict([*ALL_RUNS.items()][: int(os.environ.get("SEGML_INSTANTS", "0"))])
pytestmark = pytest.mark.skipif(not RUNS, reason="SEGML_INSTANTS is not set")
ZONES = ("Europe/London", "Pacific/Auckland", "America/New_York", "UTC")
DAYS = (
    *("2023-12-31 23:30:00", "2024-02-29 23:30:00", "2024-03-30 23:30:00", "2024-03-31 23:30:00"),
    *("2023-10-28 23:30:00", "2023-10-29 23:30:00", "2024-01-15 00:30:00", "2024-02-28 12:00:00"),
)
NIGHT = f"{SCORED} 00:30:00"
"""In the ledger's zone (UTC) the day is SCORED; in the machine's it is the day before."""
PROBE = """
import datetime, threading, time
time.sleep(0.01)
threading.Event().wait(0.01)
print(datetime.datetime.now(datetime.UTC).date())
"""


def environment(library: str) -> dict[str, str]:
    """Of a process that may set its clock; what measures spans of time stays true."""
    return {
        **os.environ,
        "LD_PRELOAD": library,
        "FAKETIME": "@981173106",  # 2001-02-03 04:05:06
        "FAKETIME_NO_CACHE": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
        "FAKETIME_FMT": "%s",
        "TZ": "America/New_York",
    }


def library() -> str:
    """A libfaketime that works here."""
    found = [os.environ.get("SEGML_FAKETIME", "")]
    package = importlib.util.find_spec("libfaketime")
    for place in (package.submodule_search_locations or []) if package else []:
        found += map(str, Path(place).rglob("libfaketime.so.1"))
    for path in filter(None, found):
        try:
            probed = subprocess.run(
                [sys.executable, "-c", PROBE],
                env=environment(path),
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        except subprocess.TimeoutExpired:
            continue
        if probed.stdout.strip() == "2001-02-03":
            return path
    pytest.skip("no libfaketime that works: install the Python package `libfaketime`")


@pytest.fixture(scope="module")
def told(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a process told that went through all instants."""
    folder = tmp_path_factory.mktemp("instants")
    preload, said = library(), folder / "told.json"
    config = copied(chain, folder / "world")
    asked = {"runs": [*RUNS.values()], "days": DAYS, "zones": ZONES, "nights": [NIGHT, str(SCORED)]}
    command = [sys.executable, str(DRIVER), str(config), DAY, json.dumps(asked)]
    done = subprocess.run(
        ["sh", "-c", '"$@" 3>"$TOLD"', "sh", *command],
        env={**environment(preload), "TOLD": str(said)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(said.read_text("utf-8"))
    return found


@pytest.mark.slow
def test_what_is_said_of_a_day_depends_on_that_day_alone(
    chain: Chain, told: dict[str, Any], tmp_path: Path
) -> None:
    now = digest(segml.score(copied(chain, tmp_path), as_of=DAY).folder)
    for name, instant in RUNS.items():
        run = told["scored"][instant]
        assert run["digest"] == now, name
        assert run["started"].startswith(instant[:10]), name
        assert (run["signs"]["state"], run["signs"]["exit_code"]) == ("done", 0), name
    assert told["back"]["digest"] == now


@pytest.mark.slow
def test_without_a_day_the_command_takes_the_ledgers(chain: Chain, told: dict[str, Any]) -> None:
    for instant, days in told["asked"].items():
        there = dt.datetime.fromisoformat(f"{instant}+00:00")
        assert days == {zone: str(there.astimezone(ZoneInfo(zone)).date()) for zone in ZONES}
    assert len(set(told["asked"]["2024-02-29 23:30:00"].values())) == 2
    assert told["code"] == "0"
    assert told["night"] == digest(chain.scored.folder)


@pytest.mark.slow
def test_a_clock_set_back_breaks_neither_lock_nor_signs_nor_registry_nor_mlflow(
    told: dict[str, Any],
) -> None:
    signs = told["back"]["signs"]
    assert (signs["state"], signs["exit_code"]) == ("done", 0)
    assert signs["beat"] < signs["started"]
    found = told["set_back"]
    assert "`segml check`" in found.pop("held")
    assert found.pop("trail") == ["before", "after"]
    assert found == {"champion": True, "run": True, "reaped": []}
