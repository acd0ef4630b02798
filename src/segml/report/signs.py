"""Sentences of one lost client: when it could have been seen, and what a person recorded."""

from __future__ import annotations

from collections.abc import Mapping

from segml.report.dossier import LostClient
from segml.report.figures import day, label, plural
from segml.words.feature import Feature


def signal_sentence(client: LostClient, features: Mapping[str, Feature]) -> str:
    """When it could have been seen, by what, and how many days there were to act."""
    if client.first_signal is None or client.lost_on is None:
        return "There was no early warning: neither the risk nor a driver crossed its line before."
    room = plural((client.lost_on - client.first_signal).days, "day", "days")
    when = f"First missed signal: {day(client.first_signal)}, {room} before it counted as lost"
    if client.first_signal_by in (None, "p_churn"):
        return f"{when}; the model's risk stood with that of the riskiest tenth of key clients."
    driver = features.get(str(client.first_signal_by))
    more = "lower" if driver and driver.harm < 0 else "higher"
    sign = label(str(client.first_signal_by), features)
    return f"{when}; {sign}: {more} than for nine in ten key clients."


def recorded_sentence(client: LostClient) -> str:
    """What a person recorded of its leaving, beside what was found."""
    why = f" with the reason “{client.left_reason}”" if client.left_reason else ", with no reason"
    against = "" if client.kind == "left" else ", though it went on buying"
    return f"Our records say that it left on {day(client.left_on)}{why}{against}."
