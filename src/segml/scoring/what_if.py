"""What a client's tier and risk would be with other figures: asked of the bundle that scored it.

The client's published features are the row; some levers are moved, all else (history, size, the
tier held before) stays. The tiers' own rules and the churn model give the answer, as they do at
night: with nothing moved it is the published score.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segml.bundle import Bundle
from segml.scoring.answers import Answer, LeverToday, Limit
from segml.tiers import LeverRanges, lever_features, lever_ranges

CLOSE = 1e-9
"""How far what today's figures give may be from what was published."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WhatIf:
    """One active client before the bundle that scored it.

    Parameters
    ----------
    bundle
        The verified version of the published run.
    client
        One row, the client's published features, indexed by its id.
    previous
        The tier held before, as published; None: none.
    """

    bundle: Bundle
    client: pd.DataFrame
    previous: str | None

    @property
    def levers(self) -> tuple[LeverToday, ...]:
        """What may be moved, in the order of `tiers.LEVERS`."""
        values = self.bundle.tiers.values(self.client).iloc[0]
        return tuple(
            LeverToday(
                lever=lever.name,
                feature=lever.features[0],
                value=float(values[lever.features[0]]),
                is_whole=lever.is_whole,
            )
            for lever in lever_features(self.bundle.tiers)
        )

    def limits(self, ranges: LeverRanges, changes: Mapping[str, float]) -> tuple[Limit, ...]:
        """How far each lever may be moved.

        Parameters
        ----------
        ranges
            Of the run's active clients, see `ranges_of`.
        changes
            Lever to its new value; more sales allow more profit.
        """
        today = {each.lever: each.value for each in self.levers}
        sales = changes.get("spend", today.get("spend"))
        ends = {name: ranges.of(name, today=value, sales=sales) for name, value in today.items()}
        return tuple(Limit(lever=name, low=low, high=high) for name, (low, high) in ends.items())

    def ask(self, changes: Mapping[str, float]) -> Answer:
        """The scores with some levers moved; with none, those of today.

        Parameters
        ----------
        changes
            Lever to its new value, in its feature's unit.

        Raises
        ------
        KeyError
            If the tiers do not read a lever.
        """
        row = self._changed(changes)
        placed = self._placed(row)
        churn, encoder = self.bundle.churn, self.bundle.encoder
        X = encoder.matrix(row[list(encoder.columns)])
        low, high = churn.interval(X)
        rival = placed["tier_rival"]
        return Answer(
            tier=str(placed["tier"]),
            tier_rank=int(placed["tier_rank"]),
            tier_rival=None if pd.isna(rival) else str(rival),
            tier_margin=float(placed["tier_margin"]),
            p_churn=float(churn.probability(X)[0]),
            p_churn_low=float(low[0]),
            p_churn_high=float(high[0]),
        )

    def holds(self, tier: str, margin: float) -> bool:
        """Whether today's figures give this tier and margin: what was published of the client."""
        placed = self._placed(self.client)
        near = math.isclose(placed["tier_margin"], margin, rel_tol=CLOSE, abs_tol=CLOSE)
        return bool(placed["tier"] == tier and near)

    def _changed(self, changes: Mapping[str, float]) -> pd.DataFrame:
        """The client's row with some levers moved."""
        features = {each.lever: each.feature for each in self.levers}
        row = self.client.copy()
        for lever, value in changes.items():
            row[features[lever]] = np.float32(value)  # as features are rounded at night
        return row

    def _placed(self, row: pd.DataFrame) -> pd.Series:
        held = pd.Series([self.previous], index=row.index, dtype=object)
        return self.bundle.tiers.assign(row, held).iloc[0]


def lever_columns(bundle: Bundle) -> tuple[str, ...]:
    """The features whose ranges `ranges_of` takes from the active clients."""
    return tuple(lever.features[0] for lever in lever_features(bundle.tiers))


def ranges_of(bundle: Bundle, active: pd.DataFrame) -> LeverRanges:
    """The ranges in which levers may be moved.

    Parameters
    ----------
    bundle
        The version that scored.
    active
        The run's active clients, the columns of `lever_columns`.
    """
    return lever_ranges(bundle.tiers, active)
