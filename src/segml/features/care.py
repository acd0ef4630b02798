"""Care: the cost to serve of the last year, and whether it eats more of the spend than before."""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.measures import money, ratio
from segml.words.feature import Feature

FAMILY = Family(
    name="care",
    needs=frozenset({"serve"}),
    measures=(
        money("daily", "serve_365", "serve", last=365),
        money("daily", "spend_365", "amount", last=365),
        money("daily", "serve_180", "serve", last=180),
        money("daily", "spend_180", "amount", last=180),
        money("daily", "serve_before_180", "serve", last=545, after=180),
        money("daily", "spend_before_180", "amount", last=545, after=180),
    ),
    columns=(
        Column(
            feature=Feature(
                name="cost_to_serve_365",
                family="care",
                unit="money",
                kind="context",
                label="cost to serve in the last 365 days",
            ),
            sql="serve_365",
        ),
        Column(
            feature=Feature(
                name="care_share_365",
                family="care",
                unit="share",
                kind="driver",
                reason="margin",
                label="cost to serve as a share of spend in the last 365 days",
            ),
            sql=ratio("serve_365", "spend_365"),
            blank="no net spend in the last 365 days",
        ),
        Column(
            feature=Feature(
                name="care_rise_180",
                family="care",
                unit="share",
                kind="driver",
                reason="margin",
                label="rise of the care share, last 180 days against the year before",
            ),
            sql=f"({ratio('serve_180', 'spend_180')}) - "
            f"({ratio('serve_before_180', 'spend_before_180')})",
            blank="no net spend in one of the two windows",
        ),
    ),
)
