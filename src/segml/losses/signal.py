"""The first date on which the loss could have been seen coming."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from segml.losses.months import month_starts

Chances = Callable[[int], pd.Series]
"""Asks for every client's probability of churn on a day, by client id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The days between which a client could have been watched.

    Parameters
    ----------
    since, until
        From the last healthy date to the day of the loss, both included, in days.
    """

    since: int
    until: int


def first_signals(
    watches: Mapping[str, Watch], chances: Chances, *, line: float
) -> dict[str, int | None]:
    """The first month start on which each client's risk stood at the high-risk line; None if never.

    Parameters
    ----------
    watches
        Client id to the days it is watched on.
    chances
        Probabilities by day.
    line
        The probability that counts as high; NaN is never reached.
    """
    found: dict[str, int | None] = dict.fromkeys(watches)
    days = sorted(
        {day for each in watches.values() for day in month_starts(each.since, each.until)}
    )
    for day in days:
        waiting = [
            client_id
            for client_id, watch in watches.items()
            if found[client_id] is None and watch.since <= day <= watch.until
        ]
        if waiting:
            high = chances(day).reindex(waiting) >= line
            found |= {client_id: day for client_id in waiting if high[client_id]}
    return found
