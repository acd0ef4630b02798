"""The comparison run: every tier scheme beside the others on one portfolio, printed and logged."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from segml.evaluation import SchemeComparison, plans_to_compare
from segml.evaluation import compare_schemes as put_beside
from segml.features import feature_plan, snapshots
from segml.flows.result import Progress, Result, rows_of, silent
from segml.flows.session import Session, as_date, opened, session
from segml.flows.settings import Settings, read_settings
from segml.flows.train import tracking_of
from segml.ledger import Ledger, date_of, day_of
from segml.scoring import month_starts
from segml.stores import Training, log_or_warn, plan_params, publish, require_place
from segml.words.errors import HistoryTooShort

MONTHS = 3
"""Dates that movement is seen over: the day asked for, and the month starts before it."""
SHOWN = {
    "number": "tiers",
    "kept": "kept",
    "rand": "rand",
    "separation": "separation",
    "moves": "moves",
    "calm_moves": "calm",
    "top_clients": "top, clients",
    "top_profit": "top, profit",
    "fidelity": "fidelity",
}
"""The columns of the table that are printed, and their heads."""


@dataclass(frozen=True, kw_only=True)
class SchemesCompared(Result):
    """The tables of a comparison, its folder, and its run in MLflow (None if tracking failed)."""

    comparison: SchemeComparison
    folder: Path
    mlflow_run: str | None


def compare_schemes(
    config: str | Path | Settings,
    *,
    as_of: dt.date | str,
    today: dt.date | None = None,
    progress: Progress = silent,
) -> SchemesCompared:
    """Every scheme beside the others, as of a date; published and logged.

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
    HistoryTooShort
        If no month started between the ledger's first day and the date.
    Refusal
        If the configuration, the ledger or the lock refuses.
    """
    settings, day = read_settings(config), as_date(as_of)
    folder = settings.output / "schemes" / f"as_of={day}"
    with session(settings, f"segml schemes --as-of {day}", create=True, is_study=True) as run:
        require_place(folder, portfolio=settings.plan.portfolio)
        with opened(run, until=day, today=today) as ledger:
            found = _compared(run, ledger, day, progress)
            record = {**run.record(ledger), "as_of": day.isoformat()}
        tables = {
            "schemes": found.schemes,
            "scheme_tiers": found.tiers,
            "scheme_agreement": found.agreement,
        }
        publish(folder, tables, record)
        tracked = _tracked(run, found, day, folder)
    summary = {
        **record,
        "ok": True,
        "schemes": rows_of(found.schemes),
        "tiers": rows_of(found.tiers),
        "agreement": rows_of(found.agreement),
        "mlflow_run": tracked,
        "folder": str(folder),
    }
    where = f"MLflow run {tracked}" if tracked else "MLflow was not reached (see the warning)."
    return SchemesCompared(
        summary=summary,
        told=(*_lines(found.schemes), f"In {folder}", where),
        comparison=found,
        folder=folder,
        mlflow_run=tracked,
    )


def _compared(run: Session, ledger: Ledger, day: dt.date, progress: Progress) -> SchemeComparison:
    plan, today = run.settings.plan, day_of(day)
    days = (*month_starts(today, ledger.first_day)[1 - MONTHS :], today)
    if len(days) < 2:
        raise HistoryTooShort(
            f"no month started between {date_of(ledger.first_day)} and {day}",
            allowed="a date with a month start before it, to see who moves",
            next_step="take a later date",
        )
    features = feature_plan(ledger.past(today), plan.churn)
    progress("features", 0, 2)
    with run.timed("features"), closing(snapshots(ledger, days, features)) as made:
        months = list(made)
    progress("schemes", 1, 2)
    with run.timed("schemes"):
        return put_beside(months, plans_to_compare(plan.tiers), seed=plan.seed)


def _tracked(run: Session, found: SchemeComparison, day: dt.date, folder: Path) -> str | None:
    """Log the run; MLflow's refusal is told and stops nothing."""
    metrics = {
        f"schemes/{row['scheme'].replace(' ', '_')}/{name}": row[name]
        for row in found.schemes.to_dict("records")
        for name in SHOWN
        if pd.notna(row[name])
    }
    training = Training(
        started=run.started,
        metrics=metrics,
        params={**plan_params(run.settings.plan), "as_of": day.isoformat()},
        files={file.name: file.read_bytes() for file in sorted(folder.iterdir())},
    )
    return log_or_warn(tracking_of(run.settings), f"schemes {day}", training, kind="schemes")


def _lines(schemes: pd.DataFrame) -> list[str]:
    """The table, a line a scheme, and under it what the fits said."""
    head = f"{'':<16}" + "".join(f"{name:>14}" for name in SHOWN.values())
    lines = [head]
    for row in schemes.to_dict("records"):
        figures = "".join(f"{_figure(name, row[name]):>14}" for name in SHOWN)
        lines.append(f"{row['scheme']:<16}{figures}")
    told = schemes[schemes["note"].fillna("") != ""]
    return [*lines, *(f"{row.scheme}: {row.note}" for row in told.itertuples())]


def _figure(name: str, value: Any) -> str:
    if pd.isna(value):
        return "-"
    return f"{int(value)}" if name == "number" else f"{value:.3f}"
