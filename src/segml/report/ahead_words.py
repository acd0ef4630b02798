"""Sentences of what comes after the losses: who is next, on whose road, and what could be tried."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from segml.report import phrases, spans
from segml.report.ahead import NextClient, NextFacts
from segml.report.figures import (
    counted,
    day,
    days,
    in_a_row,
    label,
    money,
    number,
    percent,
    value,
)
from segml.report.language import Phrases, _, paragraph
from segml.words.feature import Feature

ALIKE = 0.05
"""A smaller difference between two shares that an order caught says nothing."""
YEAR = 365
"""A rhythm so slow that its silence may last longer gives no date to act by."""
MOST = 0.5
"""From this share on most of the lost stood in the first tenth."""
LEVERS = Phrases(
    {
        "review_care": "Bring the care it takes back to what it pays for",
        "cap_discount": "Agree on a limit for discounts",
        "settle_demands": "Settle what it asks for once, and agree on a frame for later requests",
        "mend_quality": "Find out why goods come back, and mend it",
        "settle_complaints": "Answer what is open, and faster than before",
        "make_good": "Explain the outages and make up for them",
        "visit": "See it in person, and keep to a rhythm",
        "introduce_manager": "Let a senior person introduce its new manager",
        "review_prices": "Review the prices of what it buys most",
        "agree_terms": "Agree on terms of payment",
        "offer_substitute": "Offer a substitute for what it can no longer buy",
        "defend_category": "Make an offer for its favourite category",
    }
)


def next_sentence(
    facts: NextFacts, currency: str | None, churn_days: int | None = None, *, on: dt.date
) -> str:
    """How many key clients stand there, what is at risk, and by what they are ordered.

    Parameters
    ----------
    facts
        Who is next.
    currency
        Of the money.
    churn_days
        The days of the risk of no purchase, which stands in where nothing was learnt.
    on
        The later date of the analysis: the page may be of a later one.
    """
    if facts.learnt_from is None:
        return _by_risk(facts, currency, churn_days, on)
    return counted(
        "{count} key client was active on {day} and not lost. By the model's estimate {money} of "
        "yearly profit is expected to be lost, or to begin to be lost, within {days} days.",
        "{count} key clients were active on {day} and not lost. By the model's estimate {money} of "
        "yearly profit is expected to be lost, or to begin to be lost, within {days} days.",
        facts.count,
        day=day(on),
        money=money(facts.profit_at_risk, currency),
        days=facts.horizon_days,
    )


def any_loss_sentence(facts: NextFacts, currency: str | None) -> str:
    """What may be lost of key clients in any way; empty where nothing was learnt of losses."""
    if facts.learnt_from is None:
        return ""
    return _(
        "Counting those that may shrink or turn unprofitable as well, {money} of the yearly profit "
        "of key clients is expected to be lost, or to begin to be lost, within {days} days.",
        money=money(facts.profit_at_risk, currency),
        days=facts.horizon_days,
    )


def _by_risk(facts: NextFacts, currency: str | None, churn_days: int | None, on: dt.date) -> str:
    """Where nothing was learnt of losses: what is at stake is by another event and other days."""
    who = counted(
        "{count} key client was active on {day} and not lost.",
        "{count} key clients were active on {day} and not lost.",
        facts.count,
        day=day(on),
    )
    order = _(
        "Too few losses are known to learn from: the likeliest are those whose risk of no "
        "purchase is greatest."
    )
    if churn_days is None:
        return paragraph([who, order])
    stake = _(
        "By the model's estimate {money} of last year's profit is at stake with those that may buy "
        "nothing within {days} days.",
        money=money(facts.profit_at_risk, currency),
        days=churn_days,
    )
    return paragraph([who, order, stake])


def order_sentence(facts: NextFacts) -> str:
    """Who of the key clients is shown, and in what order; empty where all are."""
    if facts.count <= len(facts.clients):
        return ""
    if facts.count <= 10 * len(facts.clients):
        return _("The likeliest to be lost are shown, those with most profit at risk first.")
    return _(
        "Of the tenth that is likeliest to be lost, those are shown with whom most profit is at "
        "risk, the most first."
    )


def trusted_sentence(facts: NextFacts) -> str:
    """How good the order was on past dates, and what that means for its use; empty if unknown."""
    caught, by_silence = facts.caught, facts.caught_by_silence
    if facts.learnt_from is None or caught is None or by_silence is None:
        return ""
    said = _(
        "How good it is: on past dates the likeliest tenth held {caught} of the "
        "key clients that were then lost; a tenth drawn by chance would hold {chance}, the tenth "
        "that had been silent for longest against their own rhythm held {silence}.",
        caught=percent(caught),
        chance=percent(0.1),
        silence=percent(by_silence),
    )
    if caught > by_silence + ALIKE:
        means = _("It finds more of them than looking at silence alone.")
    elif caught < by_silence - ALIKE:
        means = _(
            "Silence alone found more of them: look first at who has been silent for long against "
            "its own rhythm."
        )
    else:
        means = _(
            "It finds them about as well as looking at silence alone; what it adds is in what a "
            "client resembles those that were lost, and what could be tried."
        )
    if caught >= MOST:
        return paragraph([said, means])
    rest = _("Most losses came from further down: begin at the top, and take nobody for safe.")
    return paragraph([said, means, rest])


def two_chances_sentence(facts: NextFacts, churn_days: int | None) -> str:
    """Why the chance here is not the risk told elsewhere; empty where it is the same."""
    if facts.learnt_from is None:
        return ""
    about = spans.no_purchase(churn_days)
    return _(
        "The chance of loss is that of any loss (to leave, to shrink, to turn unprofitable), or "
        "of its beginning, within {days} days. The “{risk}” told elsewhere is of another event and "
        "other days: the two figures of a client need not be alike, nor the profit told beside "
        "each.",
        days=facts.horizon_days,
        risk=about,
    )


def unlike_sentence(clients: tuple[NextClient, ...]) -> str:
    """With how many of those shown the ledger points at nothing; empty where with none."""
    unlike = sum(not resembles(each) for each in clients)
    if not unlike:
        return ""
    if unlike == len(clients):
        return _(
            "None of those shown is like a lost client in anything that may drive a loss: the "
            "ledger points at nothing there, so ask the people who know them."
        )
    return counted(
        "{count} of the {shown} shown is like no lost client in anything that may drive a loss: "
        "the ledger points at nothing there, so ask the people who know it.",
        "{count} of the {shown} shown are like no lost client in anything that may drive a loss: "
        "the ledger points at nothing there, so ask the people who know them.",
        unlike,
        shown=number(len(clients)),
    )


def any_resembles(clients: tuple[NextClient, ...]) -> bool:
    """Whether any of those shown is like a lost client."""
    return any(resembles(each) for each in clients)


def resembles(client: NextClient) -> bool:
    """Whether it is like a lost client in something that may be named."""
    return client.reason is not None and client.driver is not None


def days_left_text(client: NextClient) -> str:
    """The days there may be to act; "not overdue, no warning" where nothing has begun."""
    if client.days_left is None:
        return _("not overdue, no warning")
    return _("over a year") if client.days_left > YEAR else days(round(client.days_left))


def sign_text(client: NextClient) -> str:
    """What of its orders stands out today."""
    said = []
    if client.warned_on is not None:
        said.append(_("warning since {day}", day=day(client.warned_on)))
    if client.days_left is not None and client.due_on is not None:
        said.append(
            _(
                "last order {last}, the next expected by {due}",
                last=day(client.last_order),
                due=day(client.due_on),
            )
        )
    return in_a_row(said)


def road_text(client: NextClient, features: Mapping[str, Feature], currency: str | None) -> str:
    """Which lost clients it is like, and in what: an association; empty where it is like none."""
    if client.reason is None or client.driver is None:
        return ""
    told = {
        "reason": phrases.REASONS.get(client.reason, client.reason),
        "driver": label(client.driver, features),
        "value": value(client.driver_value, client.driver, features, currency),
    }
    if not client.like:
        return _(
            "{reason}: {driver}: {value}, as with other lost clients before the decline", **told
        )
    return _(
        "{reason}: {driver}: {value}, as with {clients} before the decline",
        clients=_names(client.like),
        **told,
    )


def _names(names: tuple[str, ...]) -> str:
    """Names in a row, each kept to its own direction of writing."""
    return _(", ").join(f"\u2068{name}\u2069" for name in names)


def lever_text(lever: str | None) -> str:
    """What could be tried, or that the ledger cannot say."""
    if lever is None:
        return _("Ask the people who know it: nothing in the ledger stands out")
    return LEVERS.get(lever, lever)


def same_road_sentence(names: tuple[str, ...]) -> str:
    """Who of today's key clients is on the road of a lost one."""
    return _(
        "On the same road today, by what may have driven this loss: {clients}. A likeness, not a "
        "forecast.",
        clients=_names(names),
    )
