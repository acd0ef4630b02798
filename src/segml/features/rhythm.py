"""Rhythm and silence: how long a client has been silent, against its own gaps between order days.

An order day is a day with at least one order; a gap is the number of days between two of them.
"""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.measures import fact, ratio, rows_where
from segml.words.feature import Feature

_NO_ORDER = "the client never ordered"
_ONE_DAY = "fewer than two order days"
_TWO_DAYS = "fewer than three order days"

_MEASURES = (
    fact("gap", "silence_days", "min(age)"),
    fact("gap", "first_age", "max(age)"),
    fact("gap", "median_gap_days", "median(gap)"),
    fact("gap", "longest_gap_days", "max(gap)"),
    fact("gap", "last_gap_days", "min(gap) filter (where age = silence)"),
    fact("gap", "gap_count", "count(gap)"),
    fact("gap", "gap_sum", "sum(gap)"),
    # squares of integers, so that the variance does not depend on the order of the rows
    fact("gap", "gap_squares", "sum(gap * gap)"),
    fact("peer", "peer_gap_days", "median(median_gap)"),
    rows_where("gap", "gaps_within_silence", "gap <= silence"),
)

_GAP_MEAN = "cast(gap_sum as double) / gap_count"
_GAP_SPREAD = (
    f"sqrt(greatest(cast(gap_squares as double) / gap_count - ({_GAP_MEAN}) * ({_GAP_MEAN}), 0)) "
    f"/ ({_GAP_MEAN})"
)
# The median of the clients' own gaps stands in as one more gap: a client with a single order
# day is then compared with its kind, one with many hardly notices.
_USUAL_GAP = "((coalesce(gap_sum, 0) + peer_gap_days) / (coalesce(gap_count, 0) + 1))"

FAMILY = Family(
    name="rhythm",
    measures=_MEASURES,
    columns=(
        Column(
            feature=Feature(
                name="silence_days",
                family="rhythm",
                unit="days",
                kind="symptom",
                label="days since the last order",
                churn_sign=1,
            ),
            sql="silence_days",
            blank=_NO_ORDER,
        ),
        Column(
            feature=Feature(
                name="silence_over_gap",
                family="rhythm",
                unit="ratio",
                kind="symptom",
                label="time since the last order, against its usual time between orders",
                churn_sign=1,
            ),
            sql=ratio("silence_days", "median_gap_days"),
            blank=_ONE_DAY,
        ),
        Column(
            feature=Feature(
                name="silence_over_usual",
                family="rhythm",
                unit="ratio",
                kind="symptom",
                label=(
                    "time since the last order, against the time usual between orders, its "
                    "own and others'"
                ),
                churn_sign=1,
            ),
            sql=ratio("silence_days", _USUAL_GAP),
            blank="the client never ordered, or no client has two order days",
        ),
        Column(
            feature=Feature(
                name="silence_over_longest",
                family="rhythm",
                unit="ratio",
                kind="symptom",
                label="time since the last order, against its longest time between orders",
                churn_sign=1,
            ),
            sql=ratio("silence_days", "longest_gap_days"),
            blank=_ONE_DAY,
        ),
        Column(
            feature=Feature(
                name="silence_place",
                family="rhythm",
                unit="share",
                kind="symptom",
                label="share of its earlier waits between orders that were no longer than this one",
                churn_sign=1,
            ),
            sql=ratio("gaps_within_silence", "gap_count"),
            blank=_ONE_DAY,
        ),
        Column(
            feature=Feature(
                name="silence_share",
                family="rhythm",
                unit="share",
                kind="symptom",
                label="time since the last order, as a share of the time since its first",
                churn_sign=1,
            ),
            sql=ratio("silence_days", "first_age"),
            blank=_NO_ORDER,
        ),
        Column(
            feature=Feature(
                name="median_gap_days",
                family="rhythm",
                unit="days",
                kind="context",
                label="usual number of days between its orders (median)",
            ),
            sql="median_gap_days",
            blank=_ONE_DAY,
        ),
        Column(
            feature=Feature(
                name="longest_gap_days",
                family="rhythm",
                unit="days",
                kind="context",
                label="longest time between two of its orders",
            ),
            sql="longest_gap_days",
            blank=_ONE_DAY,
        ),
        Column(
            feature=Feature(
                name="last_gap_over_median",
                family="rhythm",
                unit="ratio",
                kind="symptom",
                label="time between its last two orders, against its usual time between orders",
            ),
            sql=ratio("last_gap_days", "median_gap_days"),
            blank=_ONE_DAY,
        ),
        Column(
            feature=Feature(
                name="gap_variation",
                family="rhythm",
                unit="ratio",
                kind="context",
                label="how irregular the time between its orders is (spread, against its mean)",
            ),
            sql=f"case when gap_count >= 2 then {_GAP_SPREAD} end",
            blank=_TWO_DAYS,
        ),
    ),
)
