"""What each client was exposed to, month by month, as columns of the hazard of a decline.

::

    orders, lines ── returns, discounts, favourite, prices ──┐
    contacts ── complaints, answers, demands, our silence ───┼─ steps ──┐
    bills ── paid late, overdue ─────────────────────────────┘          ├─ columns: mass, met
    events ── one happening, fading since ──────────────────────────────┤
    lines ── goods that went off sale, by when they went ── steps ──────┤
    orders ── size and age: the baseline ───────────────────────────────┘

A month's exposure is what was known at its start: rows dated before it, answers and payments that
came before it. An event alone works from its day on, by what is left of it on an average of the
month's days, and goods that nobody can buy any more from the month they went in. No clients x
months matrix outlives the columns made of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.losses.exposed_bills import exposed_bills
from segml.losses.exposed_columns import BASELINE, Column, Exposure, steps, steps_both_ways
from segml.losses.exposed_contacts import exposed_contacts
from segml.losses.exposed_events import exposed_events
from segml.losses.exposed_gone import exposed_gone
from segml.losses.exposed_months import Months, months_of
from segml.losses.exposed_prices import exposed_prices
from segml.losses.exposed_risk import Risk, risk_of
from segml.losses.exposed_trade import exposed_leak, exposed_trade, sizes
from segml.losses.history import Numbers

__all__ = ["Column", "Records", "Risk", "calendar_of", "columns_of", "exposures", "risk_of"]

LEAST_MASS = 1.0
"""Client-months: a column that was met less could explain no more than a single decline."""
STRETCH = 30.0
"""Declines in a stretch of the calendar: of fewer, a rate of its own would be chance."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Records:
    """What is known of some clients at the later date, as methods of `Past` return it.

    Parameters
    ----------
    orders, lines, contacts, bills, events
        Empty, with their columns, where the ledger lacks the table.
    withdrawn
        Products that nobody can buy any more at the later date (`ledger.discontinued`).
    short
        Those that nobody could buy for a while (`shortages`); None: none.
    """

    orders: pd.DataFrame
    lines: pd.DataFrame
    contacts: pd.DataFrame
    bills: pd.DataFrame
    events: pd.DataFrame
    withdrawn: Collection[str] = ()
    short: pd.DataFrame | None = None


def columns_of(records: Records, risk: Risk) -> list[Column]:
    """The columns of the hazard, in a fixed order, the baseline last.

    Parameters
    ----------
    records
        Of the clients at risk; rows of others are not read.
    risk
        Who could begin to decline, and when; without a client-month at risk there is no column.
    """
    if not risk.at_risk.any():
        return []
    months = months_of(risk, records.orders)
    gone = exposed_gone(
        records.lines, records.events, records.withdrawn, months, short=records.short
    )
    found = chain(
        chain.from_iterable(steps(each, risk) for each in exposures(records, months)),
        exposed_events(records.events, months, risk),
        chain.from_iterable(steps(each, risk) for each in gone),
        [_always(risk)],
        chain.from_iterable(steps_both_ways(each, risk) for each in sizes(records.orders, months)),
    )
    return [column for column in found if column.mass >= LEAST_MASS]


def exposures(records: Records, months: Months) -> Iterator[Exposure]:
    """What the clients lived through but for events, one after the other."""
    yield from exposed_contacts(records.contacts, months)
    yield from exposed_trade(records.orders, months)
    yield from exposed_bills(records.bills, months)
    yield from exposed_leak(_on_sale(records), months)
    yield from exposed_prices(records.lines, months)


def _on_sale(records: Records) -> pd.DataFrame:
    """The lines of goods that we went on selling: what we withdrew went to no rival."""
    lines, events = records.lines, records.events
    of_category = (events["kind"] == "product_withdrawal") & (events["scope"] == "category")
    gone = lines["product"].isin(list(records.withdrawn))
    return lines[~(gone | lines["category"].isin(events.loc[of_category, "scope_value"]))]


def _always(risk: Risk) -> Column:
    """The column that is one in every client-month."""
    return _baseline(risk.mass(risk.at_risk), np.ones(len(risk.lost), dtype=bool))


def calendar_of(risk: Risk, declines: Numbers) -> list[Column]:
    """The columns of the baseline that are one in one stretch of time each.

    Beside them a driver is paid for whom declines befell, and not for when they were.

    Parameters
    ----------
    risk
        Who could begin to decline, and when.
    declines
        (m,) how many began in each month: a stretch is a month, or as many as hold `STRETCH`.
    """
    stretch = ((np.cumsum(declines) - declines / 2) // STRETCH).astype(np.int64)
    mass, met = risk.by_month(risk.at_risk), stretch[risk.month]
    columns = [
        _baseline(float(mass[stretch == each].sum()), met == each) for each in np.unique(stretch)
    ]
    return [column for column in columns if column.mass >= LEAST_MASS]


def _baseline(mass: float, met: npt.NDArray[np.bool_]) -> Column:
    return Column(reason="unknown", feature=BASELINE, event_ids=(), mass=mass, met=met)
