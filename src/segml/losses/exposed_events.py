"""Exposures to events: each happening its own column, so that one that harmed nobody weighs 0.

Happenings that reached few clients share a column with those of their kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.losses.exposed_columns import Column
from segml.losses.exposed_months import MONTH_DAYS, Months, days_of, numbers_of
from segml.losses.exposed_risk import Risk
from segml.losses.history import Days, Numbers
from segml.words.feature import Reason

SHOWN_BY: Mapping[str, tuple[Reason, str]] = {
    "price_change": ("price", "price_events_180"),
    "service_outage": ("service", "outages_180"),
    "product_withdrawal": ("assortment", "withdrawals_180"),
    "manager_change": ("manager", "manager_change_freshness"),
    "competitor_entry": ("competitor", "rivals_180"),
}
"""Kind of event to its reason and the feature that shows it; other kinds are no reason."""
TAUS_DAYS = (60.0, 200.0)
"""Time constants of an event's effect: two months and more than half a year, of which the fit
takes what the data wants."""
_SCOPE = ("scope", "scope_value")
LEAST_CLIENTS, LEAST_SHARE = 30, 0.02
"""A happening is a column of its own only if it touched so many clients by more than this share of
spend. Those of a kind that touched fewer are one column together, if they touched as many."""


def exposed_events(events: pd.DataFrame, months: Months, risk: Risk) -> Iterator[Column]:
    """The columns of each happening: the share of spend it touched, fading since.

    Events of one kind, day and scope are one happening, and so are all withdrawals of a day. A
    price change is weighed by its magnitude; one that is no rise is no exposure. Where clients are
    few, a manager or a product has few of them: what one such happening did cannot be told, what
    those of its kind did can.

    Parameters
    ----------
    events
        As `Past.events` has them.
    months
        The clients and months.
    risk
        Who could begin to decline, and when.
    """
    number, ids = pd.factorize(events["event_id"], sort=True)
    told = events.iloc[np.unique(number, return_index=True)[1]]
    happenings = _happenings(told)
    of_event, weight = _numbered(ids, told, happenings)
    row, share = months.rows(events["client_id"]), np.nan_to_num(numbers_of(events["share"]))
    day = days_of(events["day"])
    # a row of -1 reads the last client, and is left out all the same
    reached = (of_event[number] >= 0) & (row >= 0) & (share > 0) & (day > months.first[row])
    kept = np.flatnonzero(reached)
    kept = kept[np.lexsort((number[kept], row[kept], of_event[number[kept]]))]
    borders = np.searchsorted(of_event[number[kept]], np.arange(len(happenings) + 1))
    few: dict[str, list[_Happening]] = {}
    for place, ((kind, began, *_), event_ids) in enumerate(happenings.items()):
        part = kept[borders[place] : borders[place + 1]]
        touched = np.bincount(row[part], share[part], len(months.clients))
        weighed = share[part] * weight[number[part]]
        dose = np.bincount(row[part], weighed, len(months.clients)).astype(np.float64)
        count = int(np.count_nonzero(touched > LEAST_SHARE))
        one = _Happening(began, event_ids, dose, count)
        if count >= LEAST_CLIENTS:
            yield from _fading(kind, [one], risk)
        elif count:
            few.setdefault(kind, []).append(one)
    for kind, many in sorted(few.items()):
        if sum(each.reached for each in many) >= LEAST_CLIENTS:
            yield from _fading(kind, many, risk)


@dataclass(frozen=True, slots=True, eq=False)
class _Happening:
    """One happening: its day, its events, the dose (c,) each client had, and how many it reached.

    It reached who spent more than `LEAST_SHARE` on what it touched.
    """

    day: int
    event_ids: tuple[str, ...]
    dose: Numbers
    reached: int


def _happenings(told: pd.DataFrame) -> dict[tuple[str, int, str, str], tuple[str, ...]]:
    """Kind, day, scope and its value of each happening, sorted, to its events, sorted.

    What was about everybody is none: that it came first is all it has with a decline, and many
    things came first.
    """
    found: dict[tuple[str, int, str, str], tuple[str, ...]] = {}
    rises = (told["kind"] != "price_change") | (numbers_of(told["magnitude"]) > 0)
    told = told[told["kind"].isin(list(SHOWN_BY)) & rises & (told["scope"] != "all")]
    where = [told[name].astype(object).where(told[name].notna(), "") for name in _SCOPE]
    for event_id, kind, day, *scope in zip(
        told["event_id"], told["kind"], told["day"], *where, strict=True
    ):
        is_one = kind == "product_withdrawal"
        key = (str(kind), int(day), *(("", "") if is_one else (str(scope[0]), str(scope[1]))))
        found[key] = tuple(sorted((*found.get(key, ()), str(event_id))))
    return dict(sorted(found.items()))


def _numbered(
    ids: pd.Index,
    told: pd.DataFrame,
    happenings: Mapping[tuple[str, int, str, str], tuple[str, ...]],
) -> tuple[npt.NDArray[np.int64], Numbers]:
    """The happening of each event, -1 for none, and what it weighs."""
    place = {
        event_id: position
        for position, event_ids in enumerate(happenings.values())
        for event_id in event_ids
    }
    of_event = np.array([place.get(str(each), -1) for each in ids], dtype=np.int64)
    is_price = (told["kind"] == "price_change").to_numpy()
    return of_event, np.where(is_price, numbers_of(told["magnitude"]), 1.0)


def _fading(kind: str, happenings: Sequence[_Happening], risk: Risk) -> Iterator[Column]:
    """The columns of one happening, or of several that are told as one: their doses add up."""
    reason, feature = SHOWN_BY[kind]
    by_month = [risk.by_month(each.dose[:, None]) for each in happenings]
    for tau in TAUS_DAYS:
        lefts = [_left(risk.starts, each.day, tau) for each in happenings]
        mass = sum(float((dose * left).sum()) for dose, left in zip(by_month, lefts, strict=True))
        met = np.zeros(len(risk.lost))
        for each, left in zip(happenings, lefts, strict=True):
            met += each.dose[risk.lost] * left[risk.month]
        yield Column(
            reason=reason,
            feature=feature,
            event_ids=tuple(sorted({one for each in happenings for one in each.event_ids})),
            mass=mass,
            met=met,
            kind=f"{kind} {tau:g}",
        )


def _left(starts: Days, day: int, tau: float) -> Numbers:
    """(m,) what is left of an event, on an average of each month's days; nothing before its day.

    An event works from its day on: who stops in the week after it need not wait for a new month.
    """
    ends = np.append(starts[1:], starts[-1] + MONTH_DAYS)
    begun = np.maximum(starts, day)
    left = tau * (np.exp((day - begun) / tau) - np.exp((day - np.maximum(ends, day)) / tau))
    return np.asarray(np.where(ends > day, left / (ends - starts), 0.0), dtype=np.float64)
