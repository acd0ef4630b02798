"""The frame every run has: its lock, its times, its run.json's head, the versions it reads."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import scipy.linalg  # noqa: F401  # brings a BLAS of its own, which has to be there to be limited

from segml import __version__
from segml.features import left_out
from segml.flows.settings import Settings
from segml.ledger import Ledger, day_of, open_ledger, open_on_spark, require_fresh, room_told
from segml.stores import Pulse, Registry, beating, lock, sweep
from segml.words.errors import ConfigurationRefused
from segml.words.one_thread import one_thread

FIRST_DATE, LAST_DATE = dt.date(1970, 1, 1), dt.date(2100, 12, 31)
"""The days a run may speak of."""
_TOLD = ("code", "table", "column", "count", "total", "message")
"""What is told of a finding: not its first rows, which hold values."""
STUDIES = frozenset({"backtest", "tuning", "schemes"})
"""The folders of the output that studies publish."""


@dataclass(slots=True)
class Session:
    """One run: when it began, and how long each of its stages took (seconds)."""

    settings: Settings
    started: dt.datetime
    run_id: str
    timings: dict[str, float]
    pulse: Pulse

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Measure a stage, and say in the heartbeat that it is at work."""
        begun = time.perf_counter()
        self.pulse.stage = stage
        yield
        self.timings[stage] = round(time.perf_counter() - begun, 3)

    def record(self, ledger: Ledger) -> dict[str, Any]:
        """What every run.json begins with; only started, run_id and timings differ by run."""
        return {
            "portfolio": self.settings.plan.portfolio,
            "segml": __version__,
            "started": self.started.isoformat("T", "seconds"),
            "run_id": self.run_id,
            "timings": dict(self.timings),
            "data": {
                "fingerprint": ledger.fingerprint,
                "currency": ledger.currency,
                "rows": {
                    table: {
                        "read": counts.read,
                        "kept": counts.kept,
                        "quarantined": counts.quarantined,
                        "filtered": counts.filtered,
                    }
                    for table, counts in sorted(ledger.counts.items())
                },
                "warnings": [found.code for found in ledger.findings.warnings],
                "findings": [
                    {name: getattr(found, name) for name in _TOLD}
                    for found in ledger.findings.warnings
                ],
                "features_left_out": {
                    name: list(parts)
                    for name, parts in left_out(ledger.past(ledger.last_day + 1)).items()
                },
            },
        }


@contextmanager
def session(
    settings: Settings, command: str, *, create: bool = False, is_study: bool = False
) -> Iterator[Session]:
    """A run that holds the portfolio's lock, with the leftovers of killed ones cleared away.

    Parameters
    ----------
    settings
        The portfolio's.
    command
        What is run, for whoever finds the lock held.
    create
        Whether the run may be the portfolio's first.
    is_study
        Whether it reads the ledger alone and publishes nothing but one of `STUDIES`: it then holds
        the lock of studies, and works beside a run.

    Its heartbeat and figures stand in the output folder (`stores.pulse`). BLAS has one thread
    meanwhile: with more the last bits of a sum, and so a model's digest, hang on the machine.

    Raises
    ------
    LockHeld
        If another run works on this portfolio.
    NoModel
        If there is no such portfolio and the run may not be its first.
    """
    started = dt.datetime.now(dt.UTC)
    folder = settings.models / settings.plan.portfolio
    with (
        lock(folder, command=command, started=started, create=create, is_study=is_study),
        one_thread(user_api="blas"),
    ):
        output = settings.output
        sweep(output, of=lambda target: _is_of_study(target) == is_study)
        for place in [output / "schemes"] if is_study else [folder, output / "losses"]:
            sweep(place)
        sweep(output / "metrics")
        timings: dict[str, float] = {}
        pulse = Pulse(
            folder=output,
            portfolio=settings.plan.portfolio,
            command=command.split()[1],
            run_id=uuid.uuid4().hex,
            started=started,
            is_study=is_study,
        )
        with beating(pulse, timings):
            yield Session(
                settings=settings,
                started=started,
                run_id=pulse.run_id,
                timings=timings,
                pulse=pulse,
            )


def _is_of_study(target: str) -> bool:
    return target in STUDIES or target.endswith("@study.json")


@contextmanager
def opened(
    session_: Session, *, until: dt.date | None = None, today: dt.date | None = None
) -> Iterator[Ledger]:
    """The session's checked ledger, refused when it ends too early for a day to be judged.

    Parameters
    ----------
    session_
        The run.
    until
        The last day the run speaks of: beyond the ledger's end, missing rows would look like
        lost clients. None: the ledger's last.
    today
        The day after whose morrow no row can be dated. None: the clock's where `until` is None,
        else nobody's: what a run says of a day depends on that day alone, and rows dated on it or
        later are not seen, be they mistyped or not.

    Raises
    ------
    DataRefused
        If it breaks its contract, or ends more than `stale_after_days` before that day.
    ConfigurationRefused
        If the configuration's engine is not there.
    OSError
        If its scratch database finds no room on the disk, then or in the block.
    """
    plan = session_.settings.plan
    if until is None and today is None:
        today = session_.started.astimezone(ZoneInfo(plan.ledger.timezone)).date()
    with room_told():
        present = None if today is None else day_of(today)
        opening = open_on_spark if session_.settings.engine == "spark" else open_ledger
        with ExitStack() as stack:
            with session_.timed("ledger"):
                made = opening(plan.ledger, plan.economics, today=present)
                ledger = stack.enter_context(made)
            for table, counts in ledger.counts.items():
                for what in ("read", "quarantined"):
                    session_.pulse.counts[f"rows_{what}", "table", table] = getattr(counts, what)
            for each in ledger.findings.warnings:
                session_.pulse.counts["warnings", "code", each.code] = each.count
            if until is not None:
                require_fresh(ledger, day_of(until))
            yield ledger


def warned(ledger: Ledger) -> tuple[str, ...]:
    """A line for everything about the ledger that asks to be looked at.

    A column that nothing uses is the same every night: `segml check` tells it, and `run.json`.
    """
    return tuple(
        f"Warning: {each.code}: {each.message}"
        for each in ledger.findings.warnings
        if each.code != "unknown_columns"
    )


def registry_of(settings: Settings) -> Registry:
    """The portfolio's registry, as it stands on disk now."""
    return Registry(settings.models, settings.plan.portfolio)


def as_date(day: dt.date | str) -> dt.date:
    """A date from a date or its ISO text.

    Raises
    ------
    ConfigurationRefused
        If the text is no date.

    Examples
    --------
    >>> as_date("2011-06-01")
    datetime.date(2011, 6, 1)
    """
    try:
        found = day if isinstance(day, dt.date) else dt.date.fromisoformat(day)
    except ValueError:
        found = None
    if found is None or not FIRST_DATE <= found <= LAST_DATE:
        raise ConfigurationRefused(
            f"the date `{str(day)[:40]}`",
            allowed=f"YYYY-MM-DD, from {FIRST_DATE} to {LAST_DATE}",
            next_step="pass such a date",
        )
    return found
