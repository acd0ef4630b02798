"""A square chart of lines between shares: where each line, tick and dot stands.

Geometry alone, in units of a drawing 360 wide; the template draws it. Nothing here is any
text of the ledger.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from segml.report.course import Tick
from segml.report.figures import percent

LEFT, RIGHT, TOP = 46.0, 22.0, 8.0
SIZE = 360.0 - LEFT - RIGHT
FOOT = 40.0
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line as an SVG path; `dots` where its points are marked, `look` is its class."""

    look: str
    path: str
    dots: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChart:
    """Everything to draw."""

    height: float
    bottom: float
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    lines: tuple[Line, ...]


def line_chart(
    lines: Mapping[str, Points], *, most: float = 1.0, dotted: Sequence[str] = ()
) -> LineChart:
    r"""The chart of some lines, both axes from 0 to the same share.

    Parameters
    ----------
    lines
        The look of each line to its points (x, y), each 0 to 1.
    most
        What both axes reach at least; they end at the next round share.
    dotted
        Looks whose points are marked.

    Examples
    --------
    >>> chart = line_chart({"even": [(0.0, 0.0), (1.0, 1.0)]})
    >>> chart.lines[0].path, [tick.text for tick in chart.up][-1]
    ('M46.0 300.0L338.0 8.0', '100\xa0%')
    """
    step = 0.2 if most > 0.5 else 0.1 if most > 0.2 else 0.05
    parts = max(1, math.ceil(round(most / step, 9)))
    end = step * parts

    def place(point: tuple[float, float]) -> tuple[float, float]:
        x, y = (min(max(value / end, 0.0), 1.0) for value in point)
        return round(LEFT + SIZE * x, 1), round(TOP + SIZE * (1 - y), 1)

    drawn = []
    for look, points in lines.items():
        placed = [place(point) for point in points]
        path = "M" + "L".join(f"{x} {y}" for x, y in placed)
        drawn.append(Line(look=look, path=path, dots=tuple(placed) if look in dotted else ()))
    ticks = [(place((step * k, step * k)), percent(step * k)) for k in range(parts + 1)]
    return LineChart(
        height=TOP + SIZE + FOOT,
        bottom=TOP + SIZE,
        across=tuple(Tick(place=x, text=text) for (x, _), text in ticks),
        up=tuple(Tick(place=y, text=text) for (_, y), text in ticks),
        lines=tuple(drawn),
    )
