"""The scoring run: the champion, verified, on what was known before a date; published whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from segml.bundle import Bundle
from segml.flows.agreement import agreed
from segml.flows.drift import drift_of
from segml.flows.portfolio import portfolio_of
from segml.flows.publishing import require_database, retire_sent, send
from segml.flows.result import Progress, Result, silent
from segml.flows.session import Session, as_date, opened, registry_of, session, warned
from segml.flows.settings import Settings, read_settings
from segml.ledger import Ledger, day_of, profit
from segml.portfolio import PORTFOLIO_TABLES
from segml.scoring import Scored
from segml.scoring import score as score_clients
from segml.stores import (
    Frames,
    Later,
    Version,
    load_version,
    made_aside,
    publish,
    require_place,
    retire,
    scores_folder,
)
from segml.tiers import expected_shares

PROFIT_DAYS = 365
"""The window of the published profit."""


@dataclass(frozen=True, kw_only=True)
class ScoreRun(Result):
    """A published run: its frames, the version that made it, and its folder."""

    scored: Scored
    version: Version
    folder: Path


def score(
    config: str | Path | Settings,
    *,
    as_of: dt.date | str,
    today: dt.date | None = None,
    progress: Progress = silent,
) -> ScoreRun:
    """Every client's tier, churn and potential at a date, with exact reasons, published.

    Parameters
    ----------
    config
        A configuration's path, or the settings.
    as_of
        The date; rows dated on it or later are not seen.
    today
        The day that the clock says, where it said `as_of`: rows dated after its morrow are then
        quarantined. None: what is said depends on `as_of` alone.
    progress
        Told of each step.

    Raises
    ------
    NoModel
        If nothing was trained.
    ConfigurationRefused
        If the money's rules changed since the training.
    StaleLedger
        If the ledger ends too early for that date.
    HistoryTooShort
        If it has no row before that date.
    PublicationFailed
        If the database of `publish` refuses; the output folder holds the run, if it got so far.
    Refusal
        If the configuration, the ledger, the bundle or the lock refuses.
    """
    settings, day = read_settings(config), as_date(as_of)
    with session(settings, f"segml score --as-of {day}") as run:
        require_database(run)
        registry = registry_of(settings)
        version = registry.champion()
        bundle = load_version(registry, version)
        folder = scores_folder(settings.output, day)
        require_place(folder, portfolio=settings.plan.portfolio)
        with opened(run, until=day, today=today) as ledger:
            done = publish_scores(run, ledger, bundle, version, day, progress=progress)
        if (days := settings.keep_scores_days) is not None:
            retire(settings.output, portfolio=settings.plan.portfolio, days=days)
            retire_sent(run, days=days)
        return done


def publish_scores(
    run: Session,
    ledger: Ledger,
    bundle: Bundle,
    version: Version,
    day: dt.date,
    *,
    progress: Progress = silent,
) -> ScoreRun:
    """One date scored by one version and published, within a session that holds the lock."""
    bundle, notes = agreed(bundle, run.settings.plan)
    if version.as_of > day:
        notes.append(
            f"the model was trained on what was known at {version.as_of}, after {day}: it may "
            "have learnt from what came later (`segml backfill` takes a version of the time)"
        )
    _ = ledger.past(day).last_day  # refuses a date before the first row, where nobody is known
    with run.timed("score"):
        scored = score_clients(bundle, ledger, day, version=version.version, progress=progress)
    moved = drift_of(run, ledger, bundle, scored, day, notes=notes)
    folder = scores_folder(run.settings.output, day)
    tables: dict[str, Frames | Later] = {
        **_tables(scored),
        "reasons": _timed(run, "reasons", scored.told),
        "profit": partial(_profit, run, ledger, day),
        "criteria": scored.criteria,
        "drift": moved,
        "quarantine": ledger.quarantine(),
    }
    record: dict[str, Any] = {}

    def told_last() -> dict[str, Any]:
        summary = scored.summary
        record.update(
            {
                **run.record(ledger),
                "as_of": day.isoformat(),
                "model_version": version.version,
                "churn_horizon_days": bundle.plan.churn.horizon_days,
                "potential_horizon_days": bundle.plan.potential.horizon_days,
                "active_days": bundle.features.active_days,
                "expected_shares": expected_shares(bundle.tiers.estimator),
                "quality": dict(version.metrics),
                "drift": {"looked_at": len(moved), "beyond": int(moved["is_beyond"].sum())},
                **summary,
                "notes": [*summary["notes"], *notes],
            }
        )
        return record

    make = partial(portfolio_of, run, ledger, bundle, version, day=day, scored=scored, notes=notes)
    with made_aside(PORTFOLIO_TABLES, make) as portfolio:
        publish(folder, tables | portfolio, told_last)
    sent = send(run, folder)
    _show(run, scored, version, day)
    told = (*_told(scored, version, day), *(f"Note: {note}" for note in notes))
    told = (*told, *warned(ledger), f"In {folder}", *sent.told)
    summary = {**record, "ok": True, "folder": str(folder), **sent.summary}
    return ScoreRun(summary=summary, told=told, scored=scored, version=version, folder=folder)


def _show(run: Session, scored: Scored, version: Version, day: dt.date) -> None:
    """Put what was counted beside the run's signs of life."""
    for status, count in scored.counts["by_status"].items():
        run.pulse.counts["clients", "status", status] = count
    run.pulse.counts["model_age_days", "version", version.version] = (day - version.as_of).days


def _told(scored: Scored, version: Version, day: dt.date) -> Iterator[str]:
    """How many clients were scored, by status, and what few of them cannot support."""
    counts = scored.summary["by_status"]
    yield f"Scored {len(scored.scores):,} clients at {day} with {version.version}: " + ", ".join(
        f"{count:,} {status}" for status, count in sorted(counts.items())
    )
    yield from (f"Small portfolio: {said}" for said in _support(scored))


def _tables(scored: Scored) -> dict[str, pd.DataFrame]:
    """The tables that are whole when scoring is done."""
    names = (
        *("scores", "features", "clients", "roles", "levers", "prospects", "prospect_reasons"),
        "outlook",
    )
    return {name: getattr(scored, name) for name in names}


def _timed(run: Session, stage: str, chunks: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """The chunks, and how long they took to be made and written as the run's stage."""
    with run.timed(stage):
        yield from chunks


def _profit(run: Session, ledger: Ledger, day: dt.date) -> pd.DataFrame:
    with run.timed("profit"):
        return profit_table(ledger, day)


def profit_table(ledger: Ledger, day: dt.date) -> pd.DataFrame:
    """What every client's profit of the 365 days before a date is made of.

    Parameters
    ----------
    ledger
        A checked ledger.
    day
        The date.

    Returns
    -------
    DataFrame
        One row a client known by then, sorted: client_id and the columns of the ledger's profit.
    """
    end = day_of(day)
    return profit(ledger.past(end), end - PROFIT_DAYS, end).reset_index()


def _support(scored: Scored) -> list[str]:
    """What few clients can and cannot support; empty where there are enough of them."""
    return list((scored.summary["support"] or {}).get("sentences", ()))
