"""Categories: breadth, concentration, and the leakage of the favourite while others hold.

The favourite is the category with the most money in the year before the last 180 days. Its hold
is its recent daily rate over its earlier one, at most 1; so is the hold of all others bought
then, together: a category taken up since is no sign that anything held. Leakage is the others'
hold less the favourite's, at least 0: a client that falls everywhere leaks nothing, one that
keeps all but its favourite leaks up to 1.
"""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.measures import fact, ratio, rows_where
from segml.features.windows import end, window
from segml.words.feature import Feature

_SCALE = "(cast(365 as double) / 180)"  # of decimals, engines make quotients of few digits
_FAVOURITE = "place = 1"
_OTHERS = "place > 1 and before > 0"


def _sum(column: str, condition: str) -> str:
    return f"cast(sum({column}) filter (where {condition}) as double) / 1000000"


def _hold(recent: str, before: str) -> str:
    return f"least(greatest(cast({recent} as double) * {_SCALE} / {before}, 0), 1)"


_LEAKAGE = (
    "case when favourite_before > 0 and others_before > 0 then greatest("
    f"{_hold('others_recent', 'others_before')} - {_hold('favourite_recent', 'favourite_before')}"
    ", 0) end"
)

FAMILY = Family(
    name="categories",
    needs=frozenset({"category"}),
    measures=(
        rows_where("shelf", "categories_365", "last_age <= 365"),
        rows_where("shelf", "categories_90", window(90, age="last_age")),
        rows_where("shelf", "categories_prev_365", "last_age_prev <= 730"),
        fact("shelf", "favourite_before", _sum("before", _FAVOURITE)),
        fact("shelf", "favourite_recent", _sum("recent", _FAVOURITE)),
        fact("shelf", "others_before", _sum("before", _OTHERS)),
        fact("shelf", "others_recent", _sum("recent", _OTHERS)),
        fact("shelf", "shelf_year", "cast(sum(year) as double) / 1000000"),
        fact("shelf", "shelf_year_top", "cast(max(year) as double) / 1000000"),
        fact("shelf", "mix_before", _sum("before", "before > 0")),
        fact("shelf", "mix_silent", _sum("before", f"before > 0 and last_age > {end(180)}")),
    ),
    columns=(
        Column(
            feature=Feature(
                name="categories_365",
                family="categories",
                unit="count",
                kind="symptom",
                label="categories bought in the last 365 days",
                churn_sign=-1,
            ),
            sql="categories_365",
        ),
        Column(
            feature=Feature(
                name="categories_90",
                family="categories",
                unit="count",
                kind="symptom",
                label="categories bought in the last 90 days",
                churn_sign=-1,
            ),
            sql="categories_90",
        ),
        Column(
            feature=Feature(
                name="categories_prev_365",
                family="categories",
                unit="count",
                kind="context",
                label="categories bought one to two years ago",
            ),
            sql="categories_prev_365",
        ),
        Column(
            feature=Feature(
                name="top_category_share_365",
                family="categories",
                unit="share",
                kind="context",
                label="share of its spend in its top category, last 365 days",
            ),
            sql=ratio("shelf_year_top", "shelf_year"),
            blank="nothing bought in a known category in the last 365 days",
        ),
        Column(
            feature=Feature(
                name="favourite_leakage_180",
                family="categories",
                unit="share",
                kind="driver",
                reason="competitor",
                label=(
                    "fall of its favourite category while its others hold, last 180 days "
                    "against the year before"
                ),
            ),
            sql=_LEAKAGE,
            blank="fewer than two categories bought in the year before the last 180 days",
        ),
        Column(
            feature=Feature(
                name="silent_mix_180",
                family="categories",
                unit="share",
                kind="symptom",
                label="share of its earlier purchases in categories it has not bought for 180 days",
            ),
            sql=ratio("coalesce(mix_silent, 0)", "mix_before"),
            blank="nothing bought in the year before the last 180 days",
        ),
    ),
)
