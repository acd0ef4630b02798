"""The first date on which the loss could have been seen coming, and by what.

Two things are watched on every month start: the model's risk, against the line of the riskiest
tenth of the key clients, and each driver that has a real share in the loss, against the line that
nine of ten key clients stand within, both of that day and of those not lost by then: risks follow
the season, and a line of one day would tell the season's turn. A driver is watched from half a year
before the last healthy date on: a cause comes before the decline. One that stood beyond its line
all the time is no news.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segml.losses.months import month_starts
from segml.words.feature import Feature

Chances = Callable[[int], pd.Series]
"""Asks for every client's probability of churn on a day, by client id."""
Frames = Callable[[int], pd.DataFrame]
"""Asks for every client's features on a day, by client id."""
Lines = Callable[[int], Mapping[str, float]]
"""Asks for the line of every driver on a day, of `usual_lines`."""
RISK = "p_churn"
"""What a signal by the model's risk is called."""
AHEAD_DAYS = 184
"""Days before the last healthy date from which on drivers are watched: half a year of months."""
LEAST_SHARE = 0.1
"""A driver with a smaller share in the loss gives no signal of it."""
USUAL_LEVEL = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The days between which a client could have been watched.

    Parameters
    ----------
    since, until
        From the last healthy date to the day of the loss, both included, in days.
    known_from
        The day of its first order; no driver is watched before it.
    """

    since: int
    until: int
    known_from: int = 0

    @property
    def months(self) -> tuple[int, ...]:
        """The month starts on which its drivers are watched."""
        return month_starts(max(self.since - AHEAD_DAYS, self.known_from), self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """The day of a signal, and the feature that gave it; `RISK` for the model's risk."""

    day: int
    by: str


def first_signals(
    watches: Mapping[str, Watch], chances: Chances, *, line: Callable[[int], float]
) -> dict[str, int | None]:
    """The first month start on which each client's risk stood at the high-risk line; None if never.

    Parameters
    ----------
    watches
        Client id to the days it is watched on.
    chances
        Probabilities by day.
    line
        Asks for the probability that counts as high on a day; NaN is never reached.
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
            high = chances(day).reindex(waiting) >= line(day)
            found |= {client_id: day for client_id in waiting if high[client_id]}
    return found


def first_crossings(
    watches: Mapping[str, Watch],
    drivers: Mapping[str, Sequence[Feature]],
    frames: Frames,
    usual: Lines,
) -> dict[str, Signal | None]:
    """The first month start on which a driver of each client went beyond its line; None if never.

    Parameters
    ----------
    watches
        Client id to the days it is watched on.
    drivers
        Client id to the drivers with a share in its loss, the greatest share first: it wins where
        several cross on one day.
    frames
        Features by day.
    usual
        Lines by day.
    """
    found: dict[str, Signal | None] = {}
    for client_id, watch in watches.items():
        crossed = [
            Signal(day=day, by=feature.name)
            for feature in drivers[client_id]
            if (day := _crossing(client_id, watch, feature, frames, usual)) is not None
        ]
        found[client_id] = min(crossed, key=lambda each: each.day) if crossed else None
    return found


def _crossing(
    client_id: str, watch: Watch, feature: Feature, frames: Frames, usual: Lines
) -> int | None:
    within = False
    for day in watch.months:
        frame = frames(day)
        value = frame[feature.name].get(client_id, np.nan)
        beyond = bool(feature.harm * float(value) > usual(day)[feature.name])
        if beyond and within:
            return day
        within = within or not beyond
    return None


def usual_lines(key: pd.DataFrame, features: Sequence[Feature]) -> dict[str, float]:
    """The line of each driver: what nine of ten key clients stand within, on the side that harms.

    Parameters
    ----------
    key
        Features of the key clients on a day.
    features
        Drivers that are numbers.

    Returns
    -------
    dict
        Feature to its value times `harm`; infinite where no client has one.
    """
    lines = {}
    for feature in features:
        known = feature.harm * key[feature.name].to_numpy(dtype=np.float64)
        known = known[np.isfinite(known)]
        lines[feature.name] = float(np.quantile(known, USUAL_LEVEL)) if len(known) else np.inf
    return lines


def earlier(risk: int | None, driver: Signal | None) -> Signal | None:
    """The earlier of both signals; the driver's where they stand on one day: it says more."""
    if risk is None or (driver is not None and driver.day <= risk):
        return driver
    return Signal(day=risk, by=RISK)
