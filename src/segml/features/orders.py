"""Orders: how many, how large in lines, and how many against the client's own earlier rate."""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.measures import count, ratio
from segml.words.feature import Feature

_WINDOWS = (30, 90, 180, 365)

_RECENT = tuple(
    Column(
        feature=Feature(
            name=f"orders_{days}",
            family="orders",
            unit="count",
            kind="symptom",
            label=f"orders in the last {days} days",
            churn_sign=-1,
        ),
        sql=f"orders_{days}",
    )
    for days in _WINDOWS
)

FAMILY = Family(
    name="orders",
    measures=(
        *(count("daily", f"orders_{days}", "orders", last=days) for days in _WINDOWS),
        count("daily", "orders_prev_365", "orders", last=730, after=365),
        count("daily", "orders_ever", "orders", last="2147483647"),
        count("purchase", "order_lines_365", "lines", last=365),
    ),
    columns=(
        *_RECENT,
        Column(
            feature=Feature(
                name="orders_prev_365",
                family="orders",
                unit="count",
                kind="context",
                label="orders one to two years ago",
            ),
            sql="orders_prev_365",
        ),
        Column(
            feature=Feature(
                name="orders_ever",
                family="orders",
                unit="count",
                kind="context",
                label="orders in all its time with us",
            ),
            sql="orders_ever",
        ),
        Column(
            feature=Feature(
                name="lines_per_order_365",
                family="orders",
                unit="count",
                kind="context",
                label="lines per order in the last 365 days",
            ),
            sql=ratio("order_lines_365", "orders_365"),
            blank="no order in the last 365 days",
        ),
    ),
)
