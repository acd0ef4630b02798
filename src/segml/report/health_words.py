"""Sentences of the portfolio's health: concentration, attention, boundaries, decisions."""

from __future__ import annotations

from segml.report.edges import (
    BoundaryFact,
    BoundaryFacts,
    DecisionFact,
    DecisionFacts,
    SpreadFact,
)
from segml.report.figures import chance, day, money, number, percent, plural
from segml.report.health import AttentionFacts, ConcentrationFacts

EATERS = {
    "discount": "discounts",
    "demands": "requests and returns",
    "care": "care and handling",
    "payment": "late or unpaid bills",
}
OPTIONS = {"keep": "Keep as it is", "reprice": "New terms", "release": "Let go"}
NOBODY = "no manager named"
WITHOUT_CONTACTS = "The ledger tells no contacts, so none can be held against the playbook."


def concentration_sentence(facts: ConcentrationFacts) -> str:
    """How much of last year's profit hangs on few clients."""
    if not facts.tops:
        return "No client brought a profit in the last year."
    said = (
        f"The largest client brings {percent(facts.tops.get(1))} of the profit that clients bring, "
        f"the largest five {percent(facts.tops.get(5))}, the largest ten "
        f"{percent(facts.tops.get(10))}."
    )
    if not facts.hhi:
        return said
    alike = number(1 / facts.hhi)
    return f"{said} That is as concentrated as {alike} clients of equal size would be."


def year_sentence(facts: ConcentrationFacts, currency: str | None) -> str:
    """The simulated year: what is expected, and what one year in twenty falls short by."""
    year = facts.year
    return (
        f"By the model's estimate the next year brings {money(year['expected'], currency)} of "
        f"profit. With the predicted losses, nine simulated years in ten lie between "
        f"{money(year['low'], currency)} and {money(year['high'], currency)}; one in twenty falls "
        f"short by {money(year['at_risk'], currency)} or more. Losses of clients are played "
        "through, and years that are better or worse for all of them, as past years were; a shock "
        "unlike those is not."
    )


def attention_sentence(facts: AttentionFacts, currency: str | None) -> str:
    """What key clients got of their playbook, and who got more."""
    if not facts.told:
        return f"{WITHOUT_CONTACTS} {_over(facts, currency)}"
    said = [
        (
            f"Of {plural(facts.due, 'contact', 'contacts')} due with "
            f"{plural(facts.key_clients, 'key client', 'key clients')} in 365 days, "
            f"{number(facts.missed)} {'was' if facts.missed == 1 else 'were'} missed, with "
            f"{plural(facts.neglected, 'client', 'clients')}."
        )
    ]
    if facts.others:
        said.append(
            f"{plural(facts.others, 'client', 'clients')} of the other tiers got "
            f"{plural(facts.extra, 'contact', 'contacts')} more than planned for them, which cost "
            f"{money(facts.extra_cost, currency)}."
        )
    return " ".join([*said, _over(facts, currency)])


def _over(facts: AttentionFacts, currency: str | None) -> str:
    if not facts.over:
        return "No client had a discount above its playbook's limit."
    return (
        f"{plural(facts.over, 'client', 'clients')} had a discount above the playbook's limit, "
        f"{money(facts.over_money, currency)} in all."
    )


def boundaries_sentence(facts: BoundaryFacts) -> str:
    """How many key clients are on their boundary."""
    of = plural(facts.key_clients, "active key client", "active key clients")
    if not facts.count:
        return (
            f"None of {of} is on its boundary: no line of profit is near zero, and nowhere do "
            "discounts, requests, care and unpaid bills eat more than half of what goods leave."
        )
    return (
        f"{number(facts.count)} of {of} "
        "cost so much in discounts, requests, care or unpaid bills that the profit is gone, is "
        "about to go, or is less than half of what goods leave."
    )


def line_phrase(fact: BoundaryFact) -> str:
    """Where a client's line of profit leads."""
    if fact.verdict == "reaches_zero":
        return f"at this pace zero on {day(fact.zero_on)}"
    return {
        "below_zero": "below zero already",
        "not_within_two_years": "falling, not zero within two years",
        "unclear": "lower than a year before, no clear line",
        "not_falling": "not falling",
        "too_young": "too short a history for a line",
    }.get(fact.verdict, fact.verdict)


def pressed_phrase(fact: BoundaryFact, currency: str | None) -> str:
    """What takes more than a year before, and how much."""
    if fact.pressed_by is None or not fact.pressed_money:
        return "nothing more than a year before"
    what = EATERS.get(fact.pressed_by, fact.pressed_by)
    return f"{what} ({money(fact.pressed_money, currency)} more)"


def spread_sentence(fact: SpreadFact) -> str:
    """Where ordinary clients could learn of better discounts."""
    knows = plural(fact.linked, "client", "clients")
    return (
        f"{fact.category}: key clients get {percent(fact.key_discount_rate, 1)}, {fact.tier} "
        f"{percent(fact.discount_rate, 1)} off; the playbooks grant {percent(fact.granted, 1)} "
        f"between them. {knows} of {fact.tier} brought a key client that buys this, or came by one."
    )


def decisions_sentence(facts: DecisionFacts, currency: str | None) -> str:
    """How many clients are below zero, and how the chance of new terms is known."""
    if not facts.count:
        return "No active client cost more than it brought in the last year."
    known = (
        f"Too few discounts were cut before ({number(facts.tried)}) to say how likely a client "
        "accepts new terms."
        if facts.acceptance is None
        else f"Clients whose discount was cut before ({number(facts.tried)}) went on buying "
        f"{percent(facts.acceptance)} as often as others."
    )
    cost = plural(facts.count, "active client cost", "active clients cost")
    return (
        f"{cost} {money(facts.lost, currency)} more than "
        f"{'it' if facts.count == 1 else 'they'} brought in the last year. {known}"
    )


def condition_sentence(fact: DecisionFact) -> str:
    """What must be true for the option named to be the best."""
    least = chance(fact.break_even)
    if fact.condition == "accepts":
        return f"if it accepts {_terms(fact)} with a chance of at least {least}"
    if fact.condition == "may_accept":
        return f"unless it accepts {_terms(fact)} with a chance above {least}: ask"
    if fact.condition == "nothing_to_lose":
        return f"ask for {_terms(fact)}; if it refuses, letting it go costs less than to go on"
    return {
        "recovers": "if it earns what the model expects, though it did not last year",
        "referrals_stay": "only as long as the clients it brought go on buying",
        "costs_end": "if its cost to serve really ends",
    }.get(fact.condition, fact.condition)


def _terms(fact: DecisionFact) -> str:
    if fact.rise is None:
        return "new terms"
    return f"terms worth {percent(fact.rise, 1)} of its sales"
