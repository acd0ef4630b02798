"""The backtest: rolling origins through production's own fit and score, beside four baselines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from segml.evaluation import Backtest
from segml.evaluation import backtest as replay_history
from segml.flows.result import Progress, Result, silent
from segml.flows.session import opened, session
from segml.flows.settings import Settings, read_settings
from segml.report import calibration_plot
from segml.stores import publish

SHOWN = ("auc", "average_precision", "brier", "calibration_error", "total_ratio", "coverage")
"""The metrics printed; all of them are published."""


@dataclass(frozen=True, kw_only=True)
class Backtested(Result):
    """The tables of a backtest, and its folder."""

    backtest: Backtest
    folder: Path


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
    with session(settings, "segml backtest", create=True) as run:
        with opened(run) as ledger:
            with run.timed("backtest"):
                found = replay_history(ledger, settings.plan, progress=progress)
            record = {
                **run.record(ledger),
                "origins": sorted({str(day) for day in found.by_origin["origin"]}),
                "churn_horizon_days": settings.plan.churn.horizon_days,
                "notes": list(found.notes),
            }
        folder = settings.output / "backtest"
        tables = {"backtest": found.table, "backtest_origins": found.by_origin}
        publish(folder, tables, record, files={"calibration.png": _calibration(found)})
    head = (
        f"{len(record['origins'])} origins from {record['origins'][0]} to "
        f"{record['origins'][-1]}, horizon {record['churn_horizon_days']} days; "
        "mean over origins [90 % interval over clients]"
    )
    told = (head, *_lines(found.table), f"In {folder}")
    summary = {**record, "ok": True, "table": _rows(found.table), "folder": str(folder)}
    return Backtested(summary=summary, told=told, backtest=found, folder=folder)


def _calibration(found: Backtest) -> bytes:
    """Observed loss against the model's probability, over every origin's active clients."""
    told = found.predictions.dropna(subset=["lost"])
    return calibration_plot(told["segml"].to_numpy(float), told["lost"].to_numpy(float))


def _lines(table: pd.DataFrame) -> list[str]:
    """One line a slice and model: the shown metrics, in columns."""
    lines = []
    for part in table["slice"].drop_duplicates():
        rows = table[table["slice"] == part]
        judged = rows.loc[rows["metric"] == "auc", "clients"].max()
        lines.append(f"{part} ({int(judged):,} active clients)")
        for model in rows["model"].drop_duplicates():
            of_model = rows[rows["model"] == model].set_index("metric")
            figures = [
                f"{metric} {row['mean']:.3f} [{row['low']:.3f}, {row['high']:.3f}]"
                for metric, row in of_model.loc[of_model.index.isin(SHOWN)].iterrows()
            ]
            lines.append(f"  {model:<22} {'  '.join(figures)}")
    return lines


def _rows(table: pd.DataFrame) -> list[dict[str, object]]:
    plain = table.astype(object).where(table.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]
