"""Ideas: what the client proposed or tested for us; it may be worth more than it buys.

An idea counts as taken up from the day on which it was.
"""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.measures import rows_where
from segml.words.feature import Feature

FAMILY = Family(
    name="ideas",
    needs=frozenset({"interactions"}),
    measures=(
        rows_where("contact", "ideas_365", "kind = 'idea' and age <= 365"),
        rows_where(
            "contact",
            "ideas_upheld_365",
            "kind = 'idea' and outcome = 'upheld' and resolved_age <= 365",
        ),
    ),
    columns=(
        Column(
            feature=Feature(
                name="ideas_365",
                family="ideas",
                unit="count",
                kind="context",
                label="ideas it gave us in the last 365 days",
            ),
            sql="ideas_365",
        ),
        Column(
            feature=Feature(
                name="ideas_upheld_365",
                family="ideas",
                unit="count",
                kind="context",
                label="its ideas that we took up in the last 365 days",
            ),
            sql="ideas_upheld_365",
            needs=frozenset({"interactions.resolved_on", "interactions.outcome"}),
        ),
    ),
)
