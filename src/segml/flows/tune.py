"""The search of forest parameters: what might be better, whether it surely is, and the change.

Nothing that a training validates itself on, or the gate asks about, has a part in it, and the
user's file is changed only when that is asked for.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segml.bundle import OUTCOMES, Rehearsal, rehearse
from segml.flows.proposal import Value, accept, difference, read_exactly, tuned_text
from segml.flows.result import Progress, Result, silent
from segml.flows.searching import Budget, Searched, search, searched_to_json
from segml.flows.session import Session, as_date, opened, session
from segml.flows.settings import read_settings
from segml.flows.train import tracking_of
from segml.flows.tuned_lines import search_lines, search_page
from segml.ledger import Ledger, day_of
from segml.stores import (
    LoggedTrial,
    Training,
    log_with_trials,
    plan_params,
    publish,
    require_place,
)
from segml.words.errors import ConfigurationRefused, DataRefused, HistoryTooShort


@dataclass(frozen=True, kw_only=True)
class Tuned(Result):
    """What was searched, the change of the configuration (None: nothing is proposed), its folder.

    `accepted` says whether the file holds the change now; `mlflow_run` is None if tracking failed.
    """

    searched: tuple[Searched, ...]
    diff: str | None
    accepted: bool
    folder: Path
    mlflow_run: str | None


@dataclass(frozen=True, kw_only=True)
class _Change:
    """The configuration's bytes as they were read, and what is proposed.

    `text` and `diff` are None where nothing is, and where `refusal` says why it cannot be written.
    """

    before: bytes
    text: str | None = None
    diff: str | None = None
    refusal: ConfigurationRefused | None = None

    def written(self, path: Path) -> bool:
        """Whether there was a change and the file holds it now; refused where it cannot be."""
        if self.refusal is not None:
            raise self.refusal
        if self.text is None:
            return False
        accept(path, self.before, self.text)
        return True


def tune(
    config: str | Path,
    *,
    as_of: dt.date | str,
    today: dt.date | None = None,
    trials: int | None = None,
    minutes: float | None = None,
    fresh: bool = False,
    accepting: bool = False,
    progress: Progress = silent,
) -> Tuned:
    """The parameters of forests that are surely better than the configuration's, as a change of it.

    Parameters
    ----------
    config
        A configuration's path.
    as_of
        The date of the trainings to come; rows dated on it or later are not seen.
    trials, minutes
        When to stop (`Budget`); 40 trials an outcome if both are None.
    fresh
        Whether trials of earlier runs are forgotten; by default the study goes on behind them.
    accepting
        Whether the change is written into the configuration.
    today
        The day that the clock says, where it said `as_of`: rows dated after its morrow are then
        quarantined. None: what is said depends on `as_of` alone.
    progress
        Told of each trial.

    Raises
    ------
    HistoryTooShort
        If the history is too short to tune either outcome.
    ConfigurationRefused
        If the change cannot be written so that nothing else changes.
    Refusal
        If the configuration, the ledger or the lock refuses.
    """
    path, day, budget = Path(config), as_date(as_of), Budget(trials=trials, minutes=minutes)
    settings = read_settings(path)
    before, text = read_exactly(path)
    folder = settings.output / "tuning"
    with session(settings, f"segml tune --as-of {day}", create=True, is_study=True) as run:
        require_place(folder, portfolio=settings.plan.portfolio)
        with opened(run, until=day, today=today) as ledger:
            with run.timed("features"):
                rehearsals, notes = _rehearsals(run, ledger, day)
            record = {**run.record(ledger), "as_of": day.isoformat()}
        found, said = _searched(run, rehearsals, budget, fresh=fresh, progress=progress)
        notes += [*said, *(note for one in found for note in one.notes)]
        lines = [line for one in found for line in search_lines(one)]
        lines += [f"Note: {note}" for note in notes]
        change = _change(path, before, text, found)
        record |= {
            "outcomes": {one.outcome: searched_to_json(one) for one in found},
            "notes": notes,
            "timings": dict(run.timings),
        }
        files = {"tuning.md": search_page(day, lines)}
        if change.diff is not None:
            files["proposal.diff"] = change.diff.encode()
        publish(folder, {}, record, files=files)
        with run.timed("tracking"):
            tracked = _tracked(run, found, record, folder)
        accepted = accepting and change.written(path)
    where = f"MLflow run {tracked}" if tracked else "MLflow was not reached (see the warning)."
    told = (*lines, *_ending(path, change, accepted=accepted), f"In {folder}", where)
    made = {"diff": change.diff, "accepted": accepted, "mlflow_run": tracked}
    return Tuned(
        summary={**record, **made, "ok": True, "folder": str(folder)},
        told=told,
        searched=found,
        diff=change.diff,
        accepted=accepted,
        folder=folder,
        mlflow_run=tracked,
    )


def _rehearsals(run: Session, ledger: Ledger, day: dt.date) -> tuple[list[Rehearsal], list[str]]:
    """The rows of every outcome that has history enough, and why another has not."""
    made: list[Rehearsal] = []
    notes, short = [], []
    for outcome in OUTCOMES:
        try:
            made.append(rehearse(ledger, day_of(day), run.settings.plan, outcome))
        except HistoryTooShort as refusal:
            short.append(refusal)
            notes.append(
                f"{outcome} is not tuned: apart from what the training and the gate judge by, "
                f"there are {refusal.found}; it needs {refusal.allowed}"
            )
    if not made:
        first = short[0]
        raise HistoryTooShort(
            f"apart from what the training and the gate judge by, {first.found}",
            allowed=first.allowed,
            next_step="keep the defaults until there is more history, or shorten the horizon",
        )
    return made, notes


def _searched(
    run: Session,
    rehearsals: list[Rehearsal],
    budget: Budget,
    *,
    fresh: bool,
    progress: Progress,
) -> tuple[tuple[Searched, ...], list[str]]:
    """What every outcome's search found; each has its share of the minutes that are left."""
    end = None if budget.minutes is None else time.monotonic() + 60 * budget.minutes
    found, notes = [], []
    for number, rehearsal in enumerate(rehearsals):
        now = time.monotonic()
        deadline = None if end is None else now + (end - now) / (len(rehearsals) - number)
        try:
            with run.timed(f"{rehearsal.outcome} search"):
                found.append(
                    search(
                        run.settings,
                        rehearsal,
                        budget,
                        deadline=deadline,
                        fresh=fresh,
                        progress=progress,
                    )
                )
        except DataRefused as few:
            if number + 1 == len(rehearsals) and not found:
                raise
            notes.append(f"{rehearsal.outcome} is not tuned: {few.found}")
    return tuple(found), notes


def _change(path: Path, before: bytes, text: str, found: tuple[Searched, ...]) -> _Change:
    """The change of the file that the searches propose."""
    changes: Mapping[str, Mapping[str, Value]] = {
        one.outcome: one.changes for one in found if one.changes
    }
    if not changes:
        return _Change(before=before)
    try:
        changed = tuned_text(text, changes, path)
    except ConfigurationRefused as refusal:
        return _Change(before=before, refusal=refusal)
    return _Change(before=before, text=changed, diff=difference(text, changed, path.name))


def _tracked(
    run: Session, found: tuple[Searched, ...], record: Mapping[str, Any], folder: Path
) -> str | None:
    """Log the run with its trials inside; MLflow's refusal is told and stops nothing."""
    metrics: dict[str, float | None] = {}
    for one in found:
        told = {"present": one.present_loss, "best": one.best.loss}
        if one.compared is not None:
            told |= {"difference": one.compared.difference}
            told |= {"low": one.compared.low, "high": one.compared.high}
        metrics |= {f"tune/{one.outcome}/{name}": value for name, value in told.items()}
    training = Training(
        started=run.started,
        metrics=metrics,
        params={
            **plan_params(run.settings.plan),
            "as_of": record["as_of"],
            **{f"study/{one.outcome}": one.study for one in found},
        },
        tags={"segml.fingerprint": record["data"]["fingerprint"]},
        files={file.name: file.read_bytes() for file in sorted(folder.iterdir())},
    )
    trials = [
        LoggedTrial(
            name=f"{one.outcome} trial {trial.number}",
            state=trial.state,
            params={} if trial.forest is None else trial.forest.values,
            metrics={f"fold/{k}": loss for k, loss in enumerate(trial.folds)}
            | {"loss": trial.loss if trial.state == "complete" else None},
        )
        for one in found
        for trial in one.tried
    ]
    name = f"tune {record['as_of']}"
    return log_with_trials(tracking_of(run.settings), name, training, trials, kind="tune")


def _ending(path: Path, change: _Change, *, accepted: bool) -> list[str]:
    """The diff, and what became of it."""
    if change.refusal is not None:
        return [str(change.refusal)]
    if change.diff is None:
        return [f"{path.name} is left as it is."]
    shown = [line.rstrip("\r") for line in change.diff.split("\n") if line]
    if accepted:
        return [*shown, f"{path.name} holds this now; train to use it."]
    return [*shown, f"{path.name} is left as it is; `--accept` writes this change into it."]
