"""A client at risk, and how long it has been silent against its own rhythm."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from segml.report.table import Table, as_table


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskFacts:
    """One client at risk: the model's probability, what is at stake, and the strongest reasons.

    `silence_days` and `usual_gap_days` are there where silences are shown and the client has them.
    """

    client_id: str
    name: str
    tier: str
    is_key: bool
    p_churn: float
    p_churn_low: float | None
    p_churn_high: float | None
    profit_365: float
    action: str
    reasons: tuple[tuple[str, str], ...]
    silence_days: float | None = None
    usual_gap_days: float | None = None

    @property
    def stake(self) -> float:
        """The profit that may be lost: the probability times the profit of the last year."""
        return self.p_churn * self.profit_365


def with_silence(
    at_risk: tuple[RiskFacts, ...], features: pd.DataFrame | Table | None
) -> tuple[RiskFacts, ...]:
    """The same clients with their silence and their usual gap, where features were published.

    Parameters
    ----------
    at_risk
        Clients of the run.
    features
        Its features, with `silence_days` and `median_gap_days`; None: nothing is added.
    """
    if features is None:
        return at_risk
    ids = [client.client_id for client in at_risk]
    rows = as_table(features).rows(
        ("client_id", "in", ids), columns=("client_id", "silence_days", "median_gap_days")
    )
    known = {row["client_id"]: row for row in rows}
    return tuple(
        replace(
            client,
            silence_days=known[client.client_id]["silence_days"],
            usual_gap_days=known[client.client_id]["median_gap_days"],
        )
        for client in at_risk
    )
