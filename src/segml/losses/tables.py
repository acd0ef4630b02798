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


NEXT_LOST: Mapping[str, str] = MappingProxyType(
    {
        "client_id": "str",
        "rank": "int64",
        "chance": "float64",
        "horizon_days": "int64",
        "profit_365": "float64",
        "profit_at_risk": "float64",
        "days_left": "float64",
        "warned_on": "object",
        "last_order": "object",
        "due_on": "object",
        "reason": "object",
        "driver": "object",
        "driver_value": "float64",
        "lever": "object",
    }
)
"""One row a key client of the later date that is active and not lost, by rank."""

LOOKALIKES: Mapping[str, str] = MappingProxyType(
    {
        "client_id": "str",
        "like": "str",
        "reason": "str",
        "similarity": "float64",
        "profit_at_risk": "float64",
        "days_left": "float64",
        "lever": "object",
    }
)
"""One row one of today's key clients and a lost client that it is like, by client, likest first."""

WINBACK: Mapping[str, str] = MappingProxyType(
    {
        "client_id": "str",
        "kind": "str",
        "reason": "str",
        "lever": "object",
        "profit_lost": "float64",
        "chance": "float64",
        "chance_low": "float64",
        "chance_high": "float64",
        "compared": "int64",
        "returned": "int64",
        "verdict": "str",
        "expected_value": "float64",
        "attempt_cost": "float64",
    }
)
"""One row a lost client that left or shrank and whose loss costs profit."""


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
