"""Sentences of the portfolio's health: concentration, attention, boundaries, decisions."""

from __future__ import annotations

from segml.report.called import tier
from segml.report.edges import (
    BoundaryFact,
    BoundaryFacts,
    DecisionFact,
    DecisionFacts,
    SpreadFact,
)
from segml.report.figures import chance, counted, day, money, number, percent
from segml.report.health import AttentionFacts, ConcentrationFacts
from segml.report.language import Phrases, _, paragraph

EATERS = Phrases(
    {
        "discount": "discounts",
        "demands": "requests and returns",
        "care": "care and handling",
        "payment": "late or unpaid bills",
    }
)
NEARLY_ALL = 0.9
"""From this share of key clients that missed a contact on the rhythm itself is in question."""
LEAST_RISE, LEAST_MONEY = 0.0005, 0.5
"""A smaller rise of prices, and less money a year, is no part of new terms."""
LINES = Phrases(
    {
        "below_zero": "below zero already",
        "not_within_two_years": "falling, not zero within two years",
        "unclear": "lower than a year before, no clear line",
        "not_falling": "not falling",
        "too_young": "too short a history for a line",
    }
)
CONDITIONS = Phrases(
    {
        "recovers": "if it earns what the model expects, though it did not last year",
        "referrals_stay": "only as long as the clients it brought go on buying",
        "costs_end": "if its cost to serve really ends",
        "as_good_as_gone": "as good as done: it will hardly buy again",
    }
)


def concentration_sentence(facts: ConcentrationFacts) -> str:
    """How much of last year's profit hangs on few clients."""
    if not facts.tops:
        return _("No client brought a profit in the last year.")
    said = _(
        "The largest client brings {one} of the profit that clients bring, the largest five "
        "{five}, the largest ten {ten}.",
        one=percent(facts.tops.get(1)),
        five=percent(facts.tops.get(5)),
        ten=percent(facts.tops.get(10)),
    )
    if not facts.hhi:
        return said
    alike = _(
        "That is as concentrated as {clients} clients of equal size would be.",
        clients=number(1 / facts.hhi),
    )
    last, ahead = percent(facts.tops.get(10)), facts.tops_ahead.get(10)
    if ahead is None or percent(ahead) == last or ahead > facts.tops.get(10, 0.0):
        return paragraph([said, alike])
    drawn = _(
        "Of the next year the ten of whom most is expected bring {ahead}: an estimate draws large "
        "clients towards the others, so hold it against what you know of each.",
        ahead=percent(ahead),
    )
    return paragraph([said, alike, drawn])


def year_sentence(facts: ConcentrationFacts, currency: str | None) -> str:
    """The simulated year: what is expected, and what one year in twenty falls short by."""
    year = facts.year
    return _(
        "By the model's estimate the next year brings {expected} of profit. With the predicted "
        "losses, nine simulated years in ten lie between {low} and {high}; one in twenty falls "
        "short by {short} or more. Losses of clients are played through, and years that are better "
        "or worse for all of them, as past years were; a shock unlike those is not.",
        expected=money(year["expected"], currency),
        low=money(year["low"], currency),
        high=money(year["high"], currency),
        short=money(year["at_risk"], currency),
    )


def attention_sentence(facts: AttentionFacts, currency: str | None) -> str:
    """What key clients got of their playbook, and who got more."""
    if not facts.told:
        if not facts.discounts_told:
            return _("The ledger tells no contacts and no discounts to hold against the playbook.")
        untold = _("The ledger tells no contacts, so none can be held against the playbook.")
        return paragraph([untold, _over(facts, currency)])
    said = [_missed(facts), *_what_is_missed(facts), *_planned_and_done(facts)]
    if facts.others:
        said.append(
            counted(
                "{count} client of the other tiers got {contacts} more than planned for them, "
                "which cost {money}.",
                "{count} clients of the other tiers got {contacts} more than planned for them, "
                "which cost {money}.",
                facts.others,
                contacts=counted("{count} contact", "{count} contacts", facts.extra),
                money=money(facts.extra_cost, currency),
            )
        )
    return paragraph([*said, _over(facts, currency)])


def _missed(facts: AttentionFacts) -> str:
    return _(
        "Of {contacts} due with {clients} in 365 days, {missed}, with {neglected}.",
        contacts=counted("{count} contact", "{count} contacts", facts.due),
        clients=counted("{count} key client", "{count} key clients", facts.key_clients),
        missed=counted("{count} was missed", "{count} were missed", facts.missed),
        neglected=counted("{count} client", "{count} clients", facts.neglected),
    )


def _what_is_missed(facts: AttentionFacts) -> list[str]:
    """Why contacts made and missed need not add up to those due."""
    if not facts.missed:
        return []
    return [
        _(
            "A contact is missed when the next one falls due without it; several close together "
            "do not make up for a gap, so made and missed need not add up to due."
        )
    ]


def _planned_and_done(facts: AttentionFacts) -> list[str]:
    """Where hardly a key client got its rhythm: what is planned is not what is done."""
    if not facts.due or facts.neglected < NEARLY_ALL * facts.key_clients:
        return []
    return [
        _(
            "The rhythm of the playbook is kept with hardly any of them: {share} of what was due "
            "was done. Plan one that can be kept (`playbooks`), or begin with those below.",
            share=percent(1 - facts.missed / facts.due),
        )
    ]


def _over(facts: AttentionFacts, currency: str | None) -> str:
    if not facts.discounts_told:
        return _("The ledger tells no discounts, so none can be held against the playbook.")
    if not facts.over:
        return _("No client had a discount above its playbook's limit.")
    return counted(
        "{count} client had a discount above the playbook's limit, {money} in all.",
        "{count} clients had a discount above the playbook's limit, {money} in all.",
        facts.over,
        money=money(facts.over_money, currency),
    )


def boundaries_sentence(facts: BoundaryFacts) -> str:
    """How many key clients are on their boundary."""
    if not facts.count:
        return counted(
            "None of {count} active key client is on its boundary: no line of profit is near zero, "
            "and nowhere do discounts, requests, care and unpaid bills eat more than half of what "
            "goods leave.",
            "None of {count} active key clients is on its boundary: no line of profit is near "
            "zero, and nowhere do discounts, requests, care and unpaid bills eat more than half of "
            "what goods leave.",
            facts.key_clients,
        )
    if facts.count == 1:
        return counted(
            "Of {count} active key client one costs so much in discounts, requests, care or unpaid "
            "bills that the profit is gone, is about to go, or is less than half of what goods "
            "leave.",
            "Of {count} active key clients one costs so much in discounts, requests, care or "
            "unpaid bills that the profit is gone, is about to go, or is less than half of what "
            "goods leave.",
            facts.key_clients,
        )
    return counted(
        "{on} of {count} active key client cost so much in discounts, requests, care or unpaid "
        "bills that the profit is gone, is about to go, or is less than half of what goods leave.",
        "{on} of {count} active key clients cost so much in discounts, requests, care or unpaid "
        "bills that the profit is gone, is about to go, or is less than half of what goods leave.",
        facts.key_clients,
        on=number(facts.count),
    )


def line_phrase(fact: BoundaryFact) -> str:
    """Where a client's line of profit leads."""
    if fact.verdict == "reaches_zero":
        return _("at this pace zero on {day}", day=day(fact.zero_on))
    return LINES.get(fact.verdict, fact.verdict)


def eaten_phrase(fact: BoundaryFact) -> str:
    """The share of what goods leave that is eaten; beyond all of it a share says nothing."""
    if fact.eaten_share is not None and fact.eaten_share > 1:
        return _("all of it, and more")
    return percent(fact.eaten_share)


def pressed_phrase(fact: BoundaryFact, currency: str | None) -> str:
    """What takes more than a year before, and how much."""
    if fact.pressed_by is None or round(fact.pressed_money or 0.0) == 0:
        return _("nothing more than a year before")
    what = EATERS.get(fact.pressed_by, fact.pressed_by)
    return _("{what} ({money} more)", what=what, money=money(fact.pressed_money, currency))


def spread_sentence(fact: SpreadFact) -> str:
    """Where ordinary clients could learn of better discounts."""
    said = _(
        "{category}: key clients get {key}, {tier} {theirs} off; the playbooks grant {granted} "
        "between them.",
        category=fact.category,
        key=percent(fact.key_discount_rate, 1),
        tier=tier(fact.tier),
        theirs=percent(fact.discount_rate, 1),
        granted=percent(fact.granted, 1),
    )
    knows = counted(
        "{count} client of {tier} brought a key client that buys this, or came by one.",
        "{count} clients of {tier} brought a key client that buys this, or came by one.",
        fact.linked,
        tier=tier(fact.tier),
    )
    return paragraph([said, knows])


def decisions_sentence(facts: DecisionFacts, currency: str | None) -> str:
    """How many clients are below zero, and how the chance of new terms is known."""
    if not facts.count:
        return _("No active client cost more than it brought in the last year.")
    said = counted(
        "{count} active client cost {money} more than it brought in the last year.",
        "{count} active clients cost {money} more than they brought in the last year.",
        facts.count,
        money=money(facts.lost, currency),
    )
    if facts.acceptance is None:
        known = _(
            "Too few discounts were cut before ({number}) to say how likely a client accepts new "
            "terms.",
            number=number(facts.tried),
        )
    else:
        known = _(
            "Clients whose discount was cut before ({number}) went on buying {share} as often as "
            "others.",
            number=number(facts.tried),
            share=percent(facts.acceptance),
        )
    return paragraph([said, known])


def condition_sentence(fact: DecisionFact, currency: str | None) -> str:
    """What must be true for the option named to be the best, and which terms are new."""
    given = {"terms": _terms(fact, currency), "chance": chance(fact.break_even)}
    if fact.condition == "accepts":
        return _("{terms}; the best if it accepts with a chance of at least {chance}", **given)
    if fact.condition == "may_accept":
        return _(
            "how likely it accepts is not known; new terms are better from a chance of {chance} "
            "on, and would be: {terms}",
            **given,
        )
    if fact.condition == "nothing_to_lose":
        return _(
            "{terms}; if it refuses, letting it go costs less than to go on",
            terms=given["terms"],
        )
    return CONDITIONS.get(fact.condition, fact.condition)


def _terms(fact: DecisionFact, currency: str | None) -> str:
    """What is asked of the client, part by part; a part below half a unit of money is none."""
    said = []
    if fact.dearer is not None and fact.dearer >= LEAST_RISE:
        said.append(_("prices {share} higher", share=percent(fact.dearer, 1)))
    if (fact.less_discount or 0.0) >= LEAST_MONEY:
        spared = money(fact.less_discount, currency)
        said.append(
            _("discounts back within its tier's limit (brings {money} a year)", money=spared)
        )
    if (fact.less_care or 0.0) >= LEAST_MONEY:
        spared = money(fact.less_care, currency)
        said.append(
            _("no more contacts than planned for its tier (saves {money} a year)", money=spared)
        )
    if not said:
        return _("terms worth {money} a year", money=money(fact.gain, currency))
    return _(", ").join(said)
