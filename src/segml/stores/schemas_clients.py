"""The published tables of what single clients are and could become (see `schemas`)."""

from __future__ import annotations

from segml.stores.declaration import declare

ROLES = declare(
    "roles",
    (
        *("as_of date", "client_id text", "role text", "rank count", "source text"),
        *("strength number?", "measure text", "value number?", "reference number?", "note text?"),
    ),
    key=("client_id", "role", "rank"),
)

LEVERS = declare(
    "levers",
    (
        *("as_of date", "client_id text", "direction text", "rank count", "lever text"),
        *("feature text", "value number", "target number", "to_tier text", "distance number"),
    ),
    key=("client_id", "direction", "rank"),
)

LOOKALIKES = declare(
    "lookalikes",
    (
        *("client_id text", "like text", "reason text", "similarity number"),
        *("profit_at_risk money", "days_left number?", "lever text?"),
    ),
    key=("client_id", "like", "reason"),
    unique=False,
)

SUCCESSORS = declare(
    "successors",
    ("client_id text", "successor text", "began date", "days_between count", "alike number"),
    key=("client_id",),
)

OF_CLIENTS = (ROLES, LEVERS, LOOKALIKES, SUCCESSORS)
"""Every table of them."""
