"""Trends: the rate of a recent window against the client's own rate in the year before it.

The earlier rate counts only the days since the first order, and is undefined with fewer than 30
of them: a client that has just begun is neither growing nor falling.
"""

from __future__ import annotations

from segml.features.family import Column, Family, Measure
from segml.features.measures import count, fact, money
from segml.words.feature import Feature

_WINDOWS = (30, 90, 180, 365)
_FEWEST_DAYS = 30
_BLANK = "fewer than 30 days of own history before the window, or nothing bought in them"


def _trend(recent: str, earlier: str, days: int) -> str:
    observed = f"least(first_age - {days}, 365)"
    return (
        f"case when first_age - {days} >= {_FEWEST_DAYS} and {earlier} > 0 "
        f"then (cast({recent} as double) / {days}) / (cast({earlier} as double) / {observed}) end"
    )


def _measures() -> tuple[Measure, ...]:
    made: list[Measure] = [fact("gap", "first_age", "max(age)")]
    for days in _WINDOWS:
        before = {"last": days + 365, "after": days}
        made += [
            money("daily", f"spend_{days}", "amount", last=days),
            money("daily", f"spend_before_{days}", "amount", **before),
            count("daily", f"orders_{days}", "orders", last=days),
            count("daily", f"orders_before_{days}", "orders", **before),
        ]
    return tuple(made)


def _columns(what: str, noun: str) -> tuple[Column, ...]:
    return tuple(
        Column(
            feature=Feature(
                name=f"{what}_trend_{days}",
                family="trends",
                unit="ratio",
                kind="symptom",
                label=f"{noun} of the last {days} days against its own earlier rate",
            ),
            sql=_trend(f"{what}_{days}", f"{what}_before_{days}", days),
            blank=_BLANK,
        )
        for days in _WINDOWS
    )


FAMILY = Family(
    name="trends",
    measures=_measures(),
    columns=(*_columns("spend", "spend"), *_columns("orders", "orders")),
)
