"""What a rule says of every client, criterion by criterion, in the criterion's own unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segml.scoring.across import CHUNK, chunks_of
from segml.tiers import RuleTiers, TierModel


@dataclass(frozen=True, kw_only=True, eq=False)
class Criteria:
    """The criteria of every client of a date: iterated over, they are made chunk by chunk.

    A chunk has the columns `client_id`, `feature`, `value` (in the feature's unit, gaps filled as
    the rule fills them), `points` (of the score), `of_points` (at most), `to_edge` (what would
    have to be added to the value, all else equal, to reach the edge next to the client; missing
    where no value does). A client's points sum to its score. Tiers that are no rule have no rows.

    Parameters
    ----------
    tiers
        The tiers.
    frame
        A snapshot's feature frame.
    assignment
        Its tiers.
    chunk
        The most clients of a chunk.
    """

    tiers: TierModel
    frame: pd.DataFrame
    assignment: pd.DataFrame
    chunk: int = CHUNK

    def __iter__(self) -> Iterator[pd.DataFrame]:
        estimator = self.tiers.estimator
        if not isinstance(estimator, RuleTiers):
            yield _rows(self.frame.index[:0], (), np.empty((4, 0, 0)))
            return
        for rows in chunks_of(len(self.frame), self.chunk):
            yield self._told(estimator, self.frame.iloc[rows], self.assignment.iloc[rows])

    def _told(
        self, estimator: RuleTiers, frame: pd.DataFrame, assignment: pd.DataFrame
    ) -> pd.DataFrame:
        values = self.tiers.values(frame).to_numpy(np.float64)
        worth = estimator.rule_.weights[0]
        read = np.flatnonzero(worth > 0)
        told = np.stack(
            [
                values,
                estimator.rule_.heights(values) * worth,
                np.broadcast_to(worth, values.shape),
                self.tiers.thresholds(frame, assignment).to_numpy(np.float64),
            ]
        )[:, :, read]
        return _rows(frame.index, tuple(self.tiers.columns[place] for place in read), told)


def _rows(clients: pd.Index, features: tuple[str, ...], told: np.ndarray) -> pd.DataFrame:
    """One row a client and feature, both in the order of their names."""
    order = sorted(range(len(features)), key=lambda place: features[place])
    named = pd.Index([features[place] for place in order], dtype="str")
    value, points, worth, distance = told[:, :, order].reshape(4, -1)
    return pd.DataFrame(
        {
            "client_id": pd.Series(clients.repeat(len(features)), dtype="str"),
            "feature": pd.Series(np.tile(named, len(clients)), dtype="str"),
            "value": value,
            "points": points,
            "of_points": worth,
            "to_edge": distance,
        }
    )
