"""Exposures among the bills: paid later than the client's habit, and overdue."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from segml.losses.exposed_columns import Exposure
from segml.losses.exposed_months import (
    Months,
    before,
    days_of,
    numbers_of,
    shifted,
    window,
)
from segml.losses.exposed_risk import month_of
from segml.losses.history import Numbers

WINDOWS = (1, 2, 3, 6)
"""Months in which bills may have been paid late."""
EARLIEST, LATEST = -30.0, 90.0
"""Days late beyond which a bill is no worse, so that one forgotten bill is not a habit."""
SETTLED_MONTHS = 4
"""So many months after the month a bill fell due, it is `LATEST` days late or paid."""
HABIT_BILLS = 3.0
"""Bills of its own with which a client's habit outweighs the portfolio's."""
OLDEST_DAYS = 200
"""A debt older than that is a quarrel of another time."""


def exposed_bills(bills: pd.DataFrame, months: Months) -> Iterator[Exposure]:
    """How late each client paid, as far as it was known at each month's start.

    Parameters
    ----------
    bills
        As `Past.bills` has them.
    months
        The clients and months.

    Yields
    ------
    Exposure
        Days late above the own habit, by windows, damped where bills are few; days overdue. None
        where the ledger does not know when bills were paid.
    """
    if not bills["paid_day"].notna().any():
        return
    count = months.sums(months.cells(bills["client_id"], days_of(bills["due_day"])))
    late = [_late(bills, months, age) for age in range(1, SETTLED_MONTHS + 1)]
    due, all_late = before(count).sum(axis=0), _late_before(late, 0).sum(axis=0)
    all_usual = np.divide(all_late, due, out=np.zeros_like(due), where=due > 0)
    for length in WINDOWS:
        fell_due, was_late = window(count, length), _late_within(late, length)
        habit = (_late_before(late, length) + HABIT_BILLS * all_usual) / (
            before(count, length) + HABIT_BILLS
        )
        above = was_late / np.maximum(fell_due, 1.0) - habit
        values = np.where(fell_due > 0, above, 0.0) * np.sqrt(fell_due / (fell_due + 1.0))
        yield Exposure(reason="payment", feature="days_late_rise_180", values=values)
    yield Exposure(reason="payment", feature="overdue_days", values=_overdue(bills, months))


def _late(bills: pd.DataFrame, months: Months, age: int) -> Numbers:
    """(c, m) days late of the bills due in a month, as known `age` months after its start."""
    due, paid = days_of(bills["due_day"]), numbers_of(bills["paid_day"])
    at = np.minimum(month_of(months.starts, due) + age, len(months.starts) - 1)
    days = np.fmin(paid, months.starts[at].astype(np.float64)) - due
    late = np.clip(days, EARLIEST, LATEST).astype(np.float64)
    return months.sums(months.cells(bills["client_id"], due), late)


def _late_within(late: list[Numbers], length: int) -> Numbers:
    """(c, m) days late of the bills due in the last months, as known at the month's start."""
    found = np.zeros_like(late[0])
    for age in range(1, length + 1):
        found += shifted(late[min(age, SETTLED_MONTHS) - 1], age)
    return found


def _late_before(late: list[Numbers], gap: int) -> Numbers:
    """(c, m) days late of the bills due before the last `gap` months, known at its start."""
    found = before(late[-1], max(gap, SETTLED_MONTHS - 1))
    for age in range(gap + 1, SETTLED_MONTHS):
        found += shifted(late[age - 1], age)
    return found


def _overdue(bills: pd.DataFrame, months: Months) -> Numbers:
    """(c, m) days since the oldest bill, unpaid at the month's start, fell due."""
    row, due = months.rows(bills["client_id"]), days_of(bills["due_day"])
    paid = np.nan_to_num(numbers_of(bills["paid_day"]), nan=np.inf)
    found = np.zeros(months.shape)
    for month, start in enumerate(months.starts):
        is_open = (row >= 0) & (due < start) & (due > start - OLDEST_DAYS) & (paid >= start)
        np.maximum.at(found[:, month], row[is_open], (start - due[is_open]).astype(np.float64))
    return found
