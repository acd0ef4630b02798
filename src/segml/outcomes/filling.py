"""The level of money while a year's sums still fill: what the ledger's first year says too little.

At a cut-off in the ledger's first year, what a client earned us in a year is what it earned since
the ledger begins. Such a cut-off shows little earned before and much after; a later day, whose year
is whole, would be promised too much. The totals know better: what known clients bring in a horizon,
against what they brought a day of the days that are seen, less how much more all clients ordered.
That share hardly moves from cut-off to cut-off, and it asks for no whole year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from segml.outcomes.rows import Matrix, Rows, Values
from segml.outcomes.season import YEAR, Season

FEATURE = "profit_365"
"""The feature whose total is set against the days it covers."""
FARTHEST = 4.0
"""No level is moved by more than so many times."""


@dataclass(frozen=True, kw_only=True)
class Filling:
    """How the level of money was moved, since years were still filling at the cut-offs.

    Parameters
    ----------
    seen
        The share of a year that the cut-offs saw, their mean.
    kept
        Known clients' profit a day in the horizon over that of the days before, less (in
        logarithms) what all clients' orders rose by: the mean of the cut-offs.
    spread
        Its standard deviation over the cut-offs.
    ahead
        The logarithm of what orders a day of the coming horizon are expected to be, over those of
        the days before.
    factor
        What expected money is multiplied by.
    """

    seen: float
    kept: float
    spread: float
    ahead: float
    factor: float

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """The clients that are foretold on a day.

    Parameters
    ----------
    X
        float32 of shape (m, p), the columns of the rows that were learnt on.
    day
        Since 1970-01-01.
    season
        The portfolio's days, and those of the horizon; days after `day` are not looked at.
    """

    X: Matrix
    day: int
    season: Season


def filling(known: Rows, profit: Values, asked: Asked, expected: Values) -> Filling | None:
    """How far the level of what is expected of the asked has to move; None: not at all.

    Parameters
    ----------
    known
        The rows learnt from; their labels ended by the day.
    profit
        What each brought in its horizon, shape (n,).
    asked, expected
        Who is foretold, and what was expected of each, shape (m,).

    Notes
    -----
    Nothing moves where every cut-off had a whole year before it, nor where a total is no profit.
    """
    season = asked.season
    if FEATURE not in known.columns or not len(known) or not len(asked.X):
        return None
    column, days = known.columns.index(FEATURE), np.unique(known.cutoff).tolist()
    seen = [_seen(season, day) for day in days]
    if min(seen) >= YEAR:
        return None
    earned = [_total(known.X[known.cutoff == day, column]) for day in days]
    came = [float(profit[known.cutoff == day].sum()) for day in days]
    held, told = _total(asked.X[:, column]), float(expected.sum())
    if min(*earned, *came, held, told, *seen, _seen(season, asked.day)) <= 0:
        return None
    kept = np.log(np.array(came) / season.horizon_days) - np.log(np.array(earned) / seen)
    kept -= _orders_ahead(season, days, seen)
    ahead = _expected_ahead(season, asked.day)
    total = held / _seen(season, asked.day) * season.horizon_days * np.exp(kept.mean() + ahead)
    return Filling(
        seen=float(np.mean(seen)) / YEAR,
        kept=float(kept.mean()),
        spread=float(kept.std()),
        ahead=ahead,
        factor=float(np.clip(total / told, 1 / FARTHEST, FARTHEST)),
    )


def _seen(season: Season, day: int) -> int:
    """The days before a day that are seen, of the last year."""
    return min(day - season.first_day, YEAR)


def _total(values: Matrix) -> float:
    return float(np.nansum(values.astype(np.float64)))


def _orders_ahead(season: Season, days: Sequence[int], seen: Sequence[int]) -> Values:
    """The log of orders a day in each past horizon over those of the days seen before it."""
    starts = [day + season.gap_days for day in days]
    came = [season.log_rate(at, at + season.horizon_days) for at in starts]
    return np.array(came) - [season.log_rate(d - s, d) for d, s in zip(days, seen, strict=True)]


def _expected_ahead(season: Season, day: int) -> float:
    """The same of a horizon to come: growth, and the season as far as it comes again."""
    again = season.again(day)
    years = (_seen(season, day) + season.horizon_days) / 2 / YEAR
    turn = again.share * season.year_ago(day) if season.has_year(day) else 0.0
    return again.growth * years + turn
