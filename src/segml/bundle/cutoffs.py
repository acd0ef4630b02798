"""The cut-offs a model is learnt on: as many as the history holds, the last one as late as it can.

A cut-off `d` needs `min_history_days` of rows before it and a whole label after it, which ends at
`d + gap + horizon`, at the as-of date at the latest: nothing of the as-of date's future is used.
"""

from __future__ import annotations

from segml.words.errors import HistoryTooShort
from segml.words.plan import ChurnPlan

FEWEST = 3
"""Fewer cut-offs than this cannot be split by time into learning, choosing and calibrating."""


def cutoffs_for(
    plan: ChurnPlan, first_day: int, as_of: int, horizon_days: int, *, setting: str = "churn"
) -> tuple[int, ...]:
    """The cut-offs for one horizon, in days since 1970-01-01, earliest first.

    Parameters
    ----------
    plan
        How many cut-offs are wanted, how far apart, and how much history each needs.
    first_day
        The ledger's first day.
    as_of
        The date no label reaches beyond.
    horizon_days
        The days over which the label is observed.
    setting
        The configuration's section that holds the horizon; named in the refusal.

    Returns
    -------
    tuple of int
        Between three and `plan.cutoffs` days; the last is as-of - gap - horizon.

    Raises
    ------
    HistoryTooShort
        If fewer than three fit; the message names the longest horizon that would.

    Examples
    --------
    >>> cutoffs_for(ChurnPlan(horizon_days=90), 0, 400, 90)
    (190, 220, 250, 280, 310)
    """
    last = as_of - plan.gap_days - horizon_days
    earliest = first_day + plan.min_history_days
    fitting = (last - earliest) // plan.step_days + 1 if last >= earliest else 0
    if fitting < FEWEST:
        raise _too_short(plan, as_of - first_day, horizon_days, setting)
    count = min(fitting, plan.cutoffs)
    return tuple(last - plan.step_days * back for back in reversed(range(count)))


def cutoffs_note(plan: ChurnPlan, cutoffs: tuple[int, ...], outcome: str) -> str | None:
    """The sentence that says fewer cut-offs fit than were asked for; None when all fit."""
    if len(cutoffs) >= plan.cutoffs:
        return None
    return f"{outcome}: {len(cutoffs)} of {plan.cutoffs} cut-offs fit into the history"


def _too_short(
    plan: ChurnPlan, history_days: int, horizon_days: int, setting: str
) -> HistoryTooShort:
    spent = plan.gap_days + plan.min_history_days + (FEWEST - 1) * plan.step_days
    fits = history_days - spent
    asked = f"`{setting}.horizon_days` = {horizon_days}"
    needs = (
        f"{spent + horizon_days} days: min_history_days {plan.min_history_days} + "
        f"{FEWEST} cut-offs {plan.step_days} days apart + gap {plan.gap_days} + the horizon"
    )
    if fits >= 1:
        step = f"set `{setting}.horizon_days` to {fits} or less, or pass a later as-of date"
    else:
        step = (
            f"bring at least {spent + 1 - history_days} more days of history, or lower "
            "`churn.min_history_days` or `churn.step_days`"
        )
    return HistoryTooShort(
        f"{history_days} days of history before the as-of date for {asked}",
        allowed=needs,
        next_step=step,
    )
