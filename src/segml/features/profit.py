"""Profit: amount less cost of goods, cost to serve and acquisition share, over windows.

Negative profit stays negative. What contacts, bills and acquisition cost are the ledger's own
expressions (see `serving`), so that this profit and the published one are the same money.
"""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.measures import money, ratio
from segml.features.serving import profit, profit_measures
from segml.words.feature import Feature

FAMILY = Family(
    name="profit",
    measures=(
        *profit_measures("90"),
        *profit_measures("365"),
        *profit_measures("prev_365"),
        money("daily", "spend_365", "amount", last=365),
    ),
    columns=(
        Column(
            feature=Feature(
                name="profit_90",
                family="profit",
                unit="money",
                kind="symptom",
                label="profit of the last 90 days",
            ),
            sql=profit("90"),
        ),
        Column(
            feature=Feature(
                name="profit_365",
                family="profit",
                unit="money",
                kind="symptom",
                label="profit of the last 365 days",
            ),
            sql=profit("365"),
        ),
        Column(
            feature=Feature(
                name="profit_prev_365",
                family="profit",
                unit="money",
                kind="context",
                label="profit one to two years ago",
            ),
            sql=profit("prev_365"),
        ),
        Column(
            feature=Feature(
                name="profit_rate_365",
                family="profit",
                unit="share",
                kind="context",
                label="profit as a share of spend in the last 365 days",
            ),
            sql=ratio(profit("365"), "spend_365"),
            blank="no net spend in the last 365 days",
        ),
    ),
)
