"""Losses and money by quarter, and whether the loss of key clients is growing.

The losses of the analysis count in the quarter in which they were complete; their number and money
sum to the total. They come from the key clients of one day, and a client that is lost soon after it
was chosen as key is rare: their number grows with the time since that day all by itself. So the
rate is another's: of the key clients when a quarter began, how many were lost when it ended. So
every quarter is treated alike, judged by what is known at its two ends.

The rate has Jeffreys' interval. Whether rates rise is asked by the score test of a linear trend in
a Poisson rate over the days at risk (Breslow and Day 1987, 3.4): few losses say nothing.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import beta, norm

from segml.ledger import date_of, day_of
from segml.losses.books import Books, client_of
from segml.losses.dossiers import Dossiers
from segml.losses.money import brought_by
from segml.losses.scene import Scene
from segml.losses.tables import LOSS_TREND, framed
from segml.losses.together import quarter_of
from segml.losses.transitions import transition

INTERVAL = (0.05, 0.95)
LEVEL = 0.05
RISING, FALLING, UNCLEAR = "rising", "falling", "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Where the rate of losses goes: `rising`, `falling` or `unclear`, and the test's p-value."""

    direction: str
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The key clients when a quarter began that had not been lost, and how many then were."""

    key_clients: int
    lost: int

    @property
    def rate(self) -> float:
        """The share that was lost; NaN of nobody."""
        return self.lost / self.key_clients if self.key_clients else np.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Jeffreys' interval of the rate; it reaches 0 where nobody was lost, 1 where all were."""
        stayed = self.key_clients - self.lost
        low, high = beta.ppf(INTERVAL, self.lost + 0.5, stayed + 0.5)
        return (0.0 if self.lost == 0 else float(low)), (1.0 if stayed == 0 else float(high))


def loss_trend(scene: Scene, books: Books, found: Dossiers) -> pd.DataFrame:
    """The losses of every quarter between the two dates, and the rate of key clients lost in it.

    Parameters
    ----------
    scene, books
        Where clients stood when each quarter began; their histories.
    found
        The lost clients.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.LOSS_TREND`. The first and the last quarter may be cut short by the
        dates. `lost`, `money` and `referral_money` sum to the totals of the analysis.
    """
    spans = quarters(scene.start, scene.end)
    cohorts = _cohorts(scene, books, spans)
    rows = []
    for (first, last), cohort in zip(spans, cohorts, strict=True):
        mine = [
            case.money
            for _, case in sorted(found.cases.items())
            if first <= min(max(case.loss.lost_on, scene.start), scene.end - 1) <= last
        ]
        low, high = cohort.interval
        rows.append(
            {
                "quarter": quarter_of(first),
                "first_day": date_of(first),
                "last_day": date_of(last),
                "lost": len(mine),
                "money": math.fsum(each.profit_lost for each in mine),
                "referral_money": math.fsum(each.referral_profit_lost for each in mine),
                "key_clients": cohort.key_clients,
                "key_lost": cohort.lost,
                "rate": cohort.rate,
                "rate_low": low,
                "rate_high": high,
            }
        )
    return framed(rows, LOSS_TREND)


def _cohorts(scene: Scene, books: Books, spans: Sequence[tuple[int, int]]) -> list[Cohort]:
    scene.prepare(first for first, _ in spans)
    key = {first: scene.key_at(first) for first, _ in spans}
    everyone = sorted({each for clients in key.values() for each in clients})
    past = scene.ledger.past(scene.end)
    referrals, weight = past.brought(), past.economics.referral_weight
    books = replace(
        books,
        brought={
            each: brought_by(books.orders, referrals.get(each, ()), weight) for each in everyone
        },
        lens=books.weekly,
    )
    gone: Mapping[int, Collection[str]] = {
        day: _lost_by(books, key, day) for day in sorted({*key, scene.end})
    }
    return [
        Cohort(
            key_clients=len(set(key[first]) - set(gone[first])),
            lost=len((set(key[first]) - set(gone[first])) & set(gone[last + 1])),
        )
        for first, last in spans
    ]


def _lost_by(books: Books, key: Mapping[int, Sequence[str]], day: int) -> frozenset[str]:
    """Of the key clients of the quarters that begin or end on a day, those lost by it."""
    before = [each for each in sorted(key) if each < day]
    asked = sorted({*key.get(day, ()), *(key[before[-1]] if before else ())})

    def is_lost(client_id: str) -> bool:
        end = books.ends.get(client_id)
        if end is not None and end.day < day:
            return True
        return transition(client_of(books, client_id), books.lens, end=day) is not None

    return frozenset(each for each in asked if is_lost(each))


def quarters(start: int, end: int) -> list[tuple[int, int]]:
    """The first and the last day of every quarter in [start, end), cut short by both.

    Examples
    --------
    >>> [str(date_of(first)) for first, _ in quarters(19782, 19900)]
    ['2024-02-29', '2024-04-01']
    """
    found = []
    while start < end:
        when = date_of(start)
        month = 3 * ((when.month - 1) // 3) + 4
        after = day_of(dt.date(when.year + (month > 12), month - 12 * (month > 12), 1))
        found.append((start, min(after, end) - 1))
        start = after
    return found


def trend_of(rows: pd.DataFrame) -> Trend:
    """Whether the rate of key clients lost rises or falls over the quarters.

    Parameters
    ----------
    rows
        Of `loss_trend`.

    Examples
    --------
    >>> trend_of(framed([], LOSS_TREND)).direction
    'unclear'
    """
    days = [
        (last - first).days + 1
        for first, last in zip(rows["first_day"], rows["last_day"], strict=True)
    ]
    return rate_trend(rows["key_lost"].tolist(), rows["key_clients"].tolist(), days)


def rate_trend(lost: Sequence[int], at_risk: Sequence[int], days: Sequence[int]) -> Trend:
    """The score test of a linear trend in a Poisson rate.

    Parameters
    ----------
    lost, at_risk, days
        Of each period in order of time.

    Examples
    --------
    >>> rate_trend([1, 4, 9, 20], [100, 99, 95, 86], [90] * 4).direction
    'rising'
    """
    exposed = np.array(at_risk, dtype=np.float64) * np.array(days, dtype=np.float64)
    seen, whole = np.array(lost, dtype=np.float64), float(exposed.sum())
    if len(seen) < 2 or seen.sum() == 0.0 or whole == 0.0:
        return Trend(direction=UNCLEAR, p=1.0)
    expected = seen.sum() * exposed / whole
    time = np.arange(len(seen)) - float((np.arange(len(seen)) * exposed).sum()) / whole
    score, spread = float((time * (seen - expected)).sum()), float((expected * time**2).sum())
    p = 2.0 * float(norm.sf(abs(score) / np.sqrt(spread))) if spread > 0.0 else 1.0
    sure = RISING if score > 0.0 else FALLING
    return Trend(direction=sure if p < LEVEL else UNCLEAR, p=p)
