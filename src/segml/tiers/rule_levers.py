"""What would move a client under a rule: the fewest levers that get it over an edge together.

A rule is a sum of one function a feature, so the least change of the fewest levers is found exactly
(see `rule_steps`). It is tried by assigning the changed client anew; one that does not lead out of
the tier is not told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.tiers.lever import (
    INNER,
    PROFIT,
    Direction,
    Lever,
    as_feature,
    as_table,
    most_profit,
    offered,
)
from segml.tiers.model import TierModel
from segml.tiers.reach import most_asked
from segml.tiers.rule_steps import Allowed, BeforeEdge, fewest
from segml.tiers.rules import RuleTiers

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
CHUNK = 65_536
"""Clients that are moved at a time."""


def rule_moves(model: TierModel, frame: pd.DataFrame, assignment: pd.DataFrame) -> pd.DataFrame:
    """The columns of `lever_moves` for a rule; `distance` sums the parts of ranges that are moved.

    Parameters
    ----------
    model
        The fitted tiers of a rule scheme.
    frame
        The clients to move, feature columns; their values are the range that is moved in.
    assignment
        What `model.assign` gave for them.

    Raises
    ------
    TypeError
        If the tiers are not a rule.
    """
    if not isinstance(model.estimator, RuleTiers):
        raise TypeError(f"{type(model.estimator).__name__} is no rule")
    levers, values = offered(model.columns), model.values(frame).to_numpy(np.float64)
    if not levers or not len(values):
        return as_table([])
    low, high = np.quantile(values, ((1 - INNER) / 2, (1 + INNER) / 2), axis=0)
    held = pd.Index(model.names).get_indexer(pd.Index(assignment["previous_tier"]))
    limits = _limits(model, values, high, most_asked(frame, model.columns))
    label, parts = assignment["tier_rank"].to_numpy(np.int64) - 1, []
    for start in range(0, len(values), CHUNK):
        rows = slice(start, start + CHUNK)
        at = _Clients(
            model=model,
            estimator=model.estimator,
            ids=frame.index[rows],
            values=values[rows],
            label=label[rows],
            previous=np.asarray(held[rows], dtype=np.int64),
            low=low,
            high=limits[rows],
            sizes=np.maximum(limits.max(axis=0) - low, 1e-12),
        )
        parts += [at.moved("up", levers), at.moved("down", levers)]
    return as_table(parts)


def _limits(model: TierModel, values: Array, high: Array, most: Array) -> Array:
    """The greatest value each client is moved to, (n, d): in reach, and profit within a rate."""
    each = np.minimum(high, most)
    if PROFIT in model.columns:
        profit = model.columns.index(PROFIT)
        each[:, profit] = np.minimum(each[:, profit], most_profit(model.columns, values))
    return each


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Clients:
    """Clients under a rule: their values, tiers, and how far each value is moved."""

    model: TierModel
    estimator: RuleTiers
    ids: pd.Index
    values: Array
    label: Ints
    previous: Ints
    low: Array
    high: Array
    sizes: Array

    def moved(self, direction: Direction, levers: list[tuple[int, Lever]]) -> pd.DataFrame:
        """The rows of `lever_moves` in one direction."""
        sense = 1 if direction == "up" else -1
        changed, least = self._least(levers, sense)
        found = self.estimator.assign(changed, self.previous).label
        arrived = np.isfinite(least) & (sense * found < sense * self.label)
        places = np.array([place for place, _ in levers])
        used = (changed[:, places] != self.values[:, places]) & arrived[:, None]
        who, which = np.nonzero(used)
        where = places[which]
        return pd.DataFrame(
            {
                "client_id": self.ids[who],
                "direction": direction,
                "rank": used.cumsum(axis=1)[who, which],
                "lever": np.array([lever.name for _, lever in levers], dtype=object)[which],
                "feature": np.array(self.model.columns, dtype=object)[where],
                "value": self.values[who, where],
                "target": changed[who, where],
                "to_tier": np.array(self.model.names, dtype=object)[found[who]],
                "distance": least[who],
            }
        )

    def _least(self, levers: list[tuple[int, Lever]], sense: int) -> tuple[Array, Array]:
        """The changed values, and the size of the change: over the nearest edge that gives way.

        A tier may be closed to a client whatever is moved (`potential` without room): then the one
        above it is aimed at. Whoever falls below the edge of its own tier has left it.
        """
        rule = self.estimator.rule_
        points = rule.standing(rule.heights(self.values), self.previous)
        changed, least = self.values.copy(), np.full(len(self.values), np.inf)
        for further in range(rule.n_tiers - 1 if sense > 0 else 1):
            aimed = self.label - 1 - further if sense > 0 else self.label
            for edge in range(rule.n_tiers - 1):
                rows = np.flatnonzero((aimed == edge) & ~np.isfinite(least))
                if len(rows):
                    at = BeforeEdge(
                        rule=rule,
                        edge=edge,
                        sense=sense,
                        values=self.values[rows],
                        lacking=-sense * points[rows, edge],
                        allowed=self._allowed(rows, levers, sense),
                    )
                    changed[rows], least[rows] = fewest(at)
        return changed, least

    def _allowed(
        self, rows: npt.NDArray[np.intp], levers: list[tuple[int, Lever]], sense: int
    ) -> dict[int, Allowed]:
        found = {}
        for place, lever in levers:
            way = sense * lever.wanted
            end = self.high[rows, place] if way > 0 else np.full(len(rows), self.low[place])
            size = float(self.sizes[place])
            end = as_feature(end, -way)
            found[place] = Allowed(way=way, end=end, size=size, is_whole=lever.is_whole)
        return found
