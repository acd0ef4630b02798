"""What the page of drift says of each figure: its name, itself, its limit, the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segml.report import called
from segml.report.figures import MISSING, days, label, number, percent
from segml.report.language import Phrases, _
from segml.words.feature import Feature

WATCHED = Phrases(
    {
        "feature": "Feature",
        "score": "Score",
        "reason": "Order of reasons in a tier",
        "move": "Moves since the last month start",
        "volume": "Rows of a source",
        "worth": "Worth of an order line",
        "model": "Age of the model",
    }
)
SCORES = Phrases({"raw_churn": "Raw churn score", "tier": "Tiers"})
REALISED = Phrases(
    {
        "auc": "AUC",
        "lost_ratio": "Clients expected to be lost over those that were",
        "total_ratio": "Expected profit over the profit that came",
    }
)
ARROW = " → "


def name(row: Mapping[str, Any], features: Mapping[str, Feature]) -> str:
    """What moved, in the reader's words.

    Parameters
    ----------
    row
        Of the published table `drift`, nulls as None.
    features
        By name.
    """
    told = str(row["name"])
    if row["subject"] == "move":
        return ARROW.join(called.tier(tier) for tier in told.split(ARROW))
    if row["subject"] == "reason":
        return called.tier(told)
    if row["subject"] == "score":
        return SCORES.get(told, told)
    if row["subject"] == "model":
        return WATCHED["model"]
    return label(told, features) if row["subject"] == "feature" else told


def figure(row: Mapping[str, Any], column: str) -> str:
    """One figure of a row in its unit: a share, rows, days, or an index.

    Parameters
    ----------
    row
        As for `name`.
    column
        `value` or `usual`, or an end of the limit.
    """
    found = row[column]
    if found is None:
        return MISSING
    if row["subject"] == "move":
        return percent(found, 1)
    if row["subject"] == "volume":
        return number(found)
    return days(round(found)) if row["subject"] == "model" else number(found, 3)


def limit(row: Mapping[str, Any]) -> str:
    """Within what the figure may lie."""
    if row["subject"] == "reason":
        return _("at least {low}", low=figure(row, "low"))
    if row["low"] is None:
        return _("at most {high}", high=figure(row, "high"))
    return _("{low} to {high}", low=figure(row, "low"), high=figure(row, "high"))


def verdict(row: Mapping[str, Any]) -> str:
    """Whether it does."""
    return _("beyond its limit") if row["is_beyond"] else _("as usual")


def held(row: Mapping[str, Any]) -> str:
    """Whether published scores held as the model's card says.

    Parameters
    ----------
    row
        Of the published table `realised`, nulls as None.
    """
    return _("worse than the card says") if row["is_worse"] else _("as the card says")


def interval(row: Mapping[str, Any]) -> str:
    """A realised figure with its interval."""
    if row["value"] is None:
        return MISSING
    told = number(row["value"], 3)
    if row["low"] is None or row["high"] is None:
        return told
    return _(
        "{value} ({low} to {high})",
        value=told,
        low=number(row["low"], 3),
        high=number(row["high"], 3),
    )
