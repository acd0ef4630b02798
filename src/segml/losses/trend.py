"""Losses and money by quarter: is the loss of key clients growing?

The key clients of the earlier date are one cohort. Those not yet lost when a quarter begins are at
risk in it; a loss counts in the quarter in which it was complete. The rate has Jeffreys' interval.
Whether rates rise is asked by the score test of a linear trend in a Poisson rate over the days at
risk (Breslow and Day 1987, 3.4): few losses say nothing.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import beta, norm

from segml.ledger import date_of, day_of
from segml.losses.dossiers import Dossiers
from segml.losses.tables import LOSS_TREND, framed
from segml.losses.together import quarter_of

INTERVAL = (0.05, 0.95)
LEVEL = 0.05
RISING, FALLING, UNCLEAR = "rising", "falling", "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Where the rate of losses goes: `rising`, `falling` or `unclear`, and the test's p-value."""

    direction: str
    p: float


def loss_trend(found: Dossiers, *, at_risk: int, start: int, end: int) -> pd.DataFrame:
    """The losses of every quarter between the two dates.

    Parameters
    ----------
    found
        The lost clients.
    at_risk
        Key clients at the earlier date that had not been lost before it.
    start, end
        The two dates, in days. The first and the last quarter may be cut short by them.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.LOSS_TREND`.
    """
    cases = [case for _, case in sorted(found.cases.items())]
    rows, left = [], at_risk
    for first, last in quarters(start, end):
        mine = [
            each for each in cases if first <= min(max(each.loss.lost_on, start), end - 1) <= last
        ]
        lost = len(mine)
        # Jeffreys' interval, which by custom reaches 0 and 1 where all stayed or all were lost
        low, high = beta.ppf(INTERVAL, lost + 0.5, left - lost + 0.5)
        rows.append(
            {
                "quarter": quarter_of(first),
                "first_day": date_of(first),
                "last_day": date_of(last),
                "at_risk": left,
                "lost": lost,
                "rate": lost / left if left else np.nan,
                "rate_low": 0.0 if lost == 0 else float(low),
                "rate_high": 1.0 if lost == left else float(high),
                "money": math.fsum(each.money.profit_lost for each in mine),
                "referral_money": math.fsum(each.money.referral_profit_lost for each in mine),
            }
        )
        left -= lost
    return framed(rows, LOSS_TREND)


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
    """Whether the rate of losses rises or falls over the quarters.

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
    return rate_trend(rows["lost"].tolist(), rows["at_risk"].tolist(), days)


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
