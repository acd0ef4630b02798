"""Churn at several horizons at once, never crossing.

A longer silence holds every shorter one, so the risk of no order can only fall as the horizon
grows. Here it does by construction: each horizon is one step from its neighbour, and a step to a
shorter one only adds, a step to a longer one only takes. The primary horizon's risk is the churn
score's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from segml.ledger import Future
from segml.outcomes.horizon_head import Head
from segml.outcomes.rows import Matrix, Values


def waits(future: Future, client_ids: pd.Index) -> pd.Series:
    """The days from the horizon's first to each client's first order in it; NaN where none came.

    Parameters
    ----------
    future
        The horizon; a return is no order.
    client_ids
        The clients asked about.

    Returns
    -------
    Series
        float64 named `wait`, index `client_ids`.
    """
    first = future.frame(
        "select c.client_id, min(l.day) - {start} as wait from {lines} l "
        "join {clients} c using (client) where l.is_order group by c.client_id"
    )
    found = first.set_index("client_id")["wait"].astype(np.float64)
    return found.reindex(client_ids).rename("wait")


@dataclass(frozen=True, kw_only=True)
class Horizons:
    """Churn at several horizons.

    Parameters
    ----------
    primary_days
        The horizon of the churn score.
    heads
        One for each other horizon, shortest first; each starts from its neighbour.
    """

    primary_days: int
    heads: tuple[Head, ...]

    @property
    def days(self) -> tuple[int, ...]:
        """Every horizon, the primary one among them, shortest first."""
        return tuple(sorted({self.primary_days, *(head.horizon_days for head in self.heads)}))

    def probabilities(self, p: Values, odds: Values, X: Matrix, columns: Sequence[str]) -> Values:
        """The probability of no order in each horizon, shape (n, k), a column each of `days`.

        It never rises along a row, and the primary column is `p` bit for bit.

        Parameters
        ----------
        p, odds
            The primary probability as published and in log-odds, shape (n,).
        X, columns
            Features, float32 of shape (n, p), and their p names.
        """
        told = {self.primary_days: p}
        for head in sorted(self.heads, key=self._distance):
            nearer, step = told[head.given_days], expit(head.odds(odds, X, columns))
            if head.horizon_days < self.primary_days:
                told[head.horizon_days] = np.minimum(nearer + (1.0 - nearer) * step, 1.0)
            else:
                told[head.horizon_days] = nearer * step
        return np.column_stack([told[days] for days in self.days])

    def _distance(self, head: Head) -> int:
        return abs(head.horizon_days - self.primary_days)

    def to_json(self) -> dict[str, Any]:
        """The horizons as plain values."""
        return {
            "primary_days": self.primary_days,
            "heads": [head.to_json() for head in self.heads],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Horizons:
        """The horizons read back, equal to those written."""
        heads = tuple(Head.from_json(one) for one in value["heads"])
        return cls(primary_days=value["primary_days"], heads=heads)
