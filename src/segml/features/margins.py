"""Margin: what is left of the amount after the cost of goods, and the pressure on it.

Only where the ledger has costs: a configured margin rate says nothing about a single client.
"""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.measures import money, ratio
from segml.words.feature import Feature


def _rate(amount: str, cost: str) -> str:
    return f"({ratio(f'({amount} - {cost})', amount)})"


FAMILY = Family(
    name="margins",
    needs=frozenset({"cost"}),
    measures=(
        money("daily", "spend_365", "amount", last=365),
        money("daily", "cost_365", "cost", last=365),
        money("daily", "spend_180", "amount", last=180),
        money("daily", "cost_180", "cost", last=180),
        money("daily", "spend_before_180", "amount", last=545, after=180),
        money("daily", "cost_before_180", "cost", last=545, after=180),
    ),
    columns=(
        Column(
            feature=Feature(
                name="margin_rate_365",
                family="margins",
                unit="share",
                kind="driver",
                reason="margin",
                label="gross margin as a share of spend in the last 365 days",
                harm=-1,
            ),
            sql=_rate("spend_365", "cost_365"),
            blank="no net spend in the last 365 days",
        ),
        Column(
            feature=Feature(
                name="margin_drop_180",
                family="margins",
                unit="points",
                kind="driver",
                reason="margin",
                label="drop in its gross margin rate, last 180 days against the year before",
            ),
            sql=f"{_rate('spend_before_180', 'cost_before_180')}"
            f" - {_rate('spend_180', 'cost_180')}",
            blank="no net spend in one of the two windows",
        ),
    ),
)
