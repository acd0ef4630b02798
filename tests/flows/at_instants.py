"""Run by test_instants.py in a process whose clock it sets: what segml does at hard instants.

python at_instants.py CONFIG DAY ASKED
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import segml
from segml.cli.app import app
from segml.cli.options import as_of_day
from segml.flows.session import registry_of, session
from segml.flows.train import tracking_of
from segml.stores import Training, log_beside, reap
from segml.words.errors import LockHeld

CONFIG, DAY = Path(sys.argv[1]), sys.argv[2]
ASKED: dict[str, list[str]] = json.loads(sys.argv[3])
BACK_FROM, BACK_TO = "2024-04-02 12:00:00", "2024-03-02 12:00:00"


def at(instant: str) -> None:
    """Set the clock to an instant of UTC; it goes on from there."""
    there = dt.datetime.fromisoformat(f"{instant}+00:00")
    os.environ["FAKETIME"] = f"@{round(there.timestamp())}"
    assert abs(dt.datetime.now(dt.UTC) - there) < dt.timedelta(seconds=30)


def digest(day: str) -> str:
    found = hashlib.sha256()
    for path in sorted((CONFIG.parent / "out" / f"as_of={day}").glob("*.parquet")):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def signs() -> dict[str, Any]:
    """The heartbeat after a run."""
    (path,) = (CONFIG.parent / "out").glob("heartbeat-*.json")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def scored(instant: str, *, then: str | None = None) -> dict[str, Any]:
    """A scoring of the day that begins at an instant; the clock is set to another half-way."""

    def progress(_stage: str, _done: int, _total: int) -> None:
        if then is not None:
            at(then)

    at(instant)
    done = segml.score(CONFIG, as_of=DAY, progress=progress)
    return {"digest": digest(DAY), "started": done.summary["started"], "signs": signs()}


def without_a_day(instant: str) -> str:
    """The exit code of the command without --as-of."""
    at(instant)
    sys.argv = ["segml", "score", str(CONFIG)]
    try:
        app()
    except SystemExit as left:
        return str(left.code)
    return "it did not leave"


def asked(instant: str, zones: list[str]) -> dict[str, str]:
    """What day a missing --as-of means, by zone."""
    at(instant)
    found = {}
    for zone in zones:
        config = CONFIG.with_name("zone.yaml")
        config.write_text(
            f"portfolio: far\nledger: {{timezone: {zone}, transactions: {{path: a.csv}}}}\n"
        )
        found[zone] = str(as_of_day(config, None))
    return found


def set_back() -> dict[str, Any]:
    """Lock, registry and MLflow, each begun at one time and ended a month before it."""
    settings = segml.read_settings(CONFIG)
    registry, tracking = registry_of(settings), tracking_of(settings)
    champion = registry.champion().version
    at(BACK_FROM)
    registry.refuse(champion, at=dt.datetime.now(dt.UTC), note="before")
    with session(settings, "segml check"):
        at(BACK_TO)
        try:
            with session(settings, "segml score"):
                held = "nobody"
        except LockHeld as refusal:
            held = str(refusal)
    registry.refuse(champion, at=dt.datetime.now(dt.UTC), note="after")
    at(BACK_FROM)
    begun = Training(started=dt.datetime.now(dt.UTC), metrics={"a": 1.0})
    at(BACK_TO)
    run_id = log_beside(tracking, "set back", begun, kind="backtest")
    again = registry_of(settings)
    return {
        "held": held,
        "champion": again.champion().version == champion,
        "trail": [change.note for change in again.versions.history[-2:]],
        "run": bool(run_id),
        "reaped": list(reap(tracking)),
    }


def main() -> None:
    """Everything, as one JSON object on the file that descriptor 3 is."""
    zone = ASKED.pop("zones")
    found = {
        "asked": {instant: asked(instant, zone) for instant in ASKED["days"]},
        "scored": {instant: scored(instant) for instant in ASKED["runs"]},
        "back": scored(BACK_FROM, then=BACK_TO),
        "code": without_a_day(ASKED["nights"][0]),
        "night": digest(ASKED["nights"][1]),
        "set_back": set_back(),
    }
    with os.fdopen(3, "w") as told:
        json.dump(found, told)


if __name__ == "__main__":
    main()
