"""Sentences of "what if": which levers there are, what an answer means, why a value is refused."""

from __future__ import annotations

from collections.abc import Mapping

from segml.report import called, phrases
from segml.report.figures import chance_range, label, listed, number, value
from segml.report.language import Phrases, _, paragraph
from segml.report.pages.what_if import LeverAsked, RefusedValue, WhatIfFacts
from segml.scoring import Answer
from segml.words.feature import Feature

FIELDS = Phrases(
    {
        "margin": "Profit of the same sales",
        "margin_rate": "Margin rate",
        "spend": "Yearly sales",
        "frequency": "Orders a year",
        "breadth": "Categories a year",
        "care": "Yearly cost of care",
    }
)
"""Lever to the name of its field."""
Features = Mapping[str, Feature]
PERCENT = 100.0


def scale_of(feature: str, features: Features) -> float:
    """How many of a field's units make one of the feature's: shares are typed in per cent."""
    return PERCENT if feature in features and features[feature].unit == "share" else 1.0


def field_name(lever: LeverAsked, features: Features, currency: str | None) -> str:
    """A field's name with the unit in which it is typed."""
    name = FIELDS.get(lever.lever) or label(lever.feature, features)
    unit = features[lever.feature].unit if lever.feature in features else "score"
    told = "%" if unit == "share" else currency if unit == "money" else None
    return _("{name}, {unit}", name=name, unit=told) if told else name


def hint(lever: LeverAsked, features: Features, currency: str | None) -> str:
    """Where a lever stands today, and from where to where it may be moved."""
    return _(
        "today {value}; from {low} to {high}",
        value=value(lever.today, lever.feature, features, currency),
        low=value(lever.low, lever.feature, features, currency),
        high=value(lever.high, lever.feature, features, currency),
    )


def answer_sentence(facts: WhatIfFacts, features: Features, currency: str | None) -> str:
    """Where the client would be."""
    assert facts.after is not None
    moved = listed(
        [
            _(
                "{what} of {target} (today {value})",
                what=phrases.LEVERS.get(each.lever) or label(each.feature, features),
                target=value(each.asked, each.feature, features, currency),
                value=value(each.today, each.feature, features, currency),
            )
            for each in facts.moved
        ]
    )
    before, after = facts.before, facts.after
    given = {"tier": called.tier(after.tier), "moved": moved}
    if after.tier == before.tier:
        return _("It would stay in {tier} with {moved}.", **given)
    if after.tier_rank < before.tier_rank:
        return _("It would rise from {before} to {tier} with {moved}.", **_from(before, given))
    return _("It would fall from {before} to {tier} with {moved}.", **_from(before, given))


def _from(before: Answer, given: dict[str, str]) -> dict[str, str]:
    return {"before": called.tier(before.tier), **given}


def firm_sentence(facts: WhatIfFacts) -> str:
    """How firmly the tier would be held."""
    assert facts.after is not None
    after = facts.after
    rival = called.tier(after.tier_rival) if after.tier_rival else ""
    given = {
        "rival": rival,
        "margin": number(after.tier_margin, 3),
        "before": number(facts.before.tier_margin, 3),
    }
    return _(
        "The nearest other tier is {rival}; the margin to it would be {margin}, today's margin is "
        "{before} (0 is the border).",
        **given,
    )


def risk_sentence(facts: WhatIfFacts, horizon_days: int) -> str:
    """What the churn model says of a client with such figures, and what that is worth."""
    assert facts.after is not None
    if facts.after.p_churn == facts.before.p_churn:
        return _(
            "Risk that it buys nothing within {days} days: {before}, as today; what was changed "
            "does not move the model's answer.",
            days=horizon_days,
            before=_risk(facts.before),
        )
    said = _(
        "Risk that it buys nothing within {days} days: {after}, today {before}.",
        days=horizon_days,
        after=_risk(facts.after),
        before=_risk(facts.before),
    )
    worth = _(
        "That is the model's answer and no promise: it tells how many clients with such figures "
        "stop buying, not what this one would do if it were brought to them."
    )
    return paragraph([said, worth])


def _risk(answer: Answer) -> str:
    return chance_range(answer.p_churn, answer.p_churn_low, answer.p_churn_high)


def refused_sentence(refused: RefusedValue, features: Features, currency: str | None) -> str:
    """What was found, what is allowed, what to do next."""
    lever = refused.lever
    given = {
        "field": field_name(lever, features, currency),
        "found": refused.typed,
        "low": value(lever.low, lever.feature, features, currency),
        "high": value(lever.high, lever.feature, features, currency),
    }
    if refused.fault == "number":
        return _(
            "{field}: found “{found}”. Allowed: a number from {low} to {high}. Next: type digits "
            "alone, or leave the field empty.",
            **given,
        )
    if refused.fault == "whole":
        return _(
            "{field}: found “{found}”. Allowed: a whole number from {low} to {high}. Next: take "
            "the next whole number, or leave the field empty.",
            **given,
        )
    return _(
        "{field}: found “{found}”. Allowed: from {low} to {high}, where nearly all active clients "
        "are. Next: type a value between them, or leave the field empty.",
        **given,
    )
