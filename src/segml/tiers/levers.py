"""What would move a client: the smallest changes in the fewest levers that leave its tier.

Levers are those coordinates of value space that a firm can move, each in the one direction that is
worth wanting; history and attributes stay as they are. A change is a step along a ray z + t·u, with
u (‖u‖ = 1) on the levers alone. With the squared distances D, hysteresis added, the step ends
nearer to the centroid b than to c as soon as

    D_c − D_b + 2 t u·(b − c)  ≥  0,

which is linear in t: the least t that meets it for every c outside the tiers aimed at is exact, and
z + t·u goes back to money and counts by the inverse of the monotone map. With one lever u is that
coordinate. With several it is the steepest of the directions allowed from the own centroid to b,
which is the shortest way where the own centroid decides.

Every change is tried by assigning the changed client anew; one that does not lead out of the tier
is not told. None goes beyond what 98 of 100 of the clients keep to in that coordinate, and profit
from the same sales, or sales for the same profit, not beyond the profit rate that 99 of 100 of them
keep to, and no trade beyond what the client's like came to within a year (`reach`). The levers of a
rule are in `rule_levers`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from segml.tiers.centroids import Array, Ints
from segml.tiers.clusters import ClusterTiers
from segml.tiers.lever import (
    INNER,
    PROFIT,
    SALES,
    Direction,
    Lever,
    as_feature,
    as_table,
    most_profit,
    offered,
)
from segml.tiers.model import TierModel
from segml.tiers.reach import most_asked
from segml.tiers.rule_levers import rule_moves
from segml.tiers.steps import Bools, Standing, steps

CHUNK = 32_768
"""Clients that are moved at a time."""
AT_ONCE = 2
"""Such chunks that are moved side by side."""
_BEYOND = 1e-9
"""How much further than the border a step goes, so that rounding does not leave it short."""


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """The shortest steps found: how far, along what direction (n, d), by how many levers."""

    length: Array
    way: Array


def lever_moves(model: TierModel, frame: pd.DataFrame, assignment: pd.DataFrame) -> pd.DataFrame:
    """The smallest changes that lift each client out of its tier, and that let it fall.

    Parameters
    ----------
    model
        The fitted tiers.
    frame
        The clients to move, feature columns; their values are the range that is moved in.
    assignment
        What `model.assign` gave for them.

    Returns
    -------
    DataFrame
        One row a client, direction and lever, in that order: `client_id`; `direction` (`up`: to
        a higher tier, `down`: to a lower one, each by the fewest levers and with them by the least
        change); `rank` of the lever, from 1; `lever`; `feature`, its `value` and the `target` it
        has to reach, in its unit; `to_tier`, where that leads; `distance`, the length of the whole
        step in value space.
        None for a client that no allowed change moves.
    """
    estimator = model.estimator
    if not isinstance(estimator, ClusterTiers):
        return rule_moves(model, frame, assignment)
    values = model.values(frame).to_numpy(np.float64)
    found = offered(model.columns)
    if not found or not len(values):
        return as_table([])
    z = estimator.transform(values)
    low, high = _range(model, estimator, values, z)
    most = most_asked(frame, model.columns)
    within = estimator.map_.apply(np.where(np.isfinite(most), most, values))
    high = np.where(np.isfinite(most), np.minimum(high, within), high)
    previous = np.asarray(
        pd.Index(model.names).get_indexer(pd.Index(assignment["previous_tier"])), np.int64
    )
    label = assignment["tier_rank"].to_numpy(np.int64) - 1
    at = Standing(z=z, label=label, previous=previous, low=low, high=high)

    def moved(start: int) -> list[pd.DataFrame]:
        rows = slice(start, start + CHUNK)
        portion = _Portion(
            model=model,
            estimator=estimator,
            clients=frame.index[rows],
            values=values[rows],
            at=at.only(rows),
        )
        return [portion.moved("up", found), portion.moved("down", found)]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return as_table(
            [part for each in pool.map(moved, range(0, len(z), CHUNK)) for part in each]
        )


def _range(
    model: TierModel, estimator: ClusterTiers, values: Array, z: Array
) -> tuple[Array, Array]:
    """The least and the greatest value of each coordinate that a client is moved to, (n, d).

    No profit is asked of sales that cannot bring it: neither more of the same, nor the same of
    less.
    """
    ends = np.quantile(z, ((1 - INNER) / 2, (1 + INNER) / 2), axis=0)
    low, high = (np.tile(end, (len(z), 1)) for end in ends)
    profits = most_profit(model.columns, values)
    if np.isfinite(profits).all():
        profit, sales = (model.columns.index(name) for name in (PROFIT, SALES))
        most, least = values.copy(), values.copy()
        most[:, profit] = profits
        earned, sold = values[:, profit], values[:, sales]
        part = np.divide(earned, profits, out=np.zeros_like(earned), where=profits > 0.0)
        least[:, sales] = np.clip(part, 0.0, 1.0) * sold
        high[:, profit] = np.minimum(high[:, profit], estimator.map_.apply(most)[:, profit])
        low[:, sales] = np.maximum(low[:, sales], estimator.map_.apply(least)[:, sales])
    return low, high


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Portion:
    """Some clients, their values, and where they stand in value space."""

    model: TierModel
    estimator: ClusterTiers
    clients: pd.Index
    values: Array
    at: Standing

    def moved(self, direction: Direction, levers: list[tuple[int, Lever]]) -> pd.DataFrame:
        """The rows of `lever_moves` in one direction."""
        sense = 1 if direction == "up" else -1
        step = self._shortest(sense, levers)
        target = self._target(step, sense, levers)
        found = self.estimator.assign(target, self.at.previous).label
        reached = np.isfinite(step.length) & (sense * found < sense * self.at.label)
        return self._rows(direction, levers, step, (target, found, reached))

    def _shortest(self, sense: int, levers: list[tuple[int, Lever]]) -> _Step:
        """The shortest step by the fewest levers; infinite where there is none."""
        centroids = self.estimator.centroids_
        best = _Step(np.full(len(self.at.z), np.inf), np.zeros_like(self.at.z))
        for number in range(1, len(levers) + 1):
            still = np.flatnonzero(~np.isfinite(best.length))
            if not len(still):
                break
            part = self.at.only(still)
            for chosen in combinations(levers, number):
                signs = {place: sense * lever.wanted for place, lever in chosen}
                for length, way in steps(part, centroids, signs, sense):
                    better = length < best.length[still]
                    best.length[still[better]] = length[better]
                    best.way[still[better]] = way[better]
        return best

    def _target(self, step: _Step, sense: int, levers: list[tuple[int, Lever]]) -> Array:
        """The changed values; whole numbers of what is counted, on the far side of the border."""
        far = np.where(np.isfinite(step.length), step.length * (1 + _BEYOND) + _BEYOND, 0.0)
        changed = self.estimator.map_.invert(self.at.z + far[:, None] * step.way)
        target = np.where(step.way != 0, changed, self.values)
        for place, lever in levers:
            way = sense * lever.wanted
            if lever.is_whole:
                target[:, place] = (np.ceil if way > 0 else np.floor)(target[:, place])
            else:
                target[:, place] = as_feature(target[:, place], way)
        return target

    def _rows(
        self,
        direction: Direction,
        levers: list[tuple[int, Lever]],
        step: _Step,
        outcome: tuple[Array, Ints, Bools],
    ) -> pd.DataFrame:
        target, found, reached = outcome
        places = np.array([place for place, _ in levers])
        used = (step.way[:, places] != 0) & reached[:, None]
        who, which = np.nonzero(used)
        where = places[which]
        names = np.array([lever.name for _, lever in levers], dtype=object)
        rank = used.cumsum(axis=1)[who, which]
        return pd.DataFrame(
            {
                "client_id": self.clients[who],
                "direction": direction,
                "rank": rank,
                "lever": names[which],
                "feature": np.array(self.model.columns, dtype=object)[where],
                "value": self.values[who, where],
                "target": target[who, where],
                "to_tier": np.array(self.model.names, dtype=object)[found[who]],
                "distance": step.length[who],
            }
        )
