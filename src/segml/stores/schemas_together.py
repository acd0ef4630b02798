"""The published tables of all losses together: columns, types, nulls, row order (see `schemas`)."""

from __future__ import annotations

from segml.stores.declaration import declare

LOSSES_BY = declare(
    "losses_by",
    (
        *("dimension text", "value text", "clients count", "money money"),
        *("referral_money money", "share number?"),
    ),
    key=("dimension", "value"),
)

LOSS_FAULTS = declare(
    "loss_faults",
    (
        *("reason text", "source text", "value text", "clients count", "money money"),
        *("referral_money money", "share number?"),
    ),
    key=("reason", "source", "value"),
)

LOSS_EVENTS = declare(
    "loss_events",
    (
        *("event_id text", "date date", "kind text", "scope text?", "scope_value text?"),
        *("magnitude number?", "description text?"),
    ),
    key=("event_id",),
)

LOSS_DRIVERS = declare(
    "loss_drivers",
    (
        *("feature text", "reason text", "lost count", "compared count", "lost_share number?"),
        *("compared_share number?", "ratio number?", "ratio_low number?", "ratio_high number?"),
        *("p_adjusted number?", "verdict text"),
    ),
    key=("feature",),
)

LOSS_TREND = declare(
    "loss_trend",
    (
        *("quarter text", "first_day date", "last_day date", "lost count", "money money"),
        *("referral_money money", "key_clients count", "key_lost count", "rate number?"),
        *("rate_low number", "rate_high number"),
    ),
    key=("quarter",),
)

RELIEF = declare(
    "relief",
    (
        *("client_id text", "tier_before text", "certainty text", "onset date", "lost_on date"),
        *("care_minutes number", "cost_freed money", "profit_forgone money", "left_reason text?"),
    ),
    key=("client_id",),
)

RECORDED_REASONS = declare(
    "recorded_reasons",
    (
        *("left_reason text", "reason text", "clients count", "share number"),
        *("usual_share number", "p_adjusted number", "goes_together flag"),
    ),
    key=("left_reason", "reason"),
)

TOGETHER = (
    *(LOSSES_BY, LOSS_FAULTS, LOSS_EVENTS, LOSS_DRIVERS, LOSS_TREND, RELIEF),
    RECORDED_REASONS,
)
"""Every table of them."""
