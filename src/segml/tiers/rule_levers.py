"""What would move a client under a rule: the one lever that gets it over an edge by itself.

A rule is a sum of one function a feature, so what a feature alone has to become for its client to
stand on the edge is exact: the inverse of its function at the height that is lacking. Of the levers
that get there within their range the one is told that moves the least part of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.tiers.lever import INNER, PROFIT, Direction, Lever, as_table, most_profit, offered
from segml.tiers.model import TierModel
from segml.tiers.rules import RuleTiers

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_BEYOND = 1e-9
"""How much of its range a lever goes beyond the edge, so that rounding does not leave it short."""


def rule_moves(model: TierModel, frame: pd.DataFrame, assignment: pd.DataFrame) -> pd.DataFrame:
    """The columns of `lever_moves` for a rule; `distance` is the part of its range a lever moves.

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
    at = _Clients(
        model=model,
        estimator=model.estimator,
        ids=frame.index,
        values=values,
        label=assignment["tier_rank"].to_numpy(np.int64) - 1,
        previous=np.asarray(held, dtype=np.int64),
        low=low,
        high=_limits(model, values, high),
    )
    return as_table([at.moved("up", levers), at.moved("down", levers)])


def _limits(model: TierModel, values: Array, high: Array) -> Array:
    """The greatest value each client is moved to, (n, d): profit within a profit rate of sales."""
    each = np.tile(high, (len(values), 1))
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

    def moved(self, direction: Direction, levers: list[tuple[int, Lever]]) -> pd.DataFrame:
        """The rows of one direction: of each client the lever that moves the least of its range."""
        sense = 1 if direction == "up" else -1
        other = self.label - sense
        rows = np.flatnonzero((other >= 0) & (other < self.estimator.n_tiers_))
        pair = np.column_stack([self.label, other])[rows]
        steps = self.estimator.threshold_distances(self.values[rows], pair, self.previous[rows])
        best, chosen = np.full(len(rows), np.inf), np.zeros(len(rows), dtype=np.int64)
        target, found = np.full(len(rows), np.nan), self.label[rows].copy()
        for number, (place, lever) in enumerate(levers):
            wish = self._wish(rows, steps[:, place], place, lever, sense)
            reached, share = self._tried(rows, wish, place, sense)
            better = share < best
            best[better], chosen[better] = share[better], number
            target[better], found[better] = wish[better], reached[better]
        kept = np.flatnonzero(np.isfinite(best))
        places = np.array([place for place, _ in levers])[chosen[kept]]
        who = rows[kept]
        return pd.DataFrame(
            {
                "client_id": self.ids[who],
                "direction": direction,
                "rank": 1,
                "lever": np.array([lever.name for _, lever in levers], dtype=object)[chosen[kept]],
                "feature": np.array(self.model.columns, dtype=object)[places],
                "value": self.values[who, places],
                "target": target[kept],
                "to_tier": np.array(self.model.names, dtype=object)[found[kept]],
                "distance": best[kept],
            }
        )

    def _wish(self, rows: Ints, step: Array, place: int, lever: Lever, sense: int) -> Array:
        """What the lever's value would have to become; NaN where it may not be moved so."""
        way = sense * lever.wanted
        far = self.values[rows, place] + step + way * _BEYOND * self._range(place)
        wish = np.where(step * way >= 0, far, np.nan)
        if lever.is_whole:
            wish = np.ceil(wish) if way > 0 else np.floor(wish)
        inside = (wish >= self.low[place]) & (wish <= self.high[rows, place])
        return np.where(inside, wish, np.nan)

    def _tried(self, rows: Ints, wish: Array, place: int, sense: int) -> tuple[Ints, Array]:
        """The tiers the changed clients are in, and the part of the range moved; inf: in vain."""
        changed = self.values[rows].copy()
        changed[:, place] = np.where(np.isnan(wish), changed[:, place], wish)
        found = self.estimator.assign(changed, self.previous[rows]).label
        moved = np.abs(wish - self.values[rows, place]) / self._range(place)
        arrived = ~np.isnan(wish) & (sense * found < sense * self.label[rows])
        return found, np.where(arrived, moved, np.inf)

    def _range(self, place: int) -> float:
        return float(max(self.high[:, place].max() - self.low[place], 1e-12))
