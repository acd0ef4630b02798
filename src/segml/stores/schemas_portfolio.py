"""The published tables of the portfolio at a date: columns, types, nulls, order (see `schemas`)."""

from __future__ import annotations

from segml.stores.declaration import declare

CONCENTRATION = declare(
    "concentration",
    (
        *("part text", "item text", "rank count", "client_id text?", "share number?"),
        *("money money?", "chance number?", "referral money?"),
    ),
    key=("part", "item", "rank"),
)

ATTENTION = declare(
    "attention",
    (
        *("client_id text", "manager text?", "tier text", "is_key flag", "team text"),
        *("contact_days count?", "due count?", "made count?", "missed count?", "extra count?"),
        *("extra_cost money?", "last_contact date?", "discount_rate number?"),
        *("discount_limit number", "discount_over money?", "profit_365 money"),
    ),
    key=("client_id",),
)

BOUNDARIES = declare(
    "boundaries",
    (
        *("client_id text", "tier text", "manager text?", "revenue money", "profit money"),
        *("profit_before money?", "discount money", "demands money", "care money"),
        *("payment money", "eaten_share number?", "eaten_share_before number?"),
        *("pressed_by text?", "pressed_money money?", "slope money?", "falling_quarters count?"),
        *("verdict text", "zero_on date?", "on_boundary flag"),
    ),
    key=("client_id",),
)

SPREADS = declare(
    "spreads",
    (
        *("category text", "tier_rank count", "tier text", "clients count", "list_value money"),
        *("discount_rate number?", "key_discount_rate number?", "care_rate number?"),
        *("key_care_rate number?", "granted number", "linked count", "could_be_learnt flag"),
    ),
    key=("category", "tier_rank"),
)

DECISIONS = declare(
    "decisions",
    (
        *("client_id text", "manager text?", "tier text", "is_key flag", "profit_365 money"),
        *("expected money", "referral money", "gain money", "gain_discount money"),
        *("gain_care money", "gain_prices money", "rise number?", "keep money"),
        *("reprice money?", "release money", "best text", "condition text"),
        *("acceptance number?", "break_even number?", "tried count"),
    ),
    key=("client_id",),
)

NEXT_NEED = declare(
    "next_need",
    (
        *("client_id text", "level text", "rank count", "item text", "like text"),
        *("share number", "lift number", "support count", "comparable count", "score number"),
    ),
    key=("client_id", "level", "rank"),
)

MIGRATION = declare(
    "migration",
    (
        *("tier_before text", "tier_after text", "clients count", "clients_by_client number"),
        *("clients_by_model number", "profit_before money", "profit_after money"),
        *("profit_by_client money", "profit_by_model money"),
    ),
    key=("tier_before", "tier_after"),
)

PORTFOLIO = (
    CONCENTRATION,
    ATTENTION,
    BOUNDARIES,
    SPREADS,
    DECISIONS,
    NEXT_NEED,
    MIGRATION,
)
"""Every table of them."""
