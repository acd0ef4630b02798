"""The columns of what scoring gives, in their order, each with its kind of value.

This is the output contract. A store turns a kind into its own type; a column is added here first.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

ColumnKind = Literal["date", "text", "whole", "number", "flag"]
"""`date` (python dates; date32 in Parquet), `text`, `whole` (int32), `number` (float64), `flag`."""

SCORES: Mapping[str, ColumnKind] = MappingProxyType(
    {
        "as_of": "date",
        "client_id": "text",
        "status": "text",
        "tier": "text",
        "tier_rank": "whole",
        "previous_tier": "text",
        "tier_margin": "number",
        "tier_rival": "text",
        "raw_churn": "number",
        "p_churn": "number",
        "p_churn_low": "number",
        "p_churn_high": "number",
        "raw_potential": "number",
        "expected_profit": "number",
        "expected_profit_low": "number",
        "expected_profit_high": "number",
        "median_profit": "number",
        "profit_365": "number",
        "revenue_365": "number",
        "cost_to_serve_365": "number",
        "referral_profit_365": "number",
        "value_365": "number",
        "roles": "text",
        "is_key": "flag",
        "action": "text",
        "model_version": "text",
        "currency": "text",
    }
)
"""One row a client."""

REASONS: Mapping[str, ColumnKind] = MappingProxyType(
    {
        "as_of": "date",
        "client_id": "text",
        "subject": "text",
        "rank": "whole",
        "feature": "text",
        "kind": "text",
        "reason": "text",
        "value": "number",
        "value_text": "text",
        "reference": "number",
        "contribution": "number",
        "points": "number",
    }
)
"""Long: client x subject x reason, rank 0 the base, the last rank the rest."""

CLIENTS: Mapping[str, ColumnKind] = MappingProxyType(
    {
        "client_id": "text",
        "name": "text",
        "manager": "text",
        "region": "text",
        "industry": "text",
    }
)
"""One row a client: who it is."""

PROSPECTS: Mapping[str, ColumnKind] = MappingProxyType(
    {
        "as_of": "date",
        "client_id": "text",
        "expected_profit": "number",
        "low": "number",
        "high": "number",
        "expected_minutes": "number",
        "expected_cost_to_serve": "number",
        "recommendation": "text",
        "like_1": "text",
        "like_2": "text",
        "like_3": "text",
        "like_profit": "number",
        "learnt_from": "whole",
    }
)
"""One row a prospect: its first year, if it begins to buy."""

PROSPECT_REASONS: Mapping[str, ColumnKind] = MappingProxyType(
    {
        "as_of": "date",
        "client_id": "text",
        "rank": "whole",
        "feature": "text",
        "value": "number",
        "value_text": "text",
        "reference": "number",
        "contribution": "number",
        "money": "number",
    }
)
"""Long: prospect x reason, rank 0 the base."""
ROLES: Mapping[str, ColumnKind] = MappingProxyType(
    {
        "as_of": "date",
        "client_id": "text",
        "role": "text",
        "rank": "whole",
        "source": "text",
        "strength": "number",
        "measure": "text",
        "value": "number",
        "reference": "number",
        "note": "text",
    }
)
"""One row a client, role and piece of evidence."""

LEVERS: Mapping[str, ColumnKind] = MappingProxyType(
    {
        "as_of": "date",
        "client_id": "text",
        "direction": "text",
        "rank": "whole",
        "lever": "text",
        "feature": "text",
        "value": "number",
        "target": "number",
        "to_tier": "text",
        "distance": "number",
    }
)
"""One row a client, direction and lever."""

OUTLOOK: Mapping[str, ColumnKind] = MappingProxyType(
    {
        "client_id": "text",
        "horizon_days": "whole",
        "p_churn": "number",
        "p_up": "number",
        "p_down": "number",
    }
)
"""One row an active client and horizon."""

_DTYPES: Mapping[ColumnKind, Any] = MappingProxyType(
    {"date": "object", "text": "str", "whole": "int32", "number": "float64", "flag": "bool"}
)


def conform(frame: pd.DataFrame, columns: Mapping[str, ColumnKind]) -> pd.DataFrame:
    """The frame with exactly these columns, in this order, each of its kind's dtype.

    Parameters
    ----------
    frame
        Must hold every column named; others are left out.
    columns
        Column name to kind, in order.

    Raises
    ------
    KeyError
        If a column is absent: a fault of ours.
    """
    return pd.DataFrame(
        {name: frame[name].astype(_DTYPES[kind]) for name, kind in columns.items()}
    ).reset_index(drop=True)
