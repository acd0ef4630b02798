"""Tenure and continuity: how long the client has been one, and in how many months it ordered.

Months are 30-day bins counted back from the as-of date, of which the last twelve span 360 days, or
months of the calendar (`windows`).
"""

from __future__ import annotations

from segml.features.family import Column, Family, Measure
from segml.features.measures import fact, rows_where
from segml.features.windows import month_of, window
from segml.words.feature import Feature

_KNOWN_AGE = "greatest(coalesce(first_age, 0), coalesce(acquired_age, 0))"
# least() passes over nulls: a prospect must not fall through to twelve months
_OWN_MONTHS = f"case when first_age > 0 then least({month_of('first_age')} + 1, 12) end"


def _months(count: int) -> Measure:
    """In how many of the latest months there was an order: a bit a month, set by its days."""
    held = window(30 * count)
    month = f"case when orders > 0 and {held} then 1 << {month_of('age')} else 0 end"
    return Measure(stage="daily", name=f"months_{count}", sql=f"bit_count(bit_or({month}))")


FAMILY = Family(
    name="tenure",
    measures=(
        fact("gap", "first_age", "max(age)"),
        _months(12),
        _months(6),
        # a row's place equals its month as long as no month was skipped
        rows_where("month", "months_streak", "month = place"),
    ),
    columns=(
        Column(
            feature=Feature(
                name="tenure_days",
                family="tenure",
                unit="days",
                kind="context",
                label="days since it was won or first ordered, whichever came first",
            ),
            sql=_KNOWN_AGE,
        ),
        Column(
            feature=Feature(
                name="first_order_days",
                family="tenure",
                unit="days",
                kind="context",
                label="days since the first order",
            ),
            sql="first_age",
            blank="the client never ordered",
            needs=frozenset({"clients.acquired_on"}),
        ),
        Column(
            feature=Feature(
                name="continuity_365",
                family="tenure",
                unit="share",
                kind="symptom",
                label="share of the last twelve months in which it ordered",
                churn_sign=-1,
            ),
            sql="cast(months_12 as double) / 12",
        ),
        Column(
            feature=Feature(
                name="continuity_own",
                family="tenure",
                unit="share",
                kind="symptom",
                label=(
                    "share of months in which it ordered, since its first order (the last "
                    "twelve at most)"
                ),
            ),
            sql=f"cast(months_12 as double) / ({_OWN_MONTHS})",
            blank="the client never ordered",
        ),
        Column(
            feature=Feature(
                name="active_months_6",
                family="tenure",
                unit="count",
                kind="symptom",
                label="months with an order among the last six",
                churn_sign=-1,
            ),
            sql="months_6",
        ),
        Column(
            feature=Feature(
                name="active_streak",
                family="tenure",
                unit="count",
                kind="symptom",
                label="months in a row with an order, up to its latest",
            ),
            sql="months_streak",
        ),
    ),
)
