"""The way one client took: its tier, risk and profit at every published run."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPoint:
    """A client at one run.

    `p_churn` and its range are None of who was not active, `expected_profit` where the run had no
    word on it; `profit_365` is of the 365 days before. `model_version` made the scores.
    """

    as_of: dt.date
    status: str
    tier: str
    tier_rank: int
    is_key: bool
    p_churn: float | None
    p_churn_low: float | None
    p_churn_high: float | None
    expected_profit: float | None
    profit_365: float
    model_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PathFacts:
    """A client's points, the oldest first."""

    points: tuple[PathPoint, ...]

    @property
    def is_told(self) -> bool:
        """Whether there is a way at all: two points or more."""
        return len(self.points) > 1

    @property
    def moves(self) -> int:
        """How often the tier changed from one run to the next."""
        return sum(one.tier != other.tier for one, other in self._pairs())

    @property
    def model_changes(self) -> tuple[dt.date, ...]:
        """The runs from which on another version of the model scored."""
        return tuple(
            after.as_of
            for before, after in self._pairs()
            if before.model_version != after.model_version
        )

    def _pairs(self) -> Iterator[tuple[PathPoint, PathPoint]]:
        return itertools.pairwise(self.points)


def path_facts(rows: Sequence[Mapping[str, Any]]) -> PathFacts:
    """The path of one client.

    Parameters
    ----------
    rows
        Its row of each run, the oldest first, as `stores.Timeline.rows` gives them.
    """
    return PathFacts(points=tuple(PathPoint(**row) for row in rows))
