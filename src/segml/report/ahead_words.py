"""Sentences of what comes after the losses: who is next, and who may come back."""

from __future__ import annotations

from collections.abc import Mapping

from segml.report import phrases
from segml.report.ahead import NextClient, NextFacts, WinBackClient
from segml.report.figures import (
    chance_range,
    day,
    label,
    money,
    number,
    percent,
    plural,
    value,
)
from segml.words.feature import Feature

LEVERS = {
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
ASK = "Ask the people who know it: the ledger points at nothing"


def next_sentence(facts: NextFacts, currency: str | None) -> str:
    """How many key clients stand there, what is at risk, and how far the order can be trusted."""
    said = [
        (
            f"{plural(len(facts.clients), 'key client is', 'key clients are')} active today and "
            f"not lost. By the model's estimate {money(facts.profit_at_risk, currency)} of yearly "
            "profit is expected to be lost, or to begin to be lost, within "
            f"{facts.horizon_days} days."
        )
    ]
    if facts.learnt_from is None:
        said.append(
            "Too few losses are known to learn from: they stand in the order of their risk of no "
            "purchase."
        )
    elif facts.caught is not None and facts.caught_by_silence is not None:
        said.append(
            f"On past dates the tenth ranked first held {percent(facts.caught)} of those that were "
            f"lost, where chance would hold {percent(0.1)} and silence alone held "
            f"{percent(facts.caught_by_silence)}: a list of whom to look at first, no verdict."
        )
    return " ".join(said)


def days_left_text(client: NextClient) -> str:
    """The days there may be to act; "not dated" where nothing has begun."""
    if client.days_left is None:
        return "not dated"
    return plural(round(client.days_left), "day", "days")


def sign_text(client: NextClient) -> str:
    """What of its orders stands out today."""
    said = []
    if client.warned_on is not None:
        said.append(f"warning since {day(client.warned_on)}")
    if client.days_left is not None and client.due_on is not None:
        said.append(
            f"last order {day(client.last_order)}, the next expected by {day(client.due_on)}"
        )
    return "; ".join(said)


def road_text(client: NextClient, features: Mapping[str, Feature], currency: str | None) -> str:
    """Which lost clients it is like, and in what: an association."""
    if client.reason is None or client.driver is None:
        return "Like no lost client in what may drive a loss"
    reason = phrases.REASONS.get(client.reason, client.reason)
    shown = value(client.driver_value, client.driver, features, currency)
    return (
        f"{reason}: {label(client.driver, features)} {shown}, "
        f"as with {_names(client.like)} before the decline"
    )


def _names(names: tuple[str, ...]) -> str:
    """Names in a row, each kept to its own direction of writing."""
    return ", ".join(f"\u2068{name}\u2069" for name in names)


def lever_text(lever: str | None) -> str:
    """What could be tried, or that the ledger cannot say."""
    return ASK if lever is None else LEVERS.get(lever, lever)


def same_road_sentence(names: tuple[str, ...]) -> str:
    """Who of today's key clients is on the road of a lost one."""
    return (
        f"On the same road today, by what may have driven this loss: {_names(names)}. "
        "A likeness, not a forecast."
    )


def winback_sentence(clients: tuple[WinBackClient, ...], currency: str | None) -> str:
    """How many can be counted on, what that is worth, and what an attempt costs."""
    known = [each for each in clients if each.expected_value is not None]
    total = sum(each.expected_value or 0.0 for each in known)
    said = []
    if known:
        said.append(
            f"Of clients that had been silent for as long, some ordered again within a year. By "
            f"that, {plural(len(known), 'lost client', 'lost clients')} may bring back "
            f"{money(total, currency)} of profit a year."
        )
    if len(known) < len(clients):
        rest = len(clients) - len(known)
        said.append(
            f"For {number(rest)} nothing can be counted: too few came back after such a silence, "
            "or they still buy a little."
        )
    cost = next((each.attempt_cost for each in clients if each.attempt_cost is not None), None)
    if cost is not None:
        said.append(f"A visit costs {money(cost, currency)}.")
    said.append(
        "The chance is that of coming back at all, whether or not somebody tried; what an attempt "
        "adds to it no ledger shows."
    )
    return " ".join(said)


def return_text(client: WinBackClient) -> str:
    """The chance of a return, with its interval and what it was counted from."""
    if client.chance is None:
        if client.verdict == "still_buys":
            return "still buys a little"
        return f"too few returns to say ({number(client.returned)} of {number(client.compared)})"
    counted = f"{number(client.returned)} of {number(client.compared)}"
    return f"{chance_range(client.chance, client.chance_low, client.chance_high)} ({counted})"
