"""Managers: how lately the client's own manager changed (an event `manager_change` reaching it).

The freshness of a change is 1 on its day and falls to 0 within 365 days; without one it is 0, so
that a change can be seen as a change.
"""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.measures import MICRO, fact
from segml.words.feature import Feature

_CHANGED = "kind = 'manager_change' and age <= 365 and share > 0"

FAMILY = Family(
    name="managers",
    needs=frozenset({"events", "clients.manager"}),
    measures=(
        fact("touch", "manager_change_age", f"min(age) filter (where {_CHANGED})"),
        fact(
            "touch",
            "manager_freshness",
            f"cast(max(share * (365 - age)) filter (where {_CHANGED}) as double) / 365 / {MICRO}",
        ),
    ),
    columns=(
        Column(
            feature=Feature(
                name="manager_change_days",
                family="managers",
                unit="days",
                kind="driver",
                reason="manager",
                label="days since its manager changed",
                harm=-1,
            ),
            sql="manager_change_age",
            blank="its manager did not change in the last 365 days",
        ),
        Column(
            feature=Feature(
                name="manager_change_freshness",
                family="managers",
                unit="share",
                kind="driver",
                reason="manager",
                label="how recently its manager changed (100 %: just now; 0 %: a year ago, or not)",
            ),
            sql="coalesce(manager_freshness, 0)",
        ),
    ),
)
