"""The rows that parameters may be chosen on: nothing that a training or the gate judges by.

A training validates itself on its latest cut-offs, and the gate asks about the last day whose
horizon is over. Whoever chooses parameters with these rows in view has spent them: they flatter
what was chosen. So a rehearsal stands at the first of them, as a training of that day would, and
no label that it holds ends later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from segml.bundle.cutoffs import cutoffs_for
from segml.bundle.samples import churn_rows, potential_rows
from segml.bundle.windows import Windows, windows_for
from segml.features import Encoder, available, feature_plan, panel
from segml.ledger import Ledger
from segml.outcomes import Rows
from segml.outcomes.folds import VALIDATED
from segml.words.plan import Plan

Outcome = Literal["churn", "potential"]
OUTCOMES: tuple[Outcome, ...] = ("churn", "potential")
"""The outcomes that have forests of their own to tune."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Rehearsal:
    """The rows of an outcome as a training of an earlier day would have had them.

    Parameters
    ----------
    outcome
        Which one.
    until
        That day, since 1970-01-01: every label has ended by it.
    rows
        n rows in their order (`Rows.order`), labelled as a training labels them.
    profit
        Money of shape (n,); zeros of churn, which has none.
    gap_days, horizon_days
        The label's days.
    fingerprint
        Of the ledger's rows before the day.
    """

    outcome: Outcome
    until: int
    rows: Rows
    profit: npt.NDArray[np.float64]
    gap_days: int
    horizon_days: int
    fingerprint: str


def rehearse(ledger: Ledger, as_of: int, plan: Plan, outcome: Outcome) -> Rehearsal:
    """The rows to choose an outcome's parameters on, for trainings as of a date.

    Parameters
    ----------
    ledger
        A checked ledger.
    as_of
        The date of the training to come.
    plan
        Horizons and cut-offs.
    outcome
        Which one.

    Raises
    ------
    HistoryTooShort
        If fewer than three cut-offs are left, here or to the training itself.
    """
    horizon = getattr(plan, outcome).horizon_days
    until = _first_judged(windows_for(ledger, as_of, plan), outcome)
    days = cutoffs_for(plan.churn, ledger.first_day, until, horizon, setting=outcome)
    past = ledger.past(until)
    snapshots = panel(ledger, days, feature_plan(past, plan.churn)).snapshots
    encoder = Encoder.learn([one.frame for one in snapshots], available(past))
    asked = {"gap_days": plan.churn.gap_days, "horizon_days": horizon}
    if outcome == "churn":
        rows = churn_rows(ledger, snapshots, encoder, **asked)
        profit = np.zeros(len(rows))
    else:
        rows, profit = potential_rows(ledger, snapshots, encoder, **asked)
    order = rows.order
    return Rehearsal(
        outcome=outcome,
        until=until,
        rows=rows.take(order),
        profit=profit[order],
        fingerprint=past.fingerprint,
        **asked,
    )


def _first_judged(windows: Windows, outcome: Outcome) -> int:
    """The first cut-off that the training validates itself on or the gate can ask about."""
    cutoffs: tuple[int, ...] = getattr(windows, outcome)
    return min(cutoffs[-VALIDATED], windows.churn[-1])
