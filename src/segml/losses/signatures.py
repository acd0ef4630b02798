"""Signatures: what came after and around the onset of each decline, as ordered levels.

A cause goes on after it has begun to drive a client away, and that shows: who is badly served
complains, who cannot pay pays late, who buys elsewhere leaves out what it buys elsewhere. Each sign
speaks for the reasons that would bring it; how loudly is learnt (`segml.outcomes.onset`), so that a
sign's steps need only be fine enough, not right. Steps are round numbers, ever wider: counts
scatter, as Poisson's do, by the square root of what is usual.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pandas as pd

from segml.losses.aftermath import YEAR, Declined, Window, declined_of, levels_of, shares_of
from segml.losses.history import Days, Numbers
from segml.losses.record_evidence import OURS, without_our_faults
from segml.words.feature import Reason

EARLIER = Window(-YEAR, 0)
"""What a client did before the onset is told by a whole year, so that seasons cancel."""
QUARTER = Window(0, 90)
"""Complaints follow what went wrong within weeks; later ones are of something else."""
NEGOTIATION = Window(0, 120)
"""Prices are spoken about around orders: in a third of a year most clients have their next ones."""
WEAR = Window(0, 300)
"""What wears a margin down is a habit: most of a year shows it, and a whole year is seen of few."""
ANSWERS = Window(-30, 90)
"""The hazard is told by month starts: complaints of the month of the onset are not in it yet."""
AROUND = Window(-30, 60)
"""A visit that stayed away in the month of the onset is in no exposure; after two the client's own
orders, or their end, tell how often it is seen."""
DUE = Window(-45, 90)
"""A bill due a month and a half before the onset, and paid late, was still owed around it."""
STAYING = Window(30, 180)
"""What a client still buys elsewhere shows in the half-year after; the first month clears orders
that were already agreed."""

FEW = (1, 2, 3)
MANY = (1, 3, 6)
"""Rows beyond the usual, rounded: steps for a quarter or so, and for most of a year."""
LATER_DAYS = (7.0, 14.0, 30.0, 60.0)
"""Days later than its habit that bills were paid: a week, two, a month, two."""
DISCOUNT_RISES = (0.01, 0.02, 0.05, 0.1)
"""Rises of the discount rate, in shares of the list price: each about twice the one before."""
LEAKS = (0.25, 0.5, 0.75)
"""Quarters of the favourite category's share that are gone."""

SLOW = 0.9
"""An answer is slow if it takes longer than nine in ten of the answers to complaints."""
EARLIEST, LATEST = -30, 120
"""Days after its due day within which a payment is told: one forgotten bill is no habit."""
HABIT_BILLS = 3
"""A client with three earlier bills is told half by its own habit, half by that of all."""
LEAST_LINES = 3
"""Of fewer lines the share of a category says nothing."""


class Seen(Protocol):
    """The records of some clients, each as the method of `Past` of the same name has them."""

    @property
    def orders(self) -> pd.DataFrame:
        """Orders and returns."""
        ...

    @property
    def lines(self) -> pd.DataFrame:
        """Their lines."""
        ...

    @property
    def contacts(self) -> pd.DataFrame:
        """Interactions."""
        ...

    @property
    def bills(self) -> pd.DataFrame:
        """Invoices."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sign:
    """One sign of all clients that declined.

    Parameters
    ----------
    name
        What was seen.
    reasons
        The reasons it speaks for.
    level
        (n,) int64, 0 and up; greater is more of what these reasons bring.
    has_unseen
        Whether level 0 means that nothing could be seen; it then says nothing.
    lasts
        Whether it may have begun before the onset, where the exposures tell of it too.
    """

    name: str
    reasons: tuple[Reason, ...]
    level: Days
    has_unseen: bool
    lasts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """A sign that is a number of contacts beyond the usual, or `missed`: so many fewer."""

    name: str
    reasons: tuple[Reason, ...]
    kinds: tuple[str, ...]
    window: Window
    steps: tuple[int, ...]
    missed: bool = False


_COUNTED = (
    _Counted(
        name="complaints",
        reasons=("service",),
        kinds=("complaint",),
        window=QUARTER,
        steps=FEW,
    ),
    _Counted(
        name="discount_requests",
        reasons=("price", "competitor", "margin"),
        kinds=("discount_request",),
        window=NEGOTIATION,
        steps=FEW,
    ),
    _Counted(
        name="demands",
        reasons=("margin",),
        kinds=("discount_request", "return_request"),
        window=WEAR,
        steps=MANY,
    ),
    _Counted(
        name="care",
        reasons=("margin",),
        kinds=("support", "complaint"),
        window=WEAR,
        steps=MANY,
    ),
    _Counted(
        name="left_alone",
        reasons=("manager",),
        kinds=OURS,
        window=AROUND,
        steps=FEW,
        missed=True,
    ),
)


def signatures(records: Seen, lost: Sequence[str], onsets: Days, *, end: int) -> list[Sign]:
    """The signs that the ledger's tables can give, always in the same order.

    Parameters
    ----------
    records
        Of the lost clients, and of others: what is a slow answer is told by all.
    lost
        n distinct ids of clients that declined.
    onsets
        (n,) days on which their declines began, before `end`.
    end
        The later date, in days; rows dated on it or later, and what was answered or paid from it
        on, are not seen.

    Returns
    -------
    list
        Complaints, discount requests, demands and care beyond the usual; visits and calls that
        stayed away; slow answers, late payment, risen discounts and a leaking favourite category.
        One whose table, kind of contact or column is missing is not there.
    """
    declined = declined_of(records.orders, lost, onsets, end=end)
    contacts = records.contacts[records.contacts["day"] < end]
    told = without_our_faults(contacts)
    counted = [_counted(sign, told, declined) for sign in _COUNTED]
    others = [
        _slow_answers(contacts, declined),
        _late_payment(records.bills, declined),
        _discount_rise(records.orders, declined),
        _category_leak(records.lines, declined),
    ]
    return [sign for sign in [*counted, *others] if sign is not None]


def _counted(sign: _Counted, contacts: pd.DataFrame, declined: Declined) -> Sign | None:
    """Contacts of some kinds beyond the client's own usual, or that stayed away."""
    chosen = contacts[contacts["kind"].isin(sign.kinds)]
    if chosen.empty:
        return None
    excess = declined.excess(declined.told(chosen), sign.window)
    return Sign(
        name=sign.name,
        reasons=sign.reasons,
        level=_rounded(-excess if sign.missed else excess, sign.steps),
        has_unseen=False,
        lasts=sign.missed,  # mostly they had stayed away before
    )


def _slow_answers(contacts: pd.DataFrame, declined: Declined) -> Sign | None:
    """Complaints left longer than nine in ten of all answered ones, beyond the usual."""
    complaints = contacts[contacts["kind"] == "complaint"]
    answered = complaints["resolved_day"].astype("float64")
    answered = answered.where(answered < declined.end)
    if answered.isna().all():
        return None
    waits = (answered - complaints["day"]).dropna().to_numpy()
    fair = int(np.quantile(waits, SLOW, method="inverted_cdf"))
    slow = complaints[answered.fillna(declined.end) - complaints["day"] > fair]
    # a complaint of the last days cannot have waited that long
    judged = replace(declined, end=declined.end - fair)
    return Sign(
        name="slow_answers",
        reasons=("service",),
        level=_rounded(judged.excess(judged.told(slow), ANSWERS), FEW),
        has_unseen=False,
    )


def _late_payment(bills: pd.DataFrame, declined: Declined) -> Sign | None:
    """How much later than its habit a client paid, or has not paid, the bills due by then."""
    owed = bills[(bills["due_day"] < declined.end) & (bills["amount"] > 0)]
    paid = owed["paid_day"].astype("float64")
    paid = paid.where(paid < declined.end)
    if paid.isna().all():
        return None
    late = (paid.fillna(declined.end) - owed["due_day"]).clip(EARLIEST, LATEST)
    told = declined.told(owed.assign(late=late), day="due_day")
    due, days = (declined.total(told, DUE, of) for of in (None, "late"))
    earlier, habit = (declined.total(told, DUE.year_before, of) for of in (None, "late"))
    mean = habit.sum() / max(earlier.sum(), 1.0)
    usual = (habit + HABIT_BILLS * mean) / (earlier + HABIT_BILLS)
    later = shares_of(days, due) - usual
    # who pays late mostly did so before the onset, and would have without one
    return replace(_seen("late_payment", "payment", later, LATER_DAYS), lasts=True)


def _discount_rise(orders: pd.DataFrame, declined: Declined) -> Sign | None:
    """By how much the discount rate of a client's orders after the onset is above the earlier."""
    bought = orders[~orders["is_return"] & (orders["day"] < declined.end)]
    if not (bought["discount"] > 0).any():
        return None
    told = declined.told(bought.assign(listed=bought["amount"] + bought["discount"]))
    now, then = (
        shares_of(declined.total(told, window, "discount"), declined.total(told, window, "listed"))
        for window in (WEAR, EARLIER)
    )
    return _seen("discount_rise", "margin", now - then, DISCOUNT_RISES)


def _category_leak(lines: pd.DataFrame, declined: Declined) -> Sign | None:
    """What is gone of the favourite category's share in what a client still buys."""
    named = ~lines["is_return"] & lines["category"].notna() & (lines["day"] < declined.end)
    if not named.any():
        return None
    told = declined.told(lines[named])
    favourite = _favourites(told)
    own = told[told["category"].to_numpy() == told["place"].map(favourite).to_numpy()]
    now, then = (
        shares_of(declined.total(own, window, "amount"), declined.total(told, window, "amount"))
        for window in (STAYING, EARLIER)
    )
    gone = np.where(declined.total(told, STAYING) < LEAST_LINES, np.nan, 1.0 - shares_of(now, then))
    # dated late, a leak is seen by the exposures too: what it says twice is no second witness
    return replace(_seen("category_leak", "competitor", gone, LEAKS), lasts=True)


def _favourites(told: pd.DataFrame) -> pd.Series:
    """Place to the category it spent most on in the year before the onset; ties by name."""
    year = told[told["since"].between(EARLIER.start, EARLIER.until, inclusive="left")]
    year = year.sort_values(["place", "category", "amount"], kind="stable")
    worth = year.groupby(["place", "category"])["amount"].sum().reset_index()
    worth = worth.sort_values(["place", "amount", "category"], ascending=[True, False, True])
    return worth.drop_duplicates("place").set_index("place")["category"]


def _rounded(excess: Numbers, steps: Sequence[int]) -> Days:
    return levels_of(excess + 0.5, steps)


def _seen(name: str, reason: Reason, values: Numbers, steps: Sequence[float]) -> Sign:
    """A sign whose level 0 stands for what could not be seen (NaN), 1 for less than every step."""
    level = np.where(np.isnan(values), 0, 1 + levels_of(values, steps))
    return Sign(name=name, reasons=(reason,), level=level, has_unseen=True)
