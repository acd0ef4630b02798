"""Profit: amount less cost of goods, cost to serve and acquisition share, over windows.

Negative profit stays negative. The acquisition share of a window is the ledger's own expression
(`segml.ledger.economics`), so that this profit and the published one are the same money.
"""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.measures import money, ratio
from segml.words.feature import Feature

FAMILY = Family(
    name="profit",
    measures=(
        money("daily", "line_profit_90", "profit", last=90),
        money("daily", "line_profit_365", "profit", last=365),
        money("daily", "line_profit_prev_365", "profit", last=730, after=365),
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
            sql="line_profit_90 - acquisition_90",
        ),
        Column(
            feature=Feature(
                name="profit_365",
                family="profit",
                unit="money",
                kind="symptom",
                label="profit of the last 365 days",
            ),
            sql="line_profit_365 - acquisition_365",
        ),
        Column(
            feature=Feature(
                name="profit_prev_365",
                family="profit",
                unit="money",
                kind="context",
                label="profit of the year before the last",
            ),
            sql="line_profit_prev_365 - acquisition_prev_365",
        ),
        Column(
            feature=Feature(
                name="profit_rate_365",
                family="profit",
                unit="share",
                kind="context",
                label="profit as a share of spend in the last 365 days",
            ),
            sql=ratio("(line_profit_365 - acquisition_365)", "spend_365"),
            blank="no net spend in the last 365 days",
        ),
    ),
)
