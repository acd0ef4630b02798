"""Losses that were recorded on one day for one reason: perhaps one decision, as of a chain."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from segml.report.figures import counted, day, money, percent
from segml.report.language import _, paragraph
from segml.report.table import Table

LEAST_AT_ONCE = 3
"""Fewer that were recorded on one day may be so by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtOnceFacts:
    """The dearest group of lost clients whose end was recorded on one day with one reason.

    `profit_lost` is theirs together, a year, and `share` of all that was lost; `left_reason` is
    None where nobody wrote one down.
    """

    left_on: dt.date
    left_reason: str | None
    clients: int
    profit_lost: float
    share: float


def at_once_facts(losses: Table) -> AtOnceFacts | None:
    """The dearest such group; None where there is none, or no end was recorded.

    Parameters
    ----------
    losses
        The published table.
    """
    whole = losses.sums(("profit_lost",))["profit_lost"]
    groups = losses.groups(("kind", "left_on", "left_reason"), ("profit_lost",))
    found = [
        row
        for row in groups
        if row["kind"] == "left" and row["left_on"] and row["count"] >= LEAST_AT_ONCE
    ]
    if not found or whole <= 0:
        return None
    dearest = max(found, key=lambda row: (row["profit_lost"], row["left_on"]))
    return AtOnceFacts(
        left_on=dearest["left_on"],
        left_reason=dearest["left_reason"],
        clients=int(dearest["count"]),
        profit_lost=float(dearest["profit_lost"]),
        share=float(dearest["profit_lost"]) / whole,
    )


def at_once_sentence(facts: AtOnceFacts, currency: str | None = None) -> str:
    """How many ended on one day, and how to read their reasons."""
    given = {
        "day": day(facts.left_on),
        "money": money(facts.profit_lost, currency),
        "share": percent(facts.share),
    }
    if facts.left_reason:
        said = counted(
            "{count} of them is recorded as gone on one day, {day}, with the reason “{reason}”: "
            "{money} a year, {share} of the loss.",
            "{count} of them are recorded as gone on one day, {day}, with the reason “{reason}”: "
            "{money} a year, {share} of the loss.",
            facts.clients,
            reason=facts.left_reason,
            **given,
        )
    else:
        said = counted(
            "{count} of them is recorded as gone on one day, {day}: {money} a year, {share} of the "
            "loss.",
            "{count} of them are recorded as gone on one day, {day}: {money} a year, {share} of "
            "the loss.",
            facts.clients,
            **given,
        )
    read = _(
        "If that was one decision, as of a chain under one contract, read it as one loss: the "
        "reasons below are found client by client and do not know of it."
    )
    return paragraph([said, read])
