"""Learning one outcome: rows from the cut-offs, the model, what its values are held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.bundle.leaks import require_no_leak
from segml.bundle.record import OutcomeRecord, plain
from segml.bundle.samples import churn_rows, potential_rows
from segml.features import Encoder, Snapshot
from segml.ledger import Ledger
from segml.outcomes import (
    Asked,
    ChurnModel,
    PotentialModel,
    Rows,
    Season,
    Told,
    fit_churn_told,
    fit_potential,
)
from segml.words.plan import Plan

Model = TypeVar("Model")


@dataclass(frozen=True, kw_only=True, eq=False)
class ScoredRows:
    """The rows of the churn score in their order, and what was said of them unseen."""

    rows: Rows
    told: Told


@dataclass(frozen=True, kw_only=True)
class Learnt(Generic[Model]):
    """An outcome's model with what belongs to it.

    Parameters
    ----------
    model
        The fitted model.
    references
        Each numeric feature's mean over the rows it was learnt on.
    record
        What it was learnt on and how it held.
    """

    model: Model
    references: Mapping[str, float]
    record: OutcomeRecord


def learn_churn(
    ledger: Ledger,
    snapshots: Sequence[Snapshot],
    encoder: Encoder,
    plan: Plan,
    *,
    today: Snapshot,
    pool: Executor | None = None,
) -> tuple[Learnt[ChurnModel], ScoredRows]:
    """The churn model of the cut-offs' snapshots, learnt on who was active at each; its rows.

    Refused where a feature seems to know the label (`require_no_leak`); `today` is the snapshot
    of the as-of date, free threads of the pool help.
    """
    days = {"gap_days": plan.churn.gap_days, "horizon_days": plan.churn.horizon_days}
    rows = churn_rows(ledger, snapshots, encoder, **days)
    require_no_leak(rows, encoder, today, trusted=plan.churn.trusted_features)
    model, told = fit_churn_told(
        rows,
        **days,
        season=Season.of(ledger.past(today.as_of), **days),
        seed=plan.seed,
        threads=1,
        forest=plan.churn.forest,
        pool=pool,
    )
    low, high = model.interval(rows.X)
    seen = {"events": events(rows), "interval_width": _middle(high - low)}
    learnt = Learnt(
        model=model,
        references=_references(rows),
        record=_outcome(rows, snapshots, plan.churn.horizon_days, {**model.record, **seen}),
    )
    return learnt, ScoredRows(rows=rows.take(rows.order), told=told)


def learn_potential(
    ledger: Ledger,
    snapshots: Sequence[Snapshot],
    encoder: Encoder,
    plan: Plan,
    *,
    today: Snapshot,
    pool: Executor | None = None,
) -> Learnt[PotentialModel]:
    """The potential model of the cut-offs' snapshots, learnt on all clients who had bought.

    The level of buying follows the season where the horizon is that of churn, which the feature
    tells of. `today` is the snapshot of the as-of date, whose clients the level of money is set to
    where a year's sums were still filling at the cut-offs; free threads of the pool help.
    """
    of_churn = plan.potential.horizon_days == plan.churn.horizon_days
    days = {"gap_days": plan.churn.gap_days, "horizon_days": plan.potential.horizon_days}
    rows, profit = potential_rows(ledger, snapshots, encoder, **days)
    season = Season.of(ledger.past(today.as_of), **days)
    had_bought = today.frame[today.status.ne("prospect").to_numpy()]
    model = fit_potential(
        rows,
        profit,
        **days,
        seed=plan.seed,
        threads=1,
        forest=plan.potential.forest,
        pool=pool,
        season=season if of_churn else None,
        asked=Asked(X=encoder.matrix(had_bought), day=today.as_of, season=season),
    )
    low, _, high = model.interval(rows.X)
    seen = {"interval_width": _middle(high - low)}
    return Learnt(
        model=model,
        references=_references(rows),
        record=_outcome(rows, snapshots, plan.potential.horizon_days, {**model.record, **seen}),
    )


def events(rows: Rows) -> dict[str, Any]:
    """How many clients the labels tell of: rows of one client are not independent of each other.

    Parameters
    ----------
    rows
        Labelled 1 where the event came.

    Returns
    -------
    dict
        `with` and `without`: different clients that had the event at a cut-off, and that had it
        not at one; `cutoffs`: (rows, events) by day.
    """
    had = rows.y == 1
    days = np.unique(rows.cutoff).tolist()
    at = {day: rows.cutoff == day for day in days}
    return {
        "with": len(set(rows.client[had])),
        "without": len(set(rows.client[~had])),
        "cutoffs": {str(day): [int(on.sum()), int((on & had).sum())] for day, on in at.items()},
    }


def _middle(widths: npt.NDArray[np.float64]) -> float | None:
    return float(np.median(widths)) if len(widths) else None


def _references(rows: Rows) -> dict[str, float]:
    """Each numeric feature's mean over the rows it is known in; absent where it never is."""
    numeric = [j for j in range(len(rows.columns)) if j not in rows.categorical]
    frame = pd.DataFrame(
        rows.X[:, numeric].astype(np.float64), columns=[rows.columns[j] for j in numeric]
    )
    return means(frame)


def means(frame: pd.DataFrame) -> dict[str, float]:
    """The mean of every column that is known anywhere, as plain numbers."""
    return {str(name): float(mean) for name, mean in frame.mean().dropna().items()}


def _outcome(
    rows: Rows, snapshots: Sequence[Snapshot], horizon_days: int, record: Mapping[str, Any]
) -> OutcomeRecord:
    details = plain({name: value for name, value in record.items() if name != "metrics"})
    return OutcomeRecord(
        cutoffs=tuple(one.as_of for one in snapshots),
        horizon_days=horizon_days,
        rows=len(rows),
        label_rate=float(rows.y.mean()) if len(rows) else 0.0,
        metrics=plain(record.get("metrics", {})),
        details=details,
    )
