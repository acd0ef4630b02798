"""One outcome's search: the study that fits its rows, its trials, and what the last clients say."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from segml.bundle import Outcome, Rehearsal
from segml.bundle.planned import plan_to_json
from segml.bundle.record import library_versions
from segml.evaluation import (
    Compared,
    RehearsedFolds,
    compare_forests,
    rehearsed_folds,
    rehearsed_losses,
)
from segml.flows.result import Progress
from segml.flows.settings import Settings
from segml.flows.study import Search, Tried, opened_study
from segml.ledger import date_of
from segml.words.errors import ConfigurationRefused, DataRefused
from segml.words.forest import FOREST_RANGES, ForestPlan

TRIALS = 40
"""Trials an outcome, where neither trials nor minutes are asked for."""
STUDIES = "tuning.db"
"""The file of all studies of a portfolio, beside its models."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How long a search goes on: whichever ends first.

    Parameters
    ----------
    trials
        Ended trials an outcome, those of earlier runs of the same study among them; 2 at least.
    minutes
        Of this run for all outcomes; a trial that has begun is ended.

    Raises
    ------
    ConfigurationRefused
        If a number is out of its range.
    """

    trials: int | None = None
    minutes: float | None = None

    def __post_init__(self) -> None:
        for name, value, least in (("trials", self.trials, 2), ("minutes", self.minutes, 0)):
            if value is not None and not (value > 0 and least <= value < float("inf")):
                raise ConfigurationRefused(
                    f"a budget of {value} {name}",
                    allowed="2 trials or more" if least else "minutes above zero",
                    next_step=f"pass such a number, or leave `--{name}` out",
                )

    @property
    def most_trials(self) -> int | None:
        """The trials to stop at; None where minutes alone count."""
        return TRIALS if self.trials is None and self.minutes is None else self.trials


@dataclass(frozen=True, kw_only=True)
class Searched:
    """What the search of one outcome found.

    Parameters
    ----------
    outcome, until, by_time, folds
        What was searched, on labels that had ended by which day, by folds of what kind, how many.
    study
        The study's name.
    present, best
        The configuration's plan, and the complete trial of the least loss.
    tried
        Every trial of the study, in order; the first is `present`.
    importances
        The share of each parameter in how losses differ, greatest first.
    compared
        Both plans on clients no trial saw; None where no trial was better.
    notes
        What went on, one sentence each.
    """

    outcome: Outcome
    until: int
    by_time: bool
    folds: int
    study: str
    present: ForestPlan
    best: Tried
    tried: tuple[Tried, ...]
    importances: dict[str, float]
    compared: Compared | None
    notes: tuple[str, ...]

    @property
    def present_loss(self) -> float:
        """The loss of the configuration's plan over the search folds."""
        first = next(one for one in self.tried if one.state == "complete")
        assert first.loss is not None
        return first.loss

    @property
    def changes(self) -> dict[str, float | int | bool]:
        """The parameters to change; empty where nothing is surely better."""
        if self.compared is None or not self.compared.is_surely_better:
            return {}
        assert self.best.forest is not None
        return self.best.forest.changed(self.present)

    def count(self, state: str) -> int:
        """How many trials ended so."""
        return sum(one.state == state for one in self.tried)


def search(
    settings: Settings,
    rehearsal: Rehearsal,
    budget: Budget,
    *,
    deadline: float | None,
    fresh: bool,
    progress: Progress,
) -> Searched:
    """What the search of one outcome found, its trials kept one by one.

    Parameters
    ----------
    settings
        The portfolio's, whose lock of studies is held.
    rehearsal
        The outcome's rows.
    budget, deadline
        Trials to stop at; the reading of `time.monotonic` after which none begins.
    fresh
        Whether the trials of earlier runs are forgotten.
    progress
        Told of each trial.

    Raises
    ------
    DataRefused
        If there are too few clients to part.
    """
    outcome, seed = rehearsal.outcome, settings.plan.seed
    folds = rehearsed_folds(rehearsal)
    if not (folds.search and folds.deciding):
        raise DataRefused(
            f"{len(set(rehearsal.rows.client))} clients to tune {outcome} by",
            allowed="clients enough to be parted in four",
            next_step="keep the defaults: they are made for few clients",
        )
    present: ForestPlan = getattr(settings.plan, outcome).forest
    name = study_name(settings, rehearsal)
    path = settings.models / settings.plan.portfolio / STUDIES

    def judge(forest: ForestPlan) -> Iterator[float]:
        for fold in folds.search:
            yield float(rehearsed_losses(rehearsal, fold, forest, seed=seed).mean())

    with opened_study(path, name, fresh=fresh) as found:
        notes = _begun(found, outcome, name)
        wanted = _wanted(budget.most_trials, deadline)
        while wanted(found.ended):
            progress(f"{outcome}: trials", found.ended, budget.most_trials or found.ended + 1)
            found.run_next(present, judge, seed=seed)
        progress(f"{outcome}: trials", found.ended, found.ended)
        tried, best, importances = found.tried, found.best, found.importances(seed=seed)
    return Searched(
        outcome=outcome,
        until=rehearsal.until,
        by_time=folds.by_time,
        folds=len(folds.search),
        study=name,
        present=present,
        best=best,
        tried=tried,
        importances=importances,
        compared=_compared(rehearsal, folds, (present, best.forest), seed),
        notes=tuple(notes),
    )


def study_name(settings: Settings, rehearsal: Rehearsal) -> str:
    """The name of a study: its outcome, and what its losses depend on, as a digest.

    Parameters
    ----------
    settings, rehearsal
        The plan and the rows.
    """
    plan, outcome = plan_to_json(settings.plan), rehearsal.outcome
    told = {
        **{part: plan[part] for part in ("ledger", "economics", "churn", outcome, "seed")},
        "present": getattr(settings.plan, outcome).forest.values,
        "rows": rehearsal.fingerprint,
        "until": rehearsal.until,
        "space": {name: list(ends) for name, ends in FOREST_RANGES.items()},
        "versions": {**library_versions(), "optuna": metadata.version("optuna")},
    }
    text = json.dumps(told, sort_keys=True)
    return f"{outcome}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _begun(found: Search, outcome: str, name: str) -> list[str]:
    """How the study stands as this run comes to it."""
    others = [other for other in found.others if other.startswith(f"{outcome}-")]
    notes = []
    if found.ended:
        notes.append(f"{outcome}: study {name} goes on behind {found.ended} ended trials")
    elif others:
        notes.append(
            f"{outcome}: rows, configuration, search space or versions are not those of "
            f"{', '.join(others)}: a new study, {name}, begins; what was found before is kept"
        )
    if found.left_behind:
        notes.append(f"{outcome}: {found.left_behind} trial that a killed run left is failed")
    return notes


def _wanted(most: int | None, deadline: float | None) -> Callable[[int], bool]:
    def wanted(ended: int) -> bool:
        in_time = deadline is None or time.monotonic() < deadline
        return ended == 0 or (in_time and (most is None or ended < most))

    return wanted


def _compared(
    rehearsal: Rehearsal,
    folds: RehearsedFolds,
    plans: tuple[ForestPlan, ForestPlan | None],
    seed: int,
) -> Compared | None:
    present, best = plans
    if best is None or best == present:
        return None
    return compare_forests(rehearsal, folds, (present, best), seed=seed)


def searched_to_json(found: Searched) -> dict[str, Any]:
    """What a search found as plain values.

    Parameters
    ----------
    found
        Of one outcome.
    """
    compared = found.compared
    return {
        "study": found.study,
        "labels_end_by": date_of(found.until).isoformat(),
        "folds": "time and client" if found.by_time else "client",
        "fold_count": found.folds,
        "trials": [
            {
                "number": one.number,
                "state": one.state,
                "loss": one.loss,
                "folds": list(one.folds),
                "forest": None if one.forest is None else one.forest.values,
            }
            for one in found.tried
        ],
        "complete": found.count("complete"),
        "pruned": found.count("pruned"),
        "failed": found.count("failed"),
        "present_loss": found.present_loss,
        "best_loss": found.best.loss,
        "best_trial": found.best.number,
        "importances": found.importances,
        "difference": compared
        and {
            "mean": compared.difference,
            "low": compared.low,
            "high": compared.high,
            "by_cutoff": dict(zip(compared.names, compared.differences, strict=True)),
            "clients": compared.clients,
            "surely_better": compared.is_surely_better,
        },
        "changes": found.changes,
    }
