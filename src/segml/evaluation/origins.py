"""Rolling origins: the dates at which history is replayed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from segml.bundle import windows_for
from segml.bundle.cutoffs import FEWEST
from segml.ledger import Ledger
from segml.ledger.days import as_day
from segml.words.errors import HistoryTooShort
from segml.words.plan import Plan

STEP_DAYS = 30


def default_origins(ledger: Ledger, plan: Plan, *, step_days: int = STEP_DAYS) -> tuple[int, ...]:
    """The dates a plan can be replayed at, earliest first, days since 1970-01-01.

    Parameters
    ----------
    ledger
        Its first and last days bound the dates.
    plan
        Each date needs three cut-offs of churn and of potential before it, and a whole churn
        horizon after it.
    step_days
        The distance between dates, counted back from the last possible one.

    Raises
    ------
    HistoryTooShort
        If there is no such date; how long the history would have to be is named.
    """
    last = ledger.last_day + 1 - plan.churn.gap_days - plan.churn.horizon_days
    if not _fits(ledger, plan, last):
        raise _too_short(ledger, plan)
    origins = [last]
    while _fits(ledger, plan, origins[-1] - step_days):
        origins.append(origins[-1] - step_days)
    return tuple(reversed(origins))


def checked_origins(
    ledger: Ledger, plan: Plan, origins: Sequence[dt.date | int]
) -> tuple[int, ...]:
    """The origins asked for as days, earliest first, known to be replayable before any fit.

    Parameters
    ----------
    ledger, plan
        As for `default_origins`.
    origins
        Dates; doubles count once.

    Raises
    ------
    HistoryTooShort
        If one has fewer than three cut-offs before it or no whole churn horizon after it.
    """
    days = tuple(sorted({as_day(origin) for origin in origins}))
    rules = plan.churn
    for day in days:
        windows_for(ledger, day, plan)
        ledger.future(day, gap_days=rules.gap_days, horizon_days=rules.horizon_days)
    return days


def _fits(ledger: Ledger, plan: Plan, origin: int) -> bool:
    try:
        windows_for(ledger, origin, plan)
    except HistoryTooShort:
        return False
    return True


def _too_short(ledger: Ledger, plan: Plan) -> HistoryTooShort:
    """A backtest needs a whole horizon of the cut-offs before a date, and one of churn after it."""
    rules, longest = plan.churn, max(plan.churn.horizon_days, plan.potential.horizon_days)
    needed = (
        rules.min_history_days
        + (FEWEST - 1) * rules.step_days
        + 2 * rules.gap_days
        + longest
        + rules.horizon_days
    )
    return HistoryTooShort(
        f"{ledger.last_day + 1 - ledger.first_day} days of history for a backtest with "
        f"`churn.horizon_days` = {rules.horizon_days} and `potential.horizon_days` = "
        f"{plan.potential.horizon_days}",
        allowed=f"{needed} days or more: what a training needs before a date, and a whole churn "
        "horizon after it",
        next_step="set shorter horizons (that of churn counts before and after), lower "
        "`churn.min_history_days`, or bring a longer history",
    )
