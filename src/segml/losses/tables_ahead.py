"""The columns of the frames that look ahead: who is next, who may be won back or goes on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

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

SUCCESSORS: Mapping[str, str] = MappingProxyType(
    {
        "client_id": "str",
        "successor": "str",
        "began": "object",
        "days_between": "int64",
        "alike": "float64",
    }
)
"""One row a lost client that may buy on under another id, by client (`successors`)."""
