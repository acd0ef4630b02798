"""Attention: our visits and calls, and whether they fell below what the client was used to.

A contact of ours is a `visit` or a `call`; minutes are those of contacts of every kind. Drops are
damped by one contact, or an hour (see `normal`).
"""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.measures import count, fact, money
from segml.features.normal import BLANK, MEASURES, drop
from segml.words.feature import Feature

FAMILY = Family(
    name="attention",
    needs=frozenset({"interactions"}),
    measures=(
        *MEASURES,
        count("contact", "contacts_365", "ours", last=365),
        count("contact", "contacts_180", "ours", last=180),
        count("contact", "contacts_before_180", "ours", last=545, after=180),
        money("contact", "minutes_180", "minutes", last=180),
        money("contact", "minutes_before_180", "minutes", last=545, after=180),
        fact("ours", "contact_silence", "min(age)"),
        fact("ours", "contact_gaps", "count(gap)"),
        fact("ours", "median_contact_gap", "median(gap)"),
    ),
    columns=(
        Column(
            feature=Feature(
                name="contacts_365",
                family="attention",
                unit="count",
                kind="context",
                label="our visits and calls in the last 365 days",
            ),
            sql="contacts_365",
        ),
        Column(
            feature=Feature(
                name="attention_drop_180",
                family="attention",
                unit="share",
                kind="driver",
                reason="manager",
                label="drop in our visits and calls, last 180 days against the year before",
            ),
            sql=drop("contacts_180", "contacts_before_180", prior=1),
            blank=BLANK,
        ),
        Column(
            feature=Feature(
                name="contact_silence_over_gap",
                family="attention",
                unit="ratio",
                kind="driver",
                reason="manager",
                label="time since our last visit or call, against the usual time between them",
            ),
            sql="case when contact_gaps >= 2 then contact_silence / median_contact_gap end",
            blank="fewer than three days with a visit or call",
        ),
        Column(
            feature=Feature(
                name="minutes_drop_180",
                family="attention",
                unit="share",
                kind="driver",
                reason="manager",
                label="drop in the minutes we spend on it, last 180 days against the year before",
            ),
            sql=drop("minutes_180", "minutes_before_180", prior=60),
            blank=BLANK,
            needs=frozenset({"interactions.minutes"}),
        ),
    ),
)
