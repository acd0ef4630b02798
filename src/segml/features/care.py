"""Care: the cost to serve of the last year, and whether it eats more of the spend than before.

Handling and commission of lines, minutes and costs of contacts, overdue money and bad debt. Each
part that the ledger or its rates lack is left out of the sum.
"""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.measures import money, ratio
from segml.features.serving import serve, serve_measures
from segml.words.feature import Feature

_NEEDS = frozenset({"serve"})

FAMILY = Family(
    name="care",
    measures=(
        *serve_measures("365"),
        *serve_measures("180"),
        *serve_measures("before_180"),
        money("daily", "spend_365", "amount", last=365),
        money("daily", "spend_180", "amount", last=180),
        money("daily", "spend_before_180", "amount", last=545, after=180),
        money("contact", "minutes_365", "minutes", last=365),
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
            sql=serve("365"),
            needs=_NEEDS,
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
            sql=ratio(serve("365"), "spend_365"),
            blank="no net spend in the last 365 days",
            needs=_NEEDS,
        ),
        Column(
            feature=Feature(
                name="care_rise_180",
                family="care",
                unit="points",
                kind="driver",
                reason="margin",
                label=(
                    "rise in the cost to serve as a share of spend, last 180 days against "
                    "the year before"
                ),
            ),
            sql=f"({ratio(serve('180'), 'spend_180')}) - "
            f"({ratio(serve('before_180'), 'spend_before_180')})",
            blank="no net spend in one of the two windows",
            needs=_NEEDS,
        ),
        Column(
            feature=Feature(
                name="minutes_365",
                family="care",
                unit="count",
                kind="context",
                label="minutes of contact with it in the last 365 days",
            ),
            sql="minutes_365",
            needs=frozenset({"interactions.minutes"}),
        ),
    ),
)
