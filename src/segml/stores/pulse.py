"""Signs of life for whoever watches: a heartbeat while a run works, figures once it ended.

::

    <output>/heartbeat-<portfolio>.json          rewritten every few seconds, and at the end
    <output>/heartbeat-<portfolio>@study.json    the same of a backtest, a search, a comparison
    <output>/metrics/<portfolio>-<command>.prom  once at the end, Prometheus' text format

Both are files, so that a run needs no server and none need reach it; node_exporter's textfile
collector reads the folder as it is. They hold counts and times alone, nothing of a client. A run
that was killed leaves a heartbeat that says `running` and stops: an old `beat` is the alarm. Where
the folder cannot be written, the log says so and nothing else changes.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from segml.stores.folder import replace_file
from segml.words.errors import Refusal

BEAT_SECONDS = 5.0
INTERRUPTED, FAULT = 130, 1
_SUCCESS = "segml_last_success_timestamp_seconds"
_LOG = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Pulse:
    """What a run shows of itself while it works.

    Parameters
    ----------
    folder
        The output folder.
    portfolio
        Whose run it is.
    command
        `score`, `train`, …: one word.
    run_id
        As run.json has it.
    is_study
        Whether it may work beside a run, and has a heartbeat of its own.
    stage
        What it does now; set it as work goes on.
    counts
        Figures of the end by (name, label's name, label): whole counts, told as gauges.
    """

    folder: Path
    portfolio: str
    command: str
    run_id: str
    started: dt.datetime
    is_study: bool = False
    stage: str = "starting"
    counts: dict[tuple[str, str, str], float] = field(default_factory=dict)

    @property
    def heartbeat(self) -> Path:
        """Where the heartbeat is."""
        return self.folder / f"heartbeat-{self.portfolio}{'@study' if self.is_study else ''}.json"

    @property
    def metrics(self) -> Path:
        """Where the figures are."""
        return self.folder / "metrics" / f"{self.portfolio}-{self.command}.prom"

    def beat(self, state: str, exit_code: int | None = None) -> None:
        """Rewrite the heartbeat."""
        said = {
            "portfolio": self.portfolio,
            "command": self.command,
            "run_id": self.run_id,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "started": self.started.isoformat("T", "seconds"),
            "beat": _now().isoformat("T", "seconds"),
            "stage": self.stage,
            "state": state,
            "exit_code": exit_code,
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        replace_file(self.heartbeat, json.dumps(said, indent=1).encode())

    def end(self, exit_code: int, timings: Mapping[str, float]) -> None:
        """Write the figures of a run that ended."""
        from prometheus_client import CollectorRegistry, generate_latest

        registry = CollectorRegistry()
        ended = _now().timestamp()
        success = ended if exit_code == 0 else _last_success(self.metrics)
        gauge = _gauges(registry, portfolio=self.portfolio, command=self.command)
        gauge("segml_run_started_timestamp_seconds", "When it began.", self.started.timestamp())
        gauge("segml_run_ended_timestamp_seconds", "When it ended.", ended)
        gauge("segml_run_exit_code", "As docs/errors.md lists them.", exit_code)
        if success is not None:
            gauge(_SUCCESS, "When one last ended with exit code 0.", success)
        for stage, seconds in timings.items():
            gauge("segml_stage_seconds", "How long a stage took.", seconds, stage=stage)
        for (name, label, value), count in self.counts.items():
            gauge(f"segml_{name}", "What the run counted.", count, **{label: value})
        self.metrics.parent.mkdir(exist_ok=True)
        replace_file(self.metrics, generate_latest(registry))


@contextmanager
def beating(pulse: Pulse, timings: Mapping[str, float]) -> Iterator[Pulse]:
    """A heartbeat for as long as the block runs, and the figures of its end, however it ends."""
    _try(lambda: pulse.beat("running"), pulse)
    stop = threading.Event()

    def go_on() -> None:
        while not stop.wait(BEAT_SECONDS):
            _try(lambda: pulse.beat("running"), pulse)

    thread = threading.Thread(target=go_on, name="segml-heartbeat", daemon=True)
    thread.start()
    code, state = 0, "done"
    try:
        yield pulse
    except BaseException as error:
        code, state = _outcome(error)
        raise
    finally:
        stop.set()
        thread.join()
        _try(lambda: pulse.beat(state, code), pulse)
        _try(lambda: pulse.end(code, timings), pulse)


def _outcome(error: BaseException) -> tuple[int, str]:
    if isinstance(error, Refusal):
        return error.exit_code, "refused"
    return (
        (INTERRUPTED, "interrupted") if isinstance(error, KeyboardInterrupt) else (FAULT, "failed")
    )


def _gauges(registry: Any, **of: str) -> Callable[..., None]:
    """A function that sets one gauge of the run in a registry."""
    from prometheus_client import Gauge

    known: dict[str, Any] = {}

    def gauge(name: str, text: str, value: float, **labels: str) -> None:
        labels = of | labels
        if name not in known:
            known[name] = Gauge(name, text, list(labels), registry=registry)
        known[name].labels(**labels).set(value)

    return gauge


def _last_success(path: Path) -> float | None:
    """When the command last succeeded, by the figures of the run before."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return next((float(each.split()[-1]) for each in lines if each.startswith(_SUCCESS)), None)
    except (OSError, ValueError):
        return None


def _try(write: Callable[[], None], pulse: Pulse) -> None:
    try:
        write()
    except OSError as error:
        _LOG.warning("no heartbeat in %s: %s", pulse.folder, error.strerror)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
