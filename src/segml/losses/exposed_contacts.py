"""Exposures among the contacts: complaints, slow answers, support, demands, and our silence."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from segml.losses.exposed_columns import Exposure
from segml.losses.exposed_months import (
    Months,
    days_of,
    decayed,
    excess,
    numbers_of,
    usual,
    window,
)
from segml.losses.exposed_risk import month_of
from segml.losses.history import Days, Numbers
from segml.losses.record_evidence import OURS, without_our_faults
from segml.words.feature import Reason

TAUS_DAYS = (45.0, 120.0, 240.0)
"""Time constants of what is forgotten: from a month and a half to two thirds of a year, of which
the fit takes what the data wants."""
FEW_TAUS_DAYS = (60.0, 180.0)
"""The same for what says less."""
WINDOWS = (1, 2, 3, 6)
"""Months in which our visits and calls may have stayed away."""
USUAL_MONTHS, USUAL_CONTACT_MONTHS = 6.0, 12.0
"""Months of its own in which a client's usual rate outweighs the portfolio's."""
SLOW = 0.9
"""An answer is slow once it takes longer than this share of the answers known before did."""
_DAMPED, _DAMPED_SHARE = 0.25, 0.3
"""Contacts: keep a shortfall of almost nothing from looking big."""


def exposed_contacts(contacts: pd.DataFrame, months: Months) -> Iterator[Exposure]:
    """What each client was exposed to by its contacts.

    Parameters
    ----------
    contacts
        As `Past.contacts` has them.
    months
        The clients and months.

    Yields
    ------
    Exposure
        Decayed excess over the client's own usual rate, of complaints also all of them; shortfall
        of visits and calls, in standard deviations of a Poisson count and as a share.
    """
    complaints = contacts[contacts["kind"] == "complaint"]
    demands = without_our_faults(contacts)
    demands = demands[demands["kind"].isin(["discount_request", "return_request"])]
    support = contacts[contacts["kind"] == "support"]
    count = _counts(complaints, months)
    yield from _excesses("service", "complaints_rise_180", count, months)
    # who complains all the time has no more than usual to complain of, and reason to leave
    for tau in FEW_TAUS_DAYS:
        values = decayed(count, tau)
        yield Exposure(reason="service", feature="complaints_180", values=values)
    yield from _excesses("service", "resolution_rise_180", _slow(complaints, months), months)
    yield from _excesses("margin", "demands_rise_180", _counts(demands, months), months)
    count = _counts(support, months)
    yield from _excesses("service", "support_rise_180", count, months, FEW_TAUS_DAYS)
    ours = _counts(contacts[contacts["kind"].isin(OURS)], months)
    rate = usual(ours, months.known, prior_months=USUAL_CONTACT_MONTHS)
    for length in WINDOWS:
        had, due = window(ours, length), rate * length
        for values in (
            (due - had) / np.sqrt(due + _DAMPED),
            1.0 - (had + _DAMPED_SHARE) / (due + _DAMPED_SHARE),
        ):
            yield Exposure(reason="manager", feature="attention_drop_180", values=values)


def _excesses(
    reason: Reason,
    feature: str,
    count: Numbers,
    months: Months,
    taus_days: tuple[float, ...] = TAUS_DAYS,
) -> Iterator[Exposure]:
    rate = usual(count, months.known, prior_months=USUAL_MONTHS)
    for tau in taus_days:
        yield Exposure(reason=reason, feature=feature, values=excess(count, rate, tau))


def _counts(contacts: pd.DataFrame, months: Months) -> Numbers:
    return months.sums(months.cells(contacts["client_id"], days_of(contacts["day"])))


def _slow(complaints: pd.DataFrame, months: Months) -> Numbers:
    """(c, m) complaints that became slow in a month: on the day the usual wait was over."""
    day, answered = days_of(complaints["day"]), numbers_of(complaints["resolved_day"])
    limit = _usual_waits(day, answered, months.starts)[month_of(months.starts, day)]
    slow = (limit >= 0.0) & ~(answered - day <= limit)
    became = day[slow] + limit[slow].astype(np.int64)
    return months.sums(months.cells(complaints["client_id"][slow], became))


def _usual_waits(day: Days, answered: Numbers, starts: Days) -> Numbers:
    """(m,) the days that `SLOW` of the answers given before a month took at most, NaN if none."""
    wait = answered - day
    found = np.full(len(starts), np.nan)
    for month, start in enumerate(starts):
        known = wait[answered < start]
        if len(known):
            found[month] = np.quantile(known, SLOW, method="higher")
    return found
