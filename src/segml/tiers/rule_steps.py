"""The least change of the fewest values that crosses an edge of a rule, by exact search.

A criterion is made of straight stretches, so within a choice of stretches the least change is that
of a linear program with one condition: all values but one stand at the end of a stretch (or of what
is allowed), and the last makes up what is lacking, by the inverse of its criterion. So every end of
a stretch is tried for all but one value, and every value in turn for the one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import numpy.typing as npt

from segml.tiers.lever import as_feature
from segml.tiers.rule import Rule

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_BEYOND = 1e-9
"""How much of its range a value goes beyond the edge, so that rounding does not leave it short."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Allowed:
    """How one value may move: the way (1, -1), to what end (n,), of what range, in whole numbers.

    Parameters
    ----------
    way
        1 or -1.
    end
        Shape (n,), the last value that each client is moved to, one that a feature can have.
    size
        The length of the range, the measure of a change.
    is_whole
        Whether only whole numbers are meant.
    """

    way: int
    end: Array
    size: float
    is_whole: bool

    def only(self, rows: npt.NDArray[np.intp]) -> Allowed:
        """The same of some clients."""
        return Allowed(way=self.way, end=self.end[rows], size=self.size, is_whole=self.is_whole)

    def kept(self, wish: Array, value: Array) -> Array:
        """The wishes as they may be had; NaN where one is none, or goes back, or goes too far."""
        if self.is_whole:
            wish = np.ceil(wish) if self.way > 0 else np.floor(wish)
        else:
            wish = as_feature(wish, self.way)
        inside = (self.way * (wish - value) >= 0) & (self.way * (self.end - wish) >= 0)
        return np.where(inside, wish, np.nan)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BeforeEdge:
    """Clients on one side of an edge, and what may move to bring them to its other side.

    Parameters
    ----------
    rule
        The rule, and which `edge` of it.
    sense
        1 to rise over the edge, -1 to fall below it.
    values
        Shape (n, d).
    lacking
        Shape (n,), ≥ 0, the points between each client and the edge.
    allowed
        What may move, by column.
    """

    rule: Rule
    edge: int
    sense: int
    values: Array
    lacking: Array
    allowed: Mapping[int, Allowed]

    def only(self, rows: npt.NDArray[np.intp]) -> BeforeEdge:
        """The same of some clients."""
        return BeforeEdge(
            rule=self.rule,
            edge=self.edge,
            sense=self.sense,
            values=self.values[rows],
            lacking=self.lacking[rows],
            allowed={place: one.only(rows) for place, one in self.allowed.items()},
        )

    def gained(self, place: int, value: Array) -> Array:
        """The points towards the edge that one value brings instead of the client's own."""
        criterion = self.rule.criteria[place]
        if criterion is None:
            return np.zeros(len(value))
        rise = criterion.height(value) - criterion.height(self.values[:, place])
        return np.asarray(self.sense * self.rule.weights[self.edge, place] * rise)

    def closing(self, place: int, lacking: Array) -> Array:
        """What one value has to become to bring the points lacking, (n,); NaN where it cannot."""
        criterion, worth = self.rule.criteria[place], self.rule.weights[self.edge, place]
        if criterion is None or worth == 0:
            return np.full(len(lacking), np.nan)
        own, one = self.values[:, place], self.allowed[place]
        asked = criterion.height(own) + self.sense * lacking / worth
        wish = criterion.value_at(asked) + one.way * _BEYOND * one.size
        return one.kept(wish, own)

    def stops(self, place: int) -> Iterator[Array]:
        """The values at which a stretch ends on the way, and the last one allowed, each (n,)."""
        criterion, one = self.rule.criteria[place], self.allowed[place]
        if criterion is None or self.rule.weights[self.edge, place] == 0:
            return
        own = self.values[:, place]
        for anchor in -criterion.at if criterion.falling else criterion.at:
            yield one.kept(np.full(len(own), anchor), own)
        last = np.trunc(one.end) if one.is_whole and one.way > 0 else one.end
        yield one.kept(np.ceil(last) if one.is_whole and one.way < 0 else last, own)


def fewest(at: BeforeEdge) -> tuple[Array, Array]:
    """The values (n, d) beyond the edge by the fewest changes, and the parts of ranges moved (n,).

    Of as few changes those whose parts add up to least; infinite where nothing allowed is enough.
    What is whole is rounded away from today, and the others give way to what that brings.

    Parameters
    ----------
    at
        The clients, the edge, what may move.
    """
    changed, least = at.values.copy(), np.full(len(at.values), np.inf)
    for number in range(1, len(at.allowed) + 1):
        still = np.flatnonzero(~np.isfinite(least))
        if not len(still):
            break
        some = at.only(still)
        for chosen in combinations(at.allowed, number):
            found, size = _together(some, chosen)
            better = size < least[still]
            least[still[better]] = size[better]
            changed[still[better]] = found[better]
    return changed, least


def _together(at: BeforeEdge, chosen: tuple[int, ...]) -> tuple[Array, Array]:
    """The least change of just these values that crosses the edge, and its size."""
    best, least = at.values.copy(), np.full(len(at.values), np.inf)
    for last in chosen:
        others = [place for place in chosen if place != last]
        for stops in product(*(at.stops(place) for place in others)):
            moved = dict(zip(others, stops, strict=True))
            _take(at, best, least, _closed(at, moved, last))
    if len(chosen) > 1 and any(at.allowed[place].is_whole for place in chosen):
        for last in chosen:
            moved = {place: best[:, place].copy() for place in chosen if place != last}
            _take(at, best, least, _closed(at, moved, last))
    return best, least


def _closed(at: BeforeEdge, moved: Mapping[int, Array], last: int) -> dict[int, Array]:
    """The moved values, and the last one as it has to be with them."""
    lacking = at.lacking.copy()
    for place, value in moved.items():
        lacking -= at.gained(place, value)
    return {**moved, last: at.closing(last, lacking)}


def _take(at: BeforeEdge, best: Array, least: Array, moved: Mapping[int, Array]) -> None:
    """The best changes so far, in place, with those of `moved` that are smaller."""
    size = np.zeros(len(least))
    for place, value in moved.items():
        size += np.abs(value - at.values[:, place]) / at.allowed[place].size
    better = size < least  # a value that cannot be is NaN, and so is its size
    least[better] = size[better]
    for place, value in moved.items():
        best[better, place] = value[better]
