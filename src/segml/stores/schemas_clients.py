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

OF_CLIENTS = (ROLES, LEVERS)
"""Every table of them."""
