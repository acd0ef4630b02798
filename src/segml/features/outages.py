"""Outages: service outages that reached the client, each by the share of it that it reached."""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.normal import BLANK, EVENT_MEASURES, event_rise
from segml.features.reach import reach
from segml.words.feature import Feature

FAMILY = Family(
    name="outages",
    needs=frozenset({"events"}),
    measures=(
        *EVENT_MEASURES,
        reach("service_outage", "outages_90", last=90),
        reach("service_outage", "outages_180", last=180),
        reach("service_outage", "outages_before_180", last=545, after=180),
    ),
    columns=(
        *(
            Column(
                feature=Feature(
                    name=f"outages_{days}",
                    family="outages",
                    unit="count",
                    kind="driver",
                    reason="service",
                    label=f"service outages that reached it in the last {days} days",
                ),
                sql=f"outages_{days}",
            )
            for days in (90, 180)
        ),
        Column(
            feature=Feature(
                name="outages_rise_180",
                family="outages",
                unit="per_year",
                kind="driver",
                reason="service",
                label="rise in service outages that reached it, last 180 days against its normal",
            ),
            sql=event_rise("outages_180", "outages_before_180"),
            blank=BLANK,
        ),
    ),
)
