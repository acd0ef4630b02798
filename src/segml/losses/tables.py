"""The columns of every frame of a loss analysis, in order, each with its kind of value.

A column is added here first; `losses`, `loss_reasons` and `evidence` are the output contract.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

LOSSES: Mapping[str, str] = MappingProxyType(
    {
        "client_id": "str",
        "tier_before": "str",
        "kind": "str",
        "certainty": "str",
        "onset": "object",
        "onset_low": "object",
        "onset_high": "object",
        "lost_on": "object",
        "first_signal": "object",
        "profit_before": "float64",
        "profit_lost": "float64",
        "referral_profit_lost": "float64",
        "reason_1": "str",
        "share_1": "float64",
        "reason_2": "str",
        "share_2": "float64",
        "reason_3": "str",
        "share_3": "float64",
        "first_signal_by": "str",
        "left_on": "object",
        "left_reason": "str",
    }
)
"""One row a lost client, by profit lost, then id. Dates are `datetime.date` or None."""

LOSS_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "client_id": "str",
        "reason": "str",
        "feature": "str",
        "value_before": "float64",
        "value_after": "float64",
        "contribution": "float64",
        "share": "float64",
        "money": "float64",
        "value_earlier": "float64",
    }
)
"""Long: every feature that moved the raw churn score between the last healthy date and the loss,
and one row `(unknown)` a client for what no driver explains."""

EVIDENCE: Mapping[str, str] = MappingProxyType(
    {
        "client_id": "str",
        "reason": "str",
        "table": "str",
        "row_key": "str",
        "date": "object",
        "text_code": "str",
        "amount": "float64",
    }
)
"""One row a ledger row that stands behind a reason."""

DEMOTED: Mapping[str, str] = MappingProxyType(
    {
        "client_id": "str",
        "tier_before": "str",
        "tier_after": "str",
        "value_before": "float64",
        "value_after": "float64",
    }
)
"""Key clients that fell out of the key tiers without being lost; value of 365 days, in money."""

COURSE: Mapping[str, str] = MappingProxyType(
    {
        "client_id": "str",
        "month": "object",
        "orders": "int64",
        "revenue": "float64",
        "profit": "float64",
    }
)
"""One row a lost client and month, empty months too."""

PATH: Mapping[str, str] = MappingProxyType(
    {
        "client_id": "str",
        "last_healthy": "object",
        "explained_at": "object",
        "tier_before": "str",
        "tier_after": "str",
        "p_churn_before": "float64",
        "p_churn_after": "float64",
        "raw_churn_before": "float64",
        "raw_churn_after": "float64",
        "last_order": "object",
        "due_on": "object",
    }
)
"""One row a lost client: where it stood on the two dates its reasons are taken between."""

MARGINS: Mapping[str, str] = MappingProxyType(
    {
        "client_id": "str",
        "feature": "str",
        "value_before": "float64",
        "value_after": "float64",
        "contribution": "float64",
    }
)
"""Long: every value coordinate that moved the tier margin between the same two dates (one pair of
centroids, that of the earlier date)."""

PROFIT_PARTS: Mapping[str, str] = MappingProxyType(
    {
        "client_id": "str",
        "part": "str",
        "value_before": "float64",
        "value_after": "float64",
        "money": "float64",
    }
)
"""Long: where the profit of a client that shrank or became unprofitable went (`profit_parts`). The
value of `volume` is sales at list price a year, of the others their share of those sales; money is
the profit a year that is gone by that part, negative where it improved."""

EVENT_IMPACT: Mapping[str, str] = MappingProxyType(
    {
        "event_id": "str",
        "outcome": "str",
        "effect": "float64",
        "low": "float64",
        "high": "float64",
        "p_adjusted": "float64",
        "pretrend_p": "float64",
        "exposed": "int64",
        "compared": "int64",
        "verdict": "str",
    }
)
"""One row an event and outcome (`lost`, `profit`): what became of the clients it reached against
comparable ones (`impact`). No effect where the verdict says why there is none."""

COMPANY_EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "event_id": "str",
        "date": "object",
        "kind": "str",
        "scope": "str",
        "scope_value": "object",
        "magnitude": "float64",
        "description": "object",
        "together": "str",
        "beside": "object",
    }
)
"""One row an event of `EVENT_IMPACT`, as the ledger tells it; the first event of those that count
as one with it, and one that reached the same clients at the time."""


LOSSES_BY: Mapping[str, str] = MappingProxyType(
    {
        "dimension": "str",
        "value": "str",
        "clients": "int64",
        "money": "float64",
        "referral_money": "float64",
        "share": "float64",
    }
)
"""Long: the profit lost a year by every dimension (`together`); each sums to the total."""

LOSS_FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "reason": "str",
        "source": "str",
        "value": "str",
        "clients": "int64",
        "money": "float64",
        "referral_money": "float64",
        "share": "float64",
    }
)
"""What is in our own hand to mend, and the thing that each part comes from, the dearest first."""

LOSS_EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "event_id": "str",
        "date": "object",
        "kind": "str",
        "scope": "str",
        "scope_value": "str",
        "magnitude": "float64",
        "description": "str",
    }
)
"""What is written of every event that a part of the losses goes with."""

LOSS_DRIVERS: Mapping[str, str] = MappingProxyType(
    {
        "feature": "str",
        "reason": "str",
        "lost": "int64",
        "compared": "int64",
        "lost_share": "float64",
        "compared_share": "float64",
        "ratio": "float64",
        "ratio_low": "float64",
        "ratio_high": "float64",
        "p_adjusted": "float64",
        "verdict": "str",
    }
)
"""One row a driver: how often it had risen before a loss, and among comparable clients that stayed
(`compared`)."""

LOSS_TREND: Mapping[str, str] = MappingProxyType(
    {
        "quarter": "str",
        "first_day": "object",
        "last_day": "object",
        "lost": "int64",
        "money": "float64",
        "referral_money": "float64",
        "key_clients": "int64",
        "key_lost": "int64",
        "rate": "float64",
        "rate_low": "float64",
        "rate_high": "float64",
    }
)
"""One row a quarter between the two dates: its losses, and the rate of its own key clients."""

RECORDED_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "left_reason": "str",
        "reason": "str",
        "clients": "int64",
        "share": "float64",
        "usual_share": "float64",
        "p_adjusted": "float64",
        "goes_together": "bool",
    }
)
"""One row a text that people recorded and a reason: what is told of those clients, and of all."""

RELIEF: Mapping[str, str] = MappingProxyType(
    {
        "client_id": "str",
        "tier_before": "str",
        "certainty": "str",
        "onset": "object",
        "lost_on": "object",
        "care_minutes": "float64",
        "cost_freed": "float64",
        "profit_forgone": "float64",
        "left_reason": "str",
    }
)
"""Departures that are a relief (`relief`), the most profit saved first; a year's care and money."""


def framed(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """The rows as a frame with exactly these columns and types, even when there are no rows.

    Parameters
    ----------
    rows
        Each with a value for every column.
    columns
        Column to dtype, in order.

    Examples
    --------
    >>> list(framed([], MARGINS).columns)[:2]
    ['client_id', 'feature']
    """
    return pd.DataFrame(
        {
            name: pd.Series([row[name] for row in rows], dtype=dtype)
            for name, dtype in columns.items()
        }
    )
