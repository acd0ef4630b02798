"""The output contract: every published table's columns, types, nulls and row order.

To publish a new table: add one `declare(...)` line here (a trailing ``?`` marks a column that may
hold nulls), list it in the documentation, and hand its frame to `publish`. Changing a column here
changes the contract of product and report alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from segml.stores.declaration import TableSchema, declare
from segml.stores.schemas_clients import OF_CLIENTS
from segml.stores.schemas_judged import (
    BACKTEST,
    BACKTEST_ORIGINS,
    DRIFT,
    REALISED,
    SCHEME_AGREEMENT,
    SCHEME_TIERS,
    SCHEMES,
)
from segml.stores.schemas_portfolio import PORTFOLIO
from segml.stores.schemas_prospects import PROSPECT_REASONS, PROSPECTS
from segml.stores.schemas_together import TOGETHER

SCORES = declare(
    "scores",
    (
        *("as_of date", "client_id text", "status text"),
        *("tier text", "tier_rank count", "previous_tier text?", "tier_margin number"),
        *("tier_rival text?", "raw_churn number"),
        *("p_churn number?", "p_churn_low number?", "p_churn_high number?"),
        *("raw_potential number", "expected_profit money?"),
        *("expected_profit_low money?", "expected_profit_high money?", "median_profit money?"),
        *("profit_365 money", "revenue_365 money", "cost_to_serve_365 money"),
        *("referral_profit_365 money", "value_365 money"),
        *("roles text", "is_key flag", "action text?", "model_version text", "currency text?"),
    ),
    key=("client_id",),
)

REASONS = declare(
    "reasons",
    (
        *("as_of date", "client_id text", "subject text", "rank count", "feature text"),
        *("kind text?", "reason text?", "value number?", "value_text text?"),
        *("reference number?", "contribution number", "points number?"),
    ),
    key=("client_id", "subject", "rank"),
)

CLIENTS = declare(
    "clients",
    ("client_id text", "name text?", "manager text?", "region text?", "industry text?"),
    key=("client_id",),
)

PROFIT = declare(
    "profit",
    (
        *("client_id text", "revenue money", "cost_of_goods money", "minutes money"),
        *("contacts money", "order_handling money", "return_handling money"),
        *("commission money", "overdue money", "bad_debt money", "cost_to_serve money"),
        *("acquisition money", "profit money"),
    ),
    key=("client_id",),
)

CRITERIA = declare(
    "criteria",
    (
        *("client_id text", "feature text", "value number", "points number"),
        *("of_points number", "to_edge number?"),
    ),
    key=("client_id", "feature"),
)

OUTLOOK = declare(
    "outlook",
    ("client_id text", "horizon_days count", "p_churn number", "p_up number?", "p_down number?"),
    key=("client_id", "horizon_days"),
)

LOSSES = declare(
    "losses",
    (
        *("client_id text", "tier_before text", "kind text", "certainty text"),
        *("onset date?", "onset_low date?", "onset_high date?"),
        *("lost_on date?", "first_signal date?"),
        *("profit_before money", "profit_lost money", "referral_profit_lost money"),
        *("reason_1 text", "share_1 number", "reason_2 text?", "share_2 number?"),
        *("reason_3 text?", "share_3 number?"),
        *("first_signal_by text?", "left_on date?", "left_reason text?"),
    ),
    key=("client_id",),
)

LOSS_REASONS = declare(
    "loss_reasons",
    (
        *("client_id text", "reason text", "feature text", "value_before number?"),
        *("value_after number?", "contribution number?", "share number?", "money money?"),
        "value_earlier number?",
    ),
    key=("client_id", "reason", "feature"),
)

EVIDENCE = declare(
    "evidence",
    (
        *("client_id text", "reason text", "table text", "row_key text", "date date?"),
        *("text_code text?", "amount money?"),
    ),
    key=("client_id", "reason", "table", "row_key"),
    unique=False,
)

DEMOTED = declare(
    "demoted",
    (
        *("client_id text", "tier_before text", "tier_after text"),
        *("value_before money", "value_after money"),
    ),
    key=("client_id",),
)

COURSE = declare(
    "course",
    ("client_id text", "month date", "orders count", "revenue money", "profit money"),
    key=("client_id", "month"),
)

PATH = declare(
    "path",
    (
        *("client_id text", "last_healthy date?", "explained_at date?"),
        *("tier_before text?", "tier_after text?", "p_churn_before number?"),
        *("p_churn_after number?", "raw_churn_before number?", "raw_churn_after number?"),
        *("last_order date?", "due_on date?"),
    ),
    key=("client_id",),
)

MARGINS = declare(
    "margins",
    (
        *("client_id text", "feature text", "value_before number?", "value_after number?"),
        "contribution number",
    ),
    key=("client_id", "feature"),
)

PROFIT_PARTS = declare(
    "profit_parts",
    (
        *("client_id text", "part text", "value_before number?", "value_after number?"),
        "money money",
    ),
    key=("client_id", "part"),
)

FINDINGS = declare(
    "findings",
    (
        *("severity text", "code text", "table text", "column text", "count count", "total count"),
        *("first text", "message text"),
    ),
    key=("severity", "code", "table", "column"),
    unique=False,
)

EVENT_IMPACT = declare(
    "event_impact",
    (
        *("event_id text", "outcome text", "effect number?", "low number?", "high number?"),
        *("p_adjusted number?", "pretrend_p number?", "exposed count", "compared count"),
        "verdict text",
    ),
    key=("event_id", "outcome"),
)

COMPANY_EVENTS = declare(
    "company_events",
    (
        *("event_id text", "date date", "kind text", "scope text", "scope_value text?"),
        *("magnitude number?", "description text?", "together text", "beside text?"),
    ),
    key=("event_id",),
)

NEXT_LOST = declare(
    "next_lost",
    (
        *("client_id text", "rank count", "chance number?", "horizon_days count"),
        *("profit_365 money", "profit_at_risk money?", "days_left number?", "warned_on date?"),
        *("last_order date?", "due_on date?", "reason text?", "driver text?"),
        *("driver_value number?", "lever text?"),
    ),
    key=("client_id",),
)

WINBACK = declare(
    "winback",
    (
        *("client_id text", "kind text", "reason text", "lever text?", "profit_lost money"),
        *("chance number?", "chance_low number?", "chance_high number?", "compared count"),
        *("returned count", "verdict text", "expected_value money?", "attempt_cost money?"),
    ),
    key=("client_id",),
)

TABLES: Mapping[str, TableSchema] = {
    table.name: table
    for table in (
        SCORES,
        REASONS,
        CLIENTS,
        PROFIT,
        *OF_CLIENTS,
        CRITERIA,
        OUTLOOK,
        LOSSES,
        LOSS_REASONS,
        EVIDENCE,
        DEMOTED,
        COURSE,
        PATH,
        MARGINS,
        PROFIT_PARTS,
        *TOGETHER,
        FINDINGS,
        BACKTEST,
        BACKTEST_ORIGINS,
        DRIFT,
        REALISED,
        SCHEMES,
        SCHEME_TIERS,
        SCHEME_AGREEMENT,
        EVENT_IMPACT,
        COMPANY_EVENTS,
        NEXT_LOST,
        WINBACK,
        PROSPECTS,
        PROSPECT_REASONS,
        *PORTFOLIO,
    )
}
"""Every table with fixed columns, by name; `features` is declared by its own columns."""


_OURS = ("table text", "code text", "row whole", "file text?", "file_row whole?")
QUARANTINED = frozenset(each.split()[0] for each in _OURS)
"""The columns of `quarantine` that are not its sources'."""


def quarantine_schema(columns: Sequence[str]) -> TableSchema:
    """The schema of `quarantine.parquet`: which row broke which rule, then the sources' columns.

    Parameters
    ----------
    columns
        Every column of the frame: those of `QUARANTINED` first, the others as text.

    Examples
    --------
    >>> quarantine_schema(["table", "code", "row", "Invoice"]).names
    ('table', 'code', 'row', 'file', 'file_row', 'Invoice')
    """
    declared = [f"{name} text?" for name in columns if name not in QUARANTINED]
    return declare("quarantine", (*_OURS, *declared), key=("table", "row", "code"), unique=False)


def features_schema(columns: Mapping[str, bool]) -> TableSchema:
    """The schema of `features.parquet`: date and client, then the features, each may be null.

    Parameters
    ----------
    columns
        Feature name to whether its values are text, in the catalogue's order.

    Examples
    --------
    >>> features_schema({"silence_days": False, "industry": True}).names
    ('as_of', 'client_id', 'silence_days', 'industry')
    """
    declared = [f"{name} {'text' if text else 'feature'}?" for name, text in columns.items()]
    keys = ("as_of date", "client_id text")
    return declare("features", [*keys, *declared], key=("client_id",))
