"""The course of a lost client as a chart: where each bar, tick and mark stands.

Geometry alone, in units of a drawing 360 wide (about a phone's page, so that its text is never
shrunk much); the template draws it. Nothing here is a name or any other text of the ledger.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from unicodedata import east_asian_width

from segml.report.figures import month as month_name
from segml.report.figures import short, year

WIDTH = 360.0
LEFT, RIGHT = 40.0, 8.0
PLOT_HEIGHT = 104.0
LANE = 15.0
LETTER = 7.2
"""About how wide a letter of a label is; rather too much than too little."""
WIDE = 1.8
"""How many letters' room a Chinese one takes."""
BROAD = 1.2
"""And a Russian one."""
LEVEL_LETTERS = 5.0
"""Letters of a level's label that `LEFT` has room for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One month; `late` from the month on in which the decline began."""

    x: float
    y: float
    width: float
    height: float
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A label on an axis, and where it stands."""

    place: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A day with its label; labels of one lane never touch."""

    x: float
    text: str
    text_x: float
    anchor: str
    lane: int

    @property
    def span(self) -> tuple[float, float]:
        """From where to where the label reaches."""
        length = length_of(self.text)
        start = self.text_x if self.anchor == "start" else self.text_x - length
        return start, start + length


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseChart:
    """Everything to draw: `left` and `top` are where the plot begins, `zero` the height of nothing.

    `left` is greater where the labels of the levels are long.
    """

    height: float
    left: float
    top: float
    bottom: float
    zero: float
    bars: tuple[Bar, ...]
    levels: tuple[Tick, ...]
    months: tuple[Tick, ...]
    marks: tuple[Mark, ...]


def course_chart(
    course: Sequence[tuple[dt.date, float]],
    *,
    onset: dt.date | None,
    marks: Mapping[str, dt.date | None],
) -> CourseChart:
    """The chart of one client's months.

    Parameters
    ----------
    course
        The first day of each month and its money; in order of time, at least one.
    onset
        The day the decline began; months from there on are drawn apart.
    marks
        Label to day; those without a day, or outside the months, are left out.

    Examples
    --------
    >>> chart = course_chart([(dt.date(2024, 1, 1), 80.0)], onset=None, marks={})
    >>> [tick.text for tick in chart.levels], [tick.text for tick in chart.months]
    (['0', '50', '100'], ['2024'])
    """
    first, last = course[0][0], _next_month(course[-1][0])
    levels = round_levels([value for _, value in course])
    left = LEFT + max(0.0, *(length_of(short(level)) - LETTER * LEVEL_LETTERS for level in levels))
    width = (WIDTH - left - RIGHT) / (last - first).days

    def at(day: dt.date) -> float:
        return round(left + width * (day - first).days, 1)

    placed = _marks({text: at(day) for text, day in marks.items() if day and first <= day <= last})
    top = 6 + LANE * (1 + max((mark.lane for mark in placed), default=-1))

    def height_of(value: float) -> float:
        return round(top + PLOT_HEIGHT * (levels[-1] - value) / (levels[-1] - levels[0]), 1)

    return CourseChart(
        height=top + PLOT_HEIGHT + 20,
        left=left,
        top=top,
        bottom=top + PLOT_HEIGHT,
        zero=height_of(0.0),
        bars=tuple(_bar(month, value, at, height_of, onset) for month, value in course),
        levels=tuple(Tick(place=height_of(level), text=short(level)) for level in levels),
        months=_months([month for month, _ in course], [at(month) for month, _ in course]),
        marks=placed,
    )


def _bar(
    month: dt.date,
    value: float,
    at: Callable[[dt.date], float],
    height_of: Callable[[float], float],
    onset: dt.date | None,
) -> Bar:
    upper, lower = height_of(max(value, 0.0)), height_of(min(value, 0.0))
    return Bar(
        x=at(month) + 0.5,
        y=upper,
        width=round(at(_next_month(month)) - at(month) - 1, 1),
        height=round(lower - upper, 1),
        late=onset is not None and month >= onset.replace(day=1),
    )


def _next_month(month: dt.date) -> dt.date:
    return (month.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def round_levels(values: Sequence[float]) -> list[float]:
    """Round levels around the values and nothing: at most six, a unit of money apart at least."""
    low, high = min(0.0, *values), max(0.0, *values)
    if high - low < 1.0:
        return [0.0, 1.0] if low == 0.0 else [-1.0, 0.0, 1.0]
    rough = (high - low) / 3
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1.0, 2.0, 5.0, 10.0) if size * power >= rough * 0.999)
    return [step * each for each in range(math.floor(low / step), math.ceil(high / step) + 1)]


def _months(months: Sequence[dt.date], places: Sequence[float]) -> tuple[Tick, ...]:
    """January as its year, the other quarters by name; the first month says its year too.

    Where they would touch, a year goes before July, and July before April and October.
    """
    ticks: list[Tick] = []
    wanted = [
        (0 if place == places[0] else _RANKS[month.month], Tick(place=place, text=_told(month, n)))
        for n, (month, place) in enumerate(zip(months, places, strict=True))
        if n == 0 or month.month in _RANKS
    ]
    for _rank, tick in sorted(wanted, key=lambda each: (each[0], each[1].place)):
        if not any(_meet(tick, other) for other in ticks):
            ticks.append(tick)
    return tuple(sorted(ticks, key=lambda tick: tick.place))


_RANKS: Mapping[int, int] = MappingProxyType({1: 1, 7: 2, 4: 3, 10: 3})
"""The months that are told, and which of them go before others."""


def _told(month: dt.date, number: int) -> str:
    if month.month == 1:
        return year(month)
    return month_name(month, year=number == 0)


def _meet(one: Tick, other: Tick) -> bool:
    """Whether two texts, each from its place on, would touch."""
    left, right = (one, other) if one.place <= other.place else (other, one)
    return right.place - left.place <= length_of(left.text) + 4


def _marks(places: Mapping[str, float]) -> tuple[Mark, ...]:
    """Each label in the highest lane where it touches no other."""
    marks: list[Mark] = []
    for text, x in sorted(places.items(), key=lambda item: (item[1], item[0])):
        fits = x + 4 + length_of(text) <= WIDTH
        text_x, anchor = (x + 4, "start") if fits else (x - 4, "end")
        lane = 0
        while any(_touch(text, text_x, anchor, mark) for mark in marks if mark.lane == lane):
            lane += 1
        marks.append(Mark(x=x, text=text, text_x=round(text_x, 1), anchor=anchor, lane=lane))
    return tuple(marks)


def _touch(text: str, text_x: float, anchor: str, other: Mark) -> bool:
    length = length_of(text)
    start = text_x if anchor == "start" else text_x - length
    return start < other.span[1] + 6 and other.span[0] < start + length + 6


def length_of(text: str) -> float:
    """How wide a label is."""
    return LETTER * sum(_room(each) for each in text)


def _room(letter: str) -> float:
    if east_asian_width(letter) in "WF":
        return WIDE
    return BROAD if "\u0400" <= letter <= "\u04ff" else 1.0
