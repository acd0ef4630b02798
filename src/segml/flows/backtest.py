"""The backtest: rolling origins through production's own fit and score, beside simple rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from segml.evaluation import Backtest
from segml.evaluation import backtest as replay_history
from segml.flows.result import Progress, Result, rows_of, silent
from segml.flows.session import Session, opened, session
from segml.flows.settings import Settings, read_settings
from segml.flows.train import tracking_of
from segml.report import (
    GAIN_SHARES,
    ReplayFacts,
    calibration_plot,
    gain_plot,
    grade_lines,
    render_backtest,
    replay_facts,
)
from segml.stores import Training, log_or_warn, plan_params, publish, require_place

SHOWN = (
    *("auc", "average_precision", "brier", "calibration_error", "profit_caught"),
    *("spearman", "total_ratio", "coverage"),
)
"""The metrics printed; all of them are published."""


@dataclass(frozen=True, kw_only=True)
class Backtested(Result):
    """The tables of a backtest, its folder, and its run in MLflow (None if tracking failed)."""

    backtest: Backtest
    folder: Path
    mlflow_run: str | None


def backtest(config: str | Path | Settings, *, progress: Progress = silent) -> Backtested:
    """What the models would have said at past dates, held against what happened; published.

    Parameters
    ----------
    config
        A configuration's path, or the settings.
    progress
        Told of each origin.

    Raises
    ------
    HistoryTooShort
        If the ledger holds no origin with three cut-offs before it and a whole horizon after.
    Refusal
        If the configuration, the ledger or the lock refuses.
    """
    settings = read_settings(config)
    folder = settings.output / "backtest"
    with session(settings, "segml backtest", create=True, is_study=True) as run:
        require_place(folder, portfolio=settings.plan.portfolio)
        with opened(run) as ledger:
            with run.timed("backtest"):
                found = replay_history(ledger, settings.plan, progress=progress)
            facts = _facts(settings, found, ledger.currency)
            record = {
                **run.record(ledger),
                "origins": [str(day) for day in facts.origins],
                "churn_horizon_days": settings.plan.churn.horizon_days,
                "potential_horizon_days": settings.plan.potential.horizon_days,
                "grade": found.standing.figures,
                "notes": list(found.notes),
            }
        tables = {"backtest": found.table, "backtest_origins": found.by_origin}
        publish(folder, tables, record, files=_files(found, facts, settings.language))
        with run.timed("tracking"):
            tracked = _tracked(run, found, record, folder)
    told = (_head(record), *_lines(found.table), *grade_lines(found.standing))
    summary = {
        **record,
        "timings": dict(run.timings),
        "ok": True,
        "table": rows_of(found.table),
        "mlflow_run": tracked,
        "folder": str(folder),
    }
    where = f"MLflow run {tracked}" if tracked else "MLflow was not reached (see the warning)."
    return Backtested(
        summary=summary,
        told=(told[0], f"Page: {folder / 'backtest.html'}", where, *told[1:]),
        backtest=found,
        folder=folder,
        mlflow_run=tracked,
    )


def _facts(settings: Settings, found: Backtest, currency: str | None) -> ReplayFacts:
    plan = settings.plan
    return replay_facts(
        found,
        portfolio=plan.portfolio,
        currency=currency,
        churn_days=plan.churn.horizon_days,
        potential_days=plan.potential.horizon_days,
    )


def _files(found: Backtest, facts: ReplayFacts, language: str) -> dict[str, bytes]:
    """The page and the plots; no gain where nobody was lost."""
    told = found.predictions.dropna(subset=["lost"])
    drawn = calibration_plot(told["segml"].to_numpy(float), told["lost"].to_numpy(float))
    page = render_backtest(facts, language=language)
    files = {"backtest.html": page.encode(), "calibration.png": drawn}
    if all(facts.gains.values()):
        files["gain.png"] = gain_plot(GAIN_SHARES, facts.gains)
    return files


def _tracked(run: Session, found: Backtest, record: Mapping[str, Any], folder: Path) -> str | None:
    """Log the run; MLflow's refusal is told and stops nothing."""
    rows = found.table.dropna(subset=["mean"])
    names = rows["slice"] + "/" + rows["model"] + "/" + rows["metric"]
    origins = record["origins"]
    training = Training(
        started=run.started,
        metrics=dict(zip("backtest/" + names, rows["mean"].astype(float), strict=True)),
        params={**plan_params(run.settings.plan), "origins": origins},
        tags={
            "segml.grade": found.standing.grade,
            "segml.fingerprint": record["data"]["fingerprint"],
        },
        files={file.name: file.read_bytes() for file in sorted(folder.iterdir())},
    )
    name = f"backtest {origins[0]} to {origins[-1]}"
    return log_or_warn(tracking_of(run.settings), name, training, kind="backtest")


def _head(record: Mapping[str, Any]) -> str:
    origins = record["origins"]
    return (
        f"{len(origins)} origins from {origins[0]} to {origins[-1]}, horizon "
        f"{record['churn_horizon_days']} days; mean over origins [90 % interval over clients]"
    )


def _lines(table: pd.DataFrame) -> list[str]:
    """One line a slice and model: the shown metrics that are defined, in columns."""
    lines = []
    for part in table["slice"].drop_duplicates():
        rows = table[table["slice"] == part]
        judged = rows.loc[rows["metric"] == "auc", "clients"].max()
        lines.append(f"{part} ({int(judged):,} active clients)")
        for model in rows["model"].drop_duplicates():
            of_model = rows[rows["model"] == model].dropna(subset=["mean"]).set_index("metric")
            figures = [
                f"{metric} {row['mean']:.3f} [{row['low']:.3f}, {row['high']:.3f}]"
                for metric, row in of_model.loc[of_model.index.isin(SHOWN)].iterrows()
            ]
            if figures:
                lines.append(f"  {model:<22} {'  '.join(figures)}")
    return lines
