"""Lost clients that may buy on under another id: how many, what they weigh, and how to read it."""

from __future__ import annotations

from dataclasses import dataclass

from segml.report.figures import counted, money, percent
from segml.report.language import _, paragraph
from segml.report.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class GoingOnFacts:
    """How many there are; `profit_lost` is theirs, a year, and `share` of all that was lost."""

    clients: int
    profit_lost: float
    share: float


def going_on_facts(losses: Table, successors: Table) -> GoingOnFacts | None:
    """Of the published tables; None where there is none of them, or their loss costs nothing."""
    who = [row["client_id"] for row in successors.rows(columns=("client_id",))]
    whole = losses.sums(("profit_lost",))["profit_lost"]
    lost = losses.sums(("profit_lost",), ("client_id", "in", who))["profit_lost"]
    if not who or whole <= 0 or lost <= 0:
        return None
    return GoingOnFacts(clients=len(who), profit_lost=lost, share=lost / whole)


def going_on_sentence(facts: GoingOnFacts, currency: str | None) -> str:
    """How many of the lost may be none, and what to do."""
    said = counted(
        "{count} of them may buy on under another id: {money} a year, {share} of the loss.",
        "{count} of them may buy on under another id: {money} a year, {share} of the loss.",
        facts.clients,
        money=money(facts.profit_lost, currency),
        share=percent(facts.share),
    )
    read = _(
        "As each ended another client began that buys the same goods, which its dossier names. "
        "Where that is so nothing was lost there, and the reasons told for it are none."
    )
    return paragraph([said, read])
