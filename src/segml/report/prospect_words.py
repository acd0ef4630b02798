"""Sentences about prospects: what a first year may bring, what it takes, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from segml.report import phrases
from segml.report.figures import label, money, number, plural, shown
from segml.report.prospects import ProspectFact, ProspectFacts
from segml.scoring import ClientFacts
from segml.words.feature import Feature

LEAST_EFFECT = 0.5
"""Effects of less money than this are not told."""


def expected_sentence(client: ClientFacts, potential_days: int | None = None) -> str:
    """What a client is expected to bring, in a year from its first order if it has none yet."""
    currency = client.currency
    if client.expected_profit is None:
        return "No profit is expected of it in figures: too few past newcomers could teach one."
    if client.status == "prospect":
        span = "in the year from its first order, should it begin to buy"
    else:
        span = (
            f"over the next {potential_days} days" if potential_days else "over the model's horizon"
        )
    return (
        f"Expected profit {span}: {money(client.expected_profit, currency)}, four times in "
        f"five between {money(client.expected_profit_low, currency)} and "
        f"{money(client.expected_profit_high, currency)}, by the model's estimate."
    )


def prospects_sentence(facts: ProspectFacts) -> str:
    """How many prospects there are, and what the estimates rest on."""
    known = plural(facts.count, "prospect is known", "prospects are known")
    if not facts.told:
        return (
            f"{known}. Too few past newcomers have a first year that is over: nothing is foretold."
        )
    each = ", ".join(
        f"{number(count)} {phrases.RECOMMENDED[code]}"
        for code, count in facts.by_recommendation.items()
    )
    return (
        f"{known}: {each}. Each is told by the model's estimate of its first year, should it begin "
        f"to buy, learnt from {number(facts.learnt_from)} past newcomers. How likely it is to "
        "begin the ledger does not tell, so no total of the portfolio counts on prospects."
    )


def care_phrase(prospect: ProspectFact, currency: str | None) -> str:
    """What a first year takes: hours where contacts are known, and money."""
    cost = money(prospect.expected_cost_to_serve, currency)
    if prospect.expected_minutes is None:
        return cost
    return f"{cost}, {number(prospect.expected_minutes / 60, 1)} hours"


def effects_phrase(
    prospect: ProspectFact, features: Mapping[str, Feature], currency: str | None, top: int = 3
) -> str:
    """The largest effects of what is known of it on the expected profit."""
    told = [one for one in prospect.effects if abs(one.money) >= LEAST_EFFECT][:top]
    return "; ".join(
        f"{label(one.feature, features)} {shown(one.value_text)}: {_added(one.money, currency)}"
        for one in told
    )


def like_phrase(prospect: ProspectFact, currency: str | None) -> str:
    """The past newcomers most like it, and what their first years brought."""
    if not prospect.like:
        return "no past newcomer is like it"
    named = ", ".join(prospect.like)
    return f"{named} (first years brought {money(prospect.like_profit, currency)} on average)"


def prospect_lines(
    prospect: ProspectFact, features: Mapping[str, Feature], currency: str | None
) -> list[str]:
    """One prospect's first year in lines, for a terminal: care, look-alikes, every reason.

    Parameters
    ----------
    prospect
        Its facts.
    features
        Feature name to the feature, for its label.
    currency
        Put after money where known.
    """
    lines = [
        f"Its first year is expected to take {care_phrase(prospect, currency)} of care.",
        f"Most like it among past newcomers: {like_phrase(prospect, currency)}.",
        f"Learnt from {number(prospect.learnt_from)} newcomers. What the estimate rests on:",
        f"  {money(prospect.base, currency):>14}  expected of a newcomer nobody knows",
    ]
    return [
        *lines,
        *(
            f"  {_added(one.money, currency):>14}  {label(one.feature, features)} "
            f"({one.value_text})"
            for one in prospect.effects
        ),
    ]


def _added(amount: float, currency: str | None) -> str:
    return f"+{money(amount, currency)}" if amount > 0 else money(amount, currency)
