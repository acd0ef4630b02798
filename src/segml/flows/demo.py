"""The demo: a small world made, checked, learnt, scored, its losses analysed, and a report."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from segml.flows.check import check
from segml.flows.losses import analyse_losses
from segml.flows.report import write_report
from segml.flows.result import Progress, Result, silent
from segml.flows.score import score
from segml.flows.train import train
from segml.flows.world import write_world

LOSS_MONTHS = 6
"""The span of the demo's loss analysis, ending with its world."""


@dataclass(frozen=True, kw_only=True)
class Demonstrated(Result):
    """Where everything of the demo lies."""

    folder: Path
    config: Path
    report: Path


def demo(
    folder: str | Path = "segml-demo",
    *,
    clients: int = 2000,
    months: int = 36,
    seed: int = 1,
    progress: Progress = silent,
) -> Demonstrated:
    """The whole chain on a made world.

    The model is trained on what was known when the span of the loss analysis began, so that it
    explains losses it had not seen. It scores twice, a month apart, so that there is something new.
    Nothing is written of its events, so that pages name them in each reader's language.

    Parameters
    ----------
    folder
        Where to make it.
    clients, months, seed
        The world's size and seed.
    progress
        Told of each step.
    """
    world = write_world(
        folder, clients=clients, months=months, seed=seed, described=False, progress=progress
    )
    checked = check(world.config, progress=progress)
    before = _earlier(world.end, months=LOSS_MONTHS)
    trained = train(world.config, as_of=before, progress=progress)
    score(world.config, as_of=_earlier(world.end, months=1), progress=progress)
    scored = score(world.config, as_of=world.end, progress=progress)
    lost = analyse_losses(world.config, start=before, end=world.end, progress=progress)
    report = write_report(world.config, as_of=world.end)
    summary = {
        "ok": True,
        "config": str(world.config),
        "report": str(report.path),
        "version": trained.version.version,
        "clients": len(scored.scored.scores),
        "lost_key_clients": len(lost.analysis.losses),
    }
    example = scored.scored.scores["client_id"].iloc[0]
    told = (
        *world.lines(),
        *_first(checked),
        *_first(trained),
        *_first(scored),
        *_first(lost),
        "",
        f"The report: open {report.path}",
        f"The same as pages: segml serve {world.config}",
        f"The run in MLflow: mlflow ui --backend-store-uri sqlite:///{world.folder}/mlruns.db",
        f"One client: segml explain {world.config} {example} --as-of {world.end}",
        f"Your own data: copy {world.config} and point `ledger.transactions.path` at your file.",
    )
    return Demonstrated(
        summary=summary, told=told, folder=world.folder, config=world.config, report=report.path
    )


def _earlier(day: dt.date, *, months: int) -> dt.date:
    return (pd.Timestamp(day) - pd.DateOffset(months=months)).date()


def _first(result: Result) -> list[str]:
    return result.lines()[:1]
