"""Discounts: money off list as a share of the list value, its level and its ratchet.

The list value of a line is its amount plus its discount; returns do not count.
"""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.measures import money, ratio
from segml.words.feature import Feature

_NEEDS = frozenset({"discount"})


def _rate(window: str) -> str:
    return f"({ratio(f'discount_{window}', f'(discount_{window} + bought_{window})')})"


FAMILY = Family(
    name="discounts",
    measures=(
        money("daily", "discount_365", "discount", last=365),
        money("daily", "bought_365", "bought", last=365),
        money("daily", "discount_90", "discount", last=90),
        money("daily", "bought_90", "bought", last=90),
        money("daily", "discount_180", "discount", last=180),
        money("daily", "bought_180", "bought", last=180),
        money("daily", "discount_before_180", "discount", last=545, after=180),
        money("daily", "bought_before_180", "bought", last=545, after=180),
    ),
    columns=(
        Column(
            feature=Feature(
                name="discount_rate_365",
                family="discounts",
                unit="share",
                kind="driver",
                reason="margin",
                label="average discount in the last 365 days",
            ),
            sql=_rate("365"),
            blank="nothing bought in the last 365 days",
        ),
        Column(
            feature=Feature(
                name="discount_rate_90",
                family="discounts",
                unit="share",
                kind="driver",
                reason="margin",
                label="average discount in the last 90 days",
            ),
            sql=_rate("90"),
            blank="nothing bought in the last 90 days",
            needs=_NEEDS,
        ),
        Column(
            feature=Feature(
                name="discount_ratchet_180",
                family="discounts",
                unit="points",
                kind="driver",
                reason="margin",
                label="rise in its average discount, last 180 days against the year before",
            ),
            sql=f"{_rate('180')} - {_rate('before_180')}",
            blank="nothing bought in one of the two windows",
            needs=_NEEDS,
        ),
    ),
)
