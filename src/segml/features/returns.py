"""Returns: money given back as a share of money bought, its level and its rise."""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.measures import count, money, ratio
from segml.words.feature import Feature


def _share(window: str) -> str:
    return f"({ratio(f'returned_{window}', f'bought_{window}')})"


FAMILY = Family(
    name="returns",
    measures=(
        count("daily", "returns_365", "returns", last=365),
        money("daily", "returned_365", "returned", last=365),
        money("daily", "bought_365", "bought", last=365),
        money("daily", "returned_180", "returned", last=180),
        money("daily", "bought_180", "bought", last=180),
        money("daily", "returned_before_180", "returned", last=545, after=180),
        money("daily", "bought_before_180", "bought", last=545, after=180),
    ),
    columns=(
        Column(
            feature=Feature(
                name="returns_365",
                family="returns",
                unit="count",
                kind="driver",
                reason="service",
                label="returns of goods in the last 365 days",
            ),
            sql="returns_365",
        ),
        Column(
            feature=Feature(
                name="returns_share_365",
                family="returns",
                unit="share",
                kind="driver",
                reason="service",
                label="goods sent back as a share of its purchases, last 365 days",
            ),
            sql=_share("365"),
            blank="nothing bought in the last 365 days",
        ),
        Column(
            feature=Feature(
                name="returns_rise_180",
                family="returns",
                unit="points",
                kind="driver",
                reason="service",
                label=(
                    "rise in the share of its purchases sent back, last 180 days against "
                    "the year before"
                ),
            ),
            sql=f"{_share('180')} - {_share('before_180')}",
            blank="nothing bought in one of the two windows",
        ),
    ),
)
