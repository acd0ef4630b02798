"""Price events: our announced price changes, by the share of the client that each reached.

A change of +8 % in a category that made half of what the client bought is a rise of 4 % for it.
Cuts count negative; a change without a magnitude counts nothing. A client that is used to a rise
every year has that rise as its normal.
"""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.normal import BLANK, EVENT_MEASURES, event_rise
from segml.features.reach import reach
from segml.words.feature import Feature

FAMILY = Family(
    name="price_events",
    needs=frozenset({"events", "events.magnitude"}),
    measures=(
        *EVENT_MEASURES,
        reach("price_change", "announced_90", last=90, column="weighed"),
        reach("price_change", "announced_180", last=180, column="weighed"),
        reach("price_change", "announced_before_180", last=545, after=180, column="weighed"),
    ),
    columns=(
        *(
            Column(
                feature=Feature(
                    name=f"price_events_{days}",
                    family="price_events",
                    unit="share",
                    kind="driver",
                    reason="price",
                    label=f"announced price rise on what it buys, last {days} days",
                ),
                sql=f"announced_{days}",
            )
            for days in (90, 180)
        ),
        Column(
            feature=Feature(
                name="price_events_rise_180",
                family="price_events",
                unit="share",
                kind="driver",
                reason="price",
                label=(
                    "announced price rise a year on what it buys, last 180 days against its normal"
                ),
            ),
            sql=event_rise("announced_180", "announced_before_180"),
            blank=BLANK,
        ),
    ),
)
