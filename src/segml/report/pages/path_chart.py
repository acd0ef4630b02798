"""The way of one client as a chart: three strips over one line of time, told apart without colour.

Geometry alone, in units of a drawing 360 wide; the template draws it. On top a lane a tier with the
steps through them, then the risk as dots with its range, at the foot the profit: columns of what
was, rings of what is expected.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from segml.report import called
from segml.report.course import (
    LEFT,
    LETTER,
    LEVEL_LETTERS,
    RIGHT,
    WIDTH,
    Bar,
    Tick,
    length_of,
    round_levels,
)
from segml.report.figures import day as day_text
from segml.report.figures import percent, short
from segml.report.pages.path import PathFacts, PathPoint

LANE, HEAD, STRIP, FOOT = 30.0, 26.0, 84.0, 22.0
INSET = 10.0
"""From the edges of the plot to the first and the last run."""
BROADEST = 14.0
"""How broad a column is at most."""
Placed = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A tier's line: what it is called stands above it."""

    tier: str
    name: str
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A risk, and from where to where its range goes (None: no range is known)."""

    x: float
    y: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One part of the drawing: where its name stands, its levels, its line as an SVG path."""

    name_y: float
    levels: tuple[Tick, ...]
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PathChart:
    """Everything to draw; `right` and `bottom` are where the plot ends."""

    height: float
    left: float
    right: float
    bottom: float
    lanes: tuple[Lane, ...]
    tiers: Strip
    steps: tuple[Placed, ...]
    risk: Strip
    dots: tuple[Dot, ...]
    profit: Strip
    columns: tuple[Bar, ...]
    rings: tuple[Placed, ...]
    zero: float
    models: tuple[float, ...]
    days: tuple[Tick, ...]


def path_chart(facts: PathFacts) -> PathChart:
    """The chart of a client's points; two at least.

    Parameters
    ----------
    facts
        With `is_told`.
    """
    points = facts.points
    money = round_levels([each for point in points for each in _sums(point)])
    letters = max(length_of(short(level)) for level in money)
    left = LEFT + max(0.0, letters - LETTER * LEVEL_LETTERS)
    at = _across(points, left)
    lanes = _lanes(points)
    risk_top = LANE * len(lanes) + 2 * HEAD - 8
    profit_top = risk_top + STRIP + HEAD
    bottom = profit_top + STRIP
    shares = _shares(points)
    up = _upwards(shares, risk_top)
    worth = _upwards(money, profit_top)
    steps = tuple((at(point.as_of), _lane_of(lanes, point).y) for point in points)
    dots = tuple(_dot(point, at, up) for point in points if point.p_churn is not None)
    rings = tuple(
        (at(point.as_of), worth(point.expected_profit))
        for point in points
        if point.expected_profit is not None
    )
    return PathChart(
        height=bottom + FOOT,
        left=left,
        right=WIDTH - RIGHT,
        bottom=bottom,
        lanes=lanes,
        tiers=Strip(name_y=HEAD - 8, levels=(), line=_stairs(steps)),
        steps=steps,
        risk=Strip(
            name_y=risk_top - 8,
            levels=tuple(Tick(place=up(share), text=percent(share)) for share in shares),
            line=_line(points, at, lambda point: _placed(up, point.p_churn)),
        ),
        dots=dots,
        profit=Strip(
            name_y=profit_top - 8,
            levels=tuple(Tick(place=worth(level), text=short(level)) for level in money),
            line=_line(points, at, lambda point: _placed(worth, point.expected_profit)),
        ),
        columns=_columns(points, at, worth),
        rings=rings,
        zero=worth(0.0),
        models=tuple(at(each) for each in facts.model_changes),
        days=_days(points, left),
    )


def _sums(point: PathPoint) -> list[float]:
    return [each for each in (point.profit_365, point.expected_profit) if each is not None]


def _across(points: Sequence[PathPoint], left: float) -> Callable[[dt.date], float]:
    """Where a day stands."""
    first, last = points[0].as_of, points[-1].as_of
    start, end = left + INSET, WIDTH - RIGHT - INSET

    def at(day: dt.date) -> float:
        return round(start + (end - start) * (day - first).days / (last - first).days, 1)

    return at


def _upwards(levels: Sequence[float], top: float) -> Callable[[float], float]:
    """How high a value stands between the least and the greatest level."""

    def height_of(value: float) -> float:
        share = (levels[-1] - value) / (levels[-1] - levels[0])
        return round(top + STRIP * share, 1)

    return height_of


def _placed(up: Callable[[float], float], value: float | None) -> float | None:
    return None if value is None else up(value)


def _lanes(points: Sequence[PathPoint]) -> tuple[Lane, ...]:
    """A lane for every tier that was held, the highest on top."""
    names = sorted({(point.tier_rank, point.tier) for point in points})
    return tuple(
        Lane(tier=name, name=called.tier(name), y=HEAD + LANE * (place + 1) - 8)
        for place, (_rank, name) in enumerate(names)
    )


def _lane_of(lanes: Sequence[Lane], point: PathPoint) -> Lane:
    return next(lane for lane in lanes if lane.tier == point.tier)


def _shares(points: Sequence[PathPoint]) -> tuple[float, ...]:
    """Round levels from nothing to above every risk and its range."""
    told = [(point.p_churn, point.p_churn_high) for point in points]
    most = max((each or 0.0 for pair in told for each in pair), default=0.0)
    step = 0.5 if most > 0.5 else 0.25 if most > 0.2 else 0.1 if most > 0.1 else 0.05
    return tuple(step * place for place in range(max(1, math.ceil(most / step - 1e-9)) + 1))


def _dot(point: PathPoint, at: Callable[[dt.date], float], up: Callable[[float], float]) -> Dot:
    assert point.p_churn is not None
    low, high = _placed(up, point.p_churn_low), _placed(up, point.p_churn_high)
    return Dot(x=at(point.as_of), y=up(point.p_churn), low=low, high=high)


def _stairs(steps: Sequence[Placed]) -> str:
    """Each tier held until the next run."""
    first, *rest = steps
    return f"M{first[0]} {first[1]}" + "".join(f"H{x}V{y}" for x, y in rest)


def _line(
    points: Sequence[PathPoint],
    at: Callable[[dt.date], float],
    height_of: Callable[[PathPoint], float | None],
) -> str:
    """A line through what is known, broken where nothing is."""
    told, pen = "", "M"
    for point in points:
        y = height_of(point)
        if y is None:
            pen = "M"
            continue
        told += f"{pen}{at(point.as_of)} {y}"
        pen = "L"
    return told


def _columns(
    points: Sequence[PathPoint], at: Callable[[dt.date], float], up: Callable[[float], float]
) -> tuple[Bar, ...]:
    """What the 365 days before each run brought; as broad as the nearest two runs leave room."""
    places = [at(point.as_of) for point in points]
    gap = min(after - before for before, after in itertools.pairwise(places))
    width = round(min(BROADEST, max(1.0, 0.7 * gap)), 1)
    found = []
    for point, x in zip(points, places, strict=True):
        upper, lower = up(max(point.profit_365, 0.0)), up(min(point.profit_365, 0.0))
        found.append(
            Bar(
                x=round(x - width / 2, 1),
                y=upper,
                width=width,
                height=round(lower - upper, 1),
                late=False,
            )
        )
    return tuple(found)


def _days(points: Sequence[PathPoint], left: float) -> tuple[Tick, ...]:
    """The first day at the left end, the last at the right one."""
    return (
        Tick(place=round(left, 1), text=day_text(points[0].as_of)),
        Tick(place=WIDTH - RIGHT, text=day_text(points[-1].as_of)),
    )
