"""Demands: requests for discounts and for returns, against the client's own normal."""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.measures import ratio, rows_where
from segml.features.normal import BEFORE, BLANK, MEASURES, RECENT, rise
from segml.words.feature import Feature

_NAMED = "kind in ('discount_request', 'return_request')"
_SETTLED = f"{_NAMED} and resolved_age <= 365"

FAMILY = Family(
    name="demands",
    needs=frozenset({"interactions"}),
    measures=(
        *MEASURES,
        rows_where("contact", "demands_180", f"{_NAMED} and {RECENT}"),
        rows_where("contact", "demands_before_180", f"{_NAMED} and {BEFORE}"),
        rows_where("contact", "demands_settled", f"{_SETTLED} and outcome is not null"),
        rows_where("contact", "demands_rejected", f"{_SETTLED} and outcome = 'rejected'"),
    ),
    columns=(
        Column(
            feature=Feature(
                name="demands_180",
                family="demands",
                unit="count",
                kind="driver",
                reason="margin",
                label="requests for discounts or returns in the last 180 days",
            ),
            sql="demands_180",
        ),
        Column(
            feature=Feature(
                name="demands_rise_180",
                family="demands",
                unit="per_year",
                kind="driver",
                reason="margin",
                label=(
                    "rise in its requests for discounts or returns, last 180 days against "
                    "its normal"
                ),
            ),
            sql=rise("demands_180", "demands_before_180"),
            blank=BLANK,
        ),
        Column(
            feature=Feature(
                name="demands_rejected_365",
                family="demands",
                unit="share",
                kind="context",
                label="share of its settled requests that we turned down, last 365 days",
            ),
            sql=ratio("demands_rejected", "demands_settled"),
            blank="no request was settled in the last 365 days",
            needs=frozenset({"interactions.resolved_on", "interactions.outcome"}),
        ),
    ),
)
