"""The season-adjusted clock: how many ordinary days of business a stretch of days is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from segml.losses.history import Days, Numbers

WEEKS = 52
YEARS_NEEDED = 2
KERNEL = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9.0
_FLOOR, _CEILING = 0.2, 5.0
_YEAR = np.arange(WEEKS + 1.0)


@dataclass(frozen=True, slots=True)
class Clock:
    """A strictly increasing map from days to *ticks*; a year holds as many ticks as days.

    In a season in which the whole portfolio orders twice as often, a day counts two ticks, so a
    silence in July weighs less than the same silence in November when November is the season.

    Parameters
    ----------
    first_day
        Day 0 of the clock.
    index
        (52,) ticks a day in each week of the year counted from `first_day`, of mean one.
    """

    first_day: int
    index: Numbers
    _table: Numbers = field(init=False, repr=False)

    def __post_init__(self) -> None:
        table = 7.0 * np.concatenate([[0.0], np.cumsum(self.index)])
        object.__setattr__(self, "_table", table)

    @property
    def is_seasonal(self) -> bool:
        """Whether any week differs from the average one."""
        return bool(np.any(self.index != 1.0))

    def at(self, days: npt.ArrayLike) -> Numbers:
        """Ticks of the starts of `days` (fractions of a day allowed)."""
        week = (np.asarray(days, dtype=np.float64) - self.first_day) / 7.0
        turns = np.floor(week / WEEKS)
        inside = np.interp(week - turns * WEEKS, _YEAR, self._table)
        return np.asarray(turns * self._table[-1] + inside, dtype=np.float64)

    def day_when(self, ticks: npt.ArrayLike) -> Numbers:
        """The day (with its fraction) on which the clock shows `ticks`: the inverse of `at`."""
        table = self._table
        year = table[-1]
        value = np.asarray(ticks, dtype=np.float64)
        turns = np.floor(value / year)
        weeks = np.interp(value - turns * year, table, _YEAR)
        return np.asarray(self.first_day + 7.0 * (turns * WEEKS + weeks))


@dataclass(frozen=True, slots=True, eq=False)
class Clocks:
    """The clocks of c clients.

    Parameters
    ----------
    clocks
        Those there are, the portfolio's first.
    which
        (c,) which of them each client has.
    """

    clocks: Sequence[Clock]
    which: npt.NDArray[np.int64]

    @classmethod
    def of(cls, clients: Sequence[str], clock: Clock, own: Mapping[str, Clock]) -> Clocks:
        """The own clock of each client that has one, and the portfolio's of all others."""
        mine = [own.get(each, clock) for each in clients]
        clocks = {id(each): each for each in (clock, *mine)}
        places = {name: place for place, name in enumerate(clocks)}
        which = np.array([places[id(each)] for each in mine], dtype=np.int64)
        return cls(tuple(clocks.values()), which)

    def over(self, edges: Days) -> Numbers:
        """(c, w) ticks between days, of each client."""
        return np.stack([np.diff(clock.at(edges)) for clock in self.clocks])[self.which]

    def at(self, days: Days, place: npt.NDArray[np.int64]) -> Numbers:
        """(n,) ticks of days of clients, each by its place; those beyond have the first clock."""
        which = np.zeros(max(int(place.max(initial=-1)) + 1, len(self.which)), dtype=np.int64)
        which[: len(self.which)] = self.which
        found = np.empty(len(days))
        for number, clock in enumerate(self.clocks):
            rows = which[place] == number
            found[rows] = clock.at(days[rows])
        return found


def learn_clock(order_days: Days, *, first_day: int, end: int) -> Clock:
    """The clock of a portfolio: seasonal if two years of history allow it, else plain days.

    Classical decomposition: orders a week over their centred 52-week moving average, averaged over
    the years, smoothed over five weeks and drawn towards one by the share of their variance that
    counting noise explains (so a portfolio without seasons keeps plain days).

    Parameters
    ----------
    order_days
        (n,) day of every order of the portfolio.
    first_day, end
        The history is [first_day, end), in days.

    Returns
    -------
    Clock
        Of mean rate one.

    References
    ----------
    Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., section 3.4.

    Examples
    --------
    >>> learn_clock(np.arange(0, 400), first_day=0, end=400).is_seasonal
    False
    """
    known = seasonal_ratios(order_days, first_day=first_day, end=end)
    if known is None:
        return Clock(first_day, np.ones(WEEKS))
    raw = np.bincount(known.week, known.ratio, minlength=WEEKS)
    noise = np.bincount(known.week, 1.0 / known.trend, minlength=WEEKS)
    years = np.bincount(known.week, minlength=WEEKS)
    return Clock(first_day, _shrunk(raw / years, noise / years**2))


@dataclass(frozen=True, slots=True, eq=False)
class Ratios:
    """Orders a week over their moving average: the season, and chance.

    Parameters
    ----------
    week
        (n,) week of the year of each, counted from the first day.
    ratio
        (n,) orders over their centred 52-week moving average, one week after the other.
    trend
        (n,) that average.
    """

    week: Days
    ratio: Numbers
    trend: Numbers


def seasonal_ratios(order_days: Days, *, first_day: int, end: int) -> Ratios | None:
    """The ratios of [first_day, end); None for less than two years, or a year without an order."""
    weeks = (end - first_day) // 7
    if weeks < YEARS_NEEDED * WEEKS:
        return None
    position = (order_days - first_day) // 7
    inside = position[(position >= 0) & (position < weeks)]
    counts = np.bincount(inside, minlength=weeks).astype(np.float64)
    trend = np.convolve(counts, np.r_[0.5, np.ones(WEEKS - 1), 0.5] / WEEKS, mode="valid")
    if np.any(trend <= 0):
        return None
    middle = np.arange(len(trend)) + WEEKS // 2
    return Ratios(middle % WEEKS, counts[middle] / trend, trend)


def smoothed(raw: Numbers) -> Numbers:
    """(52,) values of the weeks of a year, smoothed over five weeks; the year is a circle."""
    return np.convolve(np.r_[raw[-2:], raw, raw[:2]], KERNEL, mode="valid")


def _shrunk(raw: Numbers, noise: Numbers) -> Numbers:
    smooth = smoothed(raw)
    counting = float(np.mean(noise) * np.sum(KERNEL**2))
    spread = float(np.var(smooth))
    kept = max(0.0, 1.0 - counting / spread) if spread > 0 else 0.0
    index = np.clip(1.0 + kept * (smooth / smooth.mean() - 1.0), _FLOOR, _CEILING)
    return np.asarray(index / index.mean(), dtype=np.float64)
