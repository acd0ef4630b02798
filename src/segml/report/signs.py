"""Sentences beside a loss: when it could have been seen, what a person recorded, who is silent."""

from __future__ import annotations

from collections.abc import Mapping

from segml.report.dossier import GoesOnFact, LostClient
from segml.report.figures import counted, day, days, label, percent, value
from segml.report.language import _, paragraph
from segml.report.lost import LossFacts
from segml.words.feature import Feature


def signal_sentence(client: LostClient, features: Mapping[str, Feature]) -> str:
    """When it could have been seen, by what, and how many days there were to act."""
    if client.first_signal is None or client.lost_on is None:
        if all(reason == "unknown" for reason, _share in client.reasons):
            return _(
                "There was no early warning by the model's risk; with the reason unknown no driver "
                "is held against its line."
            )
        return _(
            "There was no early warning: neither the risk nor a driver crossed its line before."
        )
    given = {
        "day": day(client.first_signal),
        "room": days((client.lost_on - client.first_signal).days),
    }
    if client.first_signal_by in (None, "p_churn"):
        return _(
            "First missed signal: {day}, {room} before it counted as lost; the model's risk stood "
            "with that of the riskiest tenth of key clients.",
            **given,
        )
    given["sign"] = label(str(client.first_signal_by), features)
    driver = features.get(str(client.first_signal_by))
    if driver and driver.harm < 0:
        return _(
            "First missed signal: {day}, {room} before it counted as lost; {sign}: lower than for "
            "nine in ten key clients.",
            **given,
        )
    return _(
        "First missed signal: {day}, {room} before it counted as lost; {sign}: higher than for "
        "nine in ten key clients.",
        **given,
    )


def recorded_sentence(client: LostClient) -> str:
    """What a person recorded of its leaving, beside what was found."""
    left = day(client.left_on)
    if client.left_reason:
        told = _(
            "Our records say that it left on {day} with the reason “{reason}”",
            day=left,
            reason=client.left_reason,
        )
    else:
        told = _("Our records say that it left on {day}, with no reason", day=left)
    if client.kind == "left":
        return _("{sentence}.", sentence=told)
    return _("{sentence}, though it went on buying.", sentence=told)


def goes_on_sentence(fact: GoesOnFact) -> str:
    """Who may be the client under another id, and what to do if it is."""
    given = {
        "name": fact.name,
        "day": day(fact.began),
        "share": percent(fact.alike),
    }
    if fact.days_between < 0:
        said = _(
            "Perhaps it has not left: {name} began to buy on {day}, before its last order, and "
            "{share} of their trade is the same goods in the same amounts.",
            **given,
        )
    else:
        said = _(
            "Perhaps it has not left: {name} began to buy on {day}, {apart} after its last order, "
            "and {share} of their trade is the same goods in the same amounts.",
            apart=days(fact.days_between),
            **given,
        )
    return paragraph([said, _("Ask, and if they are one, give both one id in the ledger.")])


def silent_sentence(losses: LossFacts) -> str:
    """How many that fell out of the key tiers bought nothing for a year, which is no loss yet."""
    silent = sum(each.value_after == 0 for each in losses.demoted)
    if not silent:
        return ""
    return counted(
        "{count} of them brought nothing in the last year: too few orders, or too far between, to "
        "tell a departure from a long gap, so ask the people who know it.",
        "{count} of them brought nothing in the last year: too few orders, or too far between, to "
        "tell a departure from a long gap, so ask the people who know them.",
        silent,
    )


def still_sentence(
    client: LostClient, features: Mapping[str, Feature], currency: str | None
) -> str | None:
    """What a part of the loss rests on where the figure beside it never moves; None for none.

    An event that was over before the loss, and had not come on the last healthy date, shows on
    none of the days that are told.
    """
    for move in client.drivers:
        told = [
            value(each, move.feature, features, currency)
            for each in (move.earlier, move.before, move.after)
        ]
        if move.before is not None and len(set(told)) == 1:
            return _(
                "Where a figure is the same on all three days, its part rests on the months "
                "between them, in which the decline began."
            )
    return None
