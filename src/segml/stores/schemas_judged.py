"""The tables of what is judged: models at past dates, tier schemes beside each other."""

from __future__ import annotations

from segml.stores.declaration import declare

BACKTEST = declare(
    "backtest",
    (
        *("slice text", "model text", "metric text", "mean number?", "low number?"),
        *("high number?", "origins count", "clients count"),
    ),
    key=("slice", "model", "metric"),
)

BACKTEST_ORIGINS = declare(
    "backtest_origins",
    (
        *("origin date", "slice text", "model text", "metric text", "value number?"),
        "clients count",
    ),
    key=("origin", "slice", "model", "metric"),
)

DRIFT = declare(
    "drift",
    (
        *("subject text", "name text", "value number", "usual number?", "low number?"),
        *("high number", "is_beyond flag"),
    ),
    key=("subject", "name"),
)

REALISED = declare(
    "realised",
    (
        *("as_of date", "model_version text", "ended_on date", "outcome text", "metric text"),
        *("value number?", "low number?", "high number?", "card number?", "clients count"),
        "is_worse flag",
    ),
    key=("as_of", "outcome", "metric"),
)

SCHEMES = declare(
    "schemes",
    (
        *("scheme text", "number count?", "kept number?", "rand number?", "separation number?"),
        *("moves number?", "calm_moves number?", "top_clients number?", "top_profit number?"),
        *("fidelity number?", "note text?"),
    ),
    key=("scheme",),
)

SCHEME_TIERS = declare(
    "scheme_tiers",
    (
        *("scheme text", "tier_rank count", "tier text", "clients count", "share_clients number"),
        "share_profit number?",
    ),
    key=("scheme", "tier_rank"),
)

SCHEME_AGREEMENT = declare(
    "scheme_agreement",
    ("scheme text", "other text", "rand number"),
    key=("scheme", "other"),
)
