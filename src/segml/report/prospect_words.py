"""Sentences about prospects: what a first year may bring, what it takes, and what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from segml.report import phrases
from segml.report.figures import (
    counted,
    in_a_row,
    label,
    money,
    month,
    number,
    shown,
)
from segml.report.language import _, paragraph
from segml.report.prospects import EffectFact, ProspectFact, ProspectFacts
from segml.scoring import ClientFacts
from segml.words.feature import Feature

MONTH = "month"
"""The feature that is a place in the year, in months: 10.85 is late in November."""
LEAST_EFFECT = 0.5
"""Effects of less money than this are not told."""


def expected_sentence(client: ClientFacts, potential_days: int | None = None) -> str:
    """What a client is expected to bring, in a year from its first order if it has none yet."""
    if client.expected_profit is None:
        return _("No profit is expected of it in figures: too few past newcomers could teach one.")
    given = {
        "profit": money(client.expected_profit, client.currency),
        "low": money(client.expected_profit_low, client.currency),
        "high": money(client.expected_profit_high, client.currency),
    }
    if client.status == "prospect":
        return _(
            "Expected profit in the year from its first order, should it begin to buy: {profit}, "
            "four times in five between {low} and {high}, by the model's estimate.",
            **given,
        )
    if not potential_days:
        return _(
            "Expected profit over the model's horizon: {profit}, four times in five between {low} "
            "and {high}, by the model's estimate.",
            **given,
        )
    return _(
        "Expected profit over the next {days} days: {profit}, four times in five between {low} and "
        "{high}, by the model's estimate.",
        days=potential_days,
        **given,
    )


def prospects_sentence(facts: ProspectFacts) -> str:
    """How many prospects there are, and what the estimates rest on."""
    if not facts.told:
        return counted(
            "{count} prospect is known. Too few past newcomers have a first year that is over: "
            "nothing is foretold.",
            "{count} prospects are known. Too few past newcomers have a first year that is over: "
            "nothing is foretold.",
            facts.count,
        )
    each = _(", ").join(
        _("{count} {what}", count=number(count), what=phrases.RECOMMENDED[code])
        for code, count in facts.by_recommendation.items()
    )
    said = counted(
        "{count} prospect is known: {each}.",
        "{count} prospects are known: {each}.",
        facts.count,
        each=each,
    )
    rests = counted(
        "Each is told by the model's estimate of its first year, should it begin to buy, learnt "
        "from {count} past newcomers. How likely it is to begin the ledger does not tell, so no "
        "total of the portfolio counts on prospects.",
        "Each is told by the model's estimate of its first year, should it begin to buy, learnt "
        "from {count} past newcomers. How likely it is to begin the ledger does not tell, so no "
        "total of the portfolio counts on prospects.",
        facts.learnt_from,
    )
    return paragraph([said, rests])


def care_phrase(prospect: ProspectFact, currency: str | None) -> str:
    """What a first year takes: hours where contacts are known, and money."""
    cost = money(prospect.expected_cost_to_serve, currency)
    if prospect.expected_minutes is None:
        return cost
    return _("{money}, {hours} hours", money=cost, hours=number(prospect.expected_minutes / 60, 1))


def effects_phrase(
    prospect: ProspectFact, features: Mapping[str, Feature], currency: str | None, top: int = 3
) -> str:
    """The largest effects of what is known of it on the expected profit."""
    told = [one for one in prospect.effects if abs(one.money) >= LEAST_EFFECT][:top]
    return in_a_row(
        _(
            "{feature} ({value}): {effect}",
            feature=label(one.feature, features),
            value=known_value(one),
            effect=added_money(one.money, currency),
        )
        for one in told
    )


def known_value(effect: EffectFact) -> str:
    """What is known of a prospect, in words: of its place in the year the month.

    Examples
    --------
    >>> known_value(EffectFact(feature="month", value_text="10.85", money=1.0))
    'Nov'
    """
    if effect.feature != MONTH or not effect.value_text[:1].isdigit():
        return shown(effect.value_text)
    return month(dt.date(2000, 1 + min(int(float(effect.value_text)), 11), 1))


def like_phrase(prospect: ProspectFact, currency: str | None) -> str:
    """The past newcomers most like it, and what their first years brought."""
    if not prospect.like:
        return _("no past newcomer is like it")
    return _(
        "{clients} (first years brought {money} on average)",
        clients=_(", ").join(prospect.like),
        money=money(prospect.like_profit, currency),
    )


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
        _(
            "Its first year is expected to take {care} of care.",
            care=care_phrase(prospect, currency),
        ),
        _(
            "Most like it among past newcomers: {clients}.",
            clients=like_phrase(prospect, currency),
        ),
        counted(
            "Learnt from {count} newcomers. What the estimate rests on:",
            "Learnt from {count} newcomers. What the estimate rests on:",
            prospect.learnt_from,
        ),
        f"  {money(prospect.base, currency):>14}  {_('expected of a newcomer nobody knows')}",
    ]
    return [
        *lines,
        *(
            f"  {added_money(one.money, currency):>14}  {label(one.feature, features)} "
            f"({known_value(one)})"
            for one in prospect.effects
        ),
    ]


def added_money(amount: float, currency: str | None) -> str:
    """What an effect adds, with its sign."""
    return f"+{money(amount, currency)}" if amount > 0 else money(amount, currency)
