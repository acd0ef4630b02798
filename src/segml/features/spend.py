"""Spend: money bought net of returns over windows, and the size of single orders."""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.measures import count, fact, money, ratio
from segml.words.feature import Feature

_WINDOWS = (30, 90, 180, 365)
_NO_RECENT = "no order in the last 365 days"
_NO_ORDER = "the client never ordered"

_RECENT = tuple(
    Column(
        feature=Feature(
            name=f"spend_{days}",
            family="spend",
            unit="money",
            kind="symptom",
            label=f"spend in the last {days} days, net of returns",
        ),
        sql=f"spend_{days}",
    )
    for days in _WINDOWS
)

FAMILY = Family(
    name="spend",
    measures=(
        *(money("daily", f"spend_{days}", "amount", last=days) for days in _WINDOWS),
        money("daily", "spend_prev_365", "amount", last=730, after=365),
        count("daily", "orders_365", "orders", last=365),
        money("purchase", "ordered_365", "amount", last=365),
        fact("purchase", "median_order", "median(amount) / 1000000"),
        fact("purchase", "biggest_order", "cast(max(biggest) as double) / 1000000"),
        fact("purchase", "biggest_order_days", "min(age) filter (where amount = biggest)"),
        fact(
            "purchase",
            "last_orders_mean",
            "cast(sum(amount) filter (where age = silence) as double) / 1000000"
            " / count(*) filter (where age = silence)",
        ),
    ),
    columns=(
        *_RECENT,
        Column(
            feature=Feature(
                name="spend_prev_365",
                family="spend",
                unit="money",
                kind="context",
                label="spend one to two years ago, net of returns",
            ),
            sql="spend_prev_365",
        ),
        Column(
            feature=Feature(
                name="spend_per_order_365",
                family="spend",
                unit="money",
                kind="context",
                label="average value of an order in the last 365 days",
            ),
            sql=ratio("ordered_365", "orders_365"),
            blank=_NO_RECENT,
        ),
        Column(
            feature=Feature(
                name="biggest_order",
                family="spend",
                unit="money",
                kind="context",
                label="value of its largest order ever",
            ),
            sql="biggest_order",
            blank=_NO_ORDER,
        ),
        Column(
            feature=Feature(
                name="biggest_order_days",
                family="spend",
                unit="days",
                kind="context",
                label="days since its largest order",
            ),
            sql="biggest_order_days",
            blank=_NO_ORDER,
        ),
        Column(
            feature=Feature(
                name="last_order_over_median",
                family="spend",
                unit="ratio",
                kind="symptom",
                label="value of its last order, against its usual order",
            ),
            sql=ratio("last_orders_mean", "median_order"),
            blank="the client never ordered, or its median order is worth nothing",
        ),
    ),
)
