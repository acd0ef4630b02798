"""Churn at several horizons at once, never crossing.

A longer silence holds every shorter one, so the risk of no order can only fall as the horizon
grows. That is made sure of client by client, and the primary horizon's risk is never touched.
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
        One for each other horizon, shortest first.
    """

    primary_days: int
    heads: tuple[Head, ...]

    @property
    def days(self) -> tuple[int, ...]:
        """Every horizon, the primary one among them, shortest first."""
        return tuple(sorted({self.primary_days, *(head.horizon_days for head in self.heads)}))

    def probabilities(
        self, p: Values, odds: Values, X: Matrix, columns: Sequence[str]
    ) -> tuple[Values, Values]:
        """The probability of no order in each horizon, and whether ordering moved it.

        Parameters
        ----------
        p, odds
            The primary probability as published and in log-odds, shape (n,).
        X, columns
            Features, float32 of shape (n, p), and their p names.

        Returns
        -------
        told, moved
            float64 and bool of shape (n, k), a column each of `days`; `told` never rises along a
            row, and its primary column is `p` bit for bit.
        """
        by_days = {head.horizon_days: expit(head.odds(odds, X, columns)) for head in self.heads}
        by_days[self.primary_days] = p
        plain = np.column_stack([by_days[days] for days in self.days])
        told = uncrossed(plain, primary=self.days.index(self.primary_days))
        return told, told != plain

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


def uncrossed(plain: Values, *, primary: int) -> Values:
    """The probabilities with none above that of a shorter horizon; the primary column stays.

    Parameters
    ----------
    plain
        Shape (n, k), horizons by rising length.
    primary
        The column that everything else gives way to: shorter horizons are raised to it where they
        lie below, longer ones lowered.

    Examples
    --------
    >>> uncrossed(np.array([[0.4, 0.5, 0.6, 0.1]]), primary=1).tolist()
    [[0.5, 0.5, 0.5, 0.1]]
    """
    told = np.array(plain, dtype=np.float64)
    told[:, : primary + 1] = np.maximum.accumulate(told[:, primary::-1], axis=1)[:, ::-1]
    told[:, primary:] = np.minimum.accumulate(told[:, primary:], axis=1)
    return told
