"""The published tables of prospects: columns, types, nulls, row order (see `schemas`)."""

from __future__ import annotations

from segml.stores.declaration import declare

PROSPECTS = declare(
    "prospects",
    (
        *("as_of date", "client_id text", "expected_profit money?", "low money?", "high money?"),
        *("expected_minutes number?", "expected_cost_to_serve money?", "recommendation text?"),
        *("like_1 text?", "like_2 text?", "like_3 text?", "like_profit money?"),
        "learnt_from count",
    ),
    key=("client_id",),
)

PROSPECT_REASONS = declare(
    "prospect_reasons",
    (
        *("as_of date", "client_id text", "rank count", "feature text", "value number?"),
        *("value_text text?", "reference number?", "contribution number", "money money"),
    ),
    key=("client_id", "rank"),
)
