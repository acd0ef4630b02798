"""Sentences of all losses together: faults to mend, the trend, what rose before, reliefs."""

from __future__ import annotations

from collections.abc import Mapping

from segml.report import phrases
from segml.report.figures import day, label, money, number, percent, plural
from segml.report.lost import LossFacts
from segml.report.together import (
    DriverFact,
    EventFact,
    FaultFact,
    PartFact,
    QuarterFact,
    ReliefFact,
)
from segml.report.together import TogetherFacts as Facts
from segml.words.feature import Feature

OTHERS = "all others"
WHERE = (
    "Each table sums to the whole. A loss is counted with the manager, industry and region of the "
    "earlier date, with the products and categories whose profit fell, and with events only where "
    "they are likely behind it."
)


def event_phrase(event: EventFact | None, event_id: str) -> str:
    """An event in words: what was written down, else its kind and what it was about.

    Parameters
    ----------
    event
        What is known of it; None where nothing is.
    event_id
        Its id, shown where nothing else is known.
    """
    if event is None:
        return event_id
    written = (event.description or "").strip().rstrip(".")
    if not written:
        kind = phrases.EVENT_KINDS.get(event.kind, event.kind.replace("_", " "))
        about = f", {event.scope} {event.scope_value}" if event.scope_value else ""
        written = f"{kind[:1].upper()}{kind[1:]}{about}"
    return f"{written[:1].upper()}{written[1:]} ({day(event.date)})"


def part_phrase(part: PartFact, dimension: str, facts: Facts) -> str:
    """What a part of the losses is called in its dimension."""
    if part.value is None:
        return OTHERS
    if is_rest(part):
        return phrases.RESTS[part.value]
    if dimension == "event":
        return event_phrase(facts.events.get(part.value), part.value)
    if dimension == "quarter":
        return quarter_phrase(part.value)
    return phrases.KINDS.get(part.value, part.value) if dimension == "kind" else part.value


def fault_phrase(fault: FaultFact, facts: Facts, features: Mapping[str, Feature]) -> str:
    """The concrete thing behind a fault."""
    if fault.source == "event":
        return event_phrase(facts.events.get(fault.value), fault.value)
    if fault.source == "manager":
        who = phrases.RESTS.get(fault.value, fault.value)
        return f"Contact by {who} below its normal, or just changed"
    if fault.source == "product":
        return f"{fault.value}: {phrases.FAULT_PRODUCTS.get(fault.reason, fault.reason)}"
    said = phrases.FAULT_SIGNS.get(fault.value, label(fault.value, features))
    return f"{said[:1].upper()}{said[1:]}"


def faults_sentence(losses: LossFacts, currency: str | None) -> str:
    """How much of the losses goes with what is in our own hand."""
    facts = losses.together
    if facts is None or not facts.faults:
        return "No part of the losses goes with service, assortment, managers or prices."
    share = facts.faults_money / losses.profit_lost if losses.profit_lost > 0 else None
    part = f", {percent(share)} of what was lost" if share is not None else ""
    return (
        f"{money(facts.faults_money, currency)} a year{part}, goes with what is in our own hand: "
        "service, assortment, managers, prices. Payment is the client's ability to pay, a "
        "competitor's entry a rival's doing; discounts and care that a client pressed for are "
        "lines to hold with it."
    )


def trend_sentence(facts: Facts) -> str:
    """Whether key clients are lost faster, and what the rate is of."""
    said = phrases.DIRECTIONS_OF_TREND.get(facts.direction, phrases.DIRECTIONS_OF_TREND["unclear"])
    return (
        f"{said} The share is of the key clients when each quarter began, judged when it ended: it "
        "counts some that became key clients later, and some that recovered later."
    )


def drivers_sentence(facts: Facts) -> str:
    """What the comparison with clients that stayed found."""
    if not facts.drivers_compared:
        return "Too few clients were lost to compare them with those that stayed."
    looked = plural(facts.drivers_compared, "sign", "signs")
    if not facts.drivers:
        return (
            f"Of {looked} that may drive a loss, none had risen before the losses more often than "
            "with similar key clients that stayed, beyond what chance gives to so many looks. "
            "Different clients are lost for different reasons: a sign may matter for a few."
        )
    return (
        f"Of {looked} that may drive a loss, these had risen before the losses more often than "
        "with similar key clients that stayed, on the same dates. That is an association: it does "
        "not prove a cause."
    )


def quarter_phrase(quarter: str) -> str:
    """A quarter as people write it.

    Examples
    --------
    >>> quarter_phrase("2024-Q3")
    'Q3 2024'
    """
    year, _, name = quarter.partition("-")
    return f"{name} {year}"


def rate_phrase(each: QuarterFact) -> str:
    """The share of a quarter's key clients that was lost, of how many, with its interval."""
    if each.rate is None:
        return "no key clients"
    low, high = percent(each.rate_low, 1), percent(each.rate_high, 1)
    return f"{percent(each.rate, 1)} of {number(each.key_clients)} ({low} to {high})"


def rate_width(each: QuarterFact, facts: Facts) -> float:
    """How long the bar of a rate is, against the highest of all quarters."""
    most = max((one.rate or 0.0 for one in facts.quarters), default=0.0)
    return (each.rate or 0.0) / most if most else 0.0


def share_phrase(share: float | None) -> str:
    """A share of the losses, small ones with a digit more."""
    return percent(share, 1 if share is not None and abs(share) < 0.095 else 0)


def is_rest(part: PartFact) -> bool:
    """Whether it is what could not be attributed, or all values that are not shown."""
    return part.value is None or part.value in phrases.RESTS


def says_something(parts: tuple[PartFact, ...]) -> bool:
    """Whether a dimension has more than what could not be attributed."""
    return any(not is_rest(part) for part in parts)


def driver_odds(driver: DriverFact) -> str:
    """How many times as often, with the range that holds for all drivers at once."""
    low, high = number(driver.ratio_low, 1), number(driver.ratio_high, 1)
    return f"{number(driver.ratio, 1)}× ({low} to {high})"


def relief_sentence(relief: ReliefFact, currency: str | None) -> str:
    """What departures that are a relief freed and cost."""
    one = relief.clients == 1
    left = plural(relief.clients, "client left that is no loss", "clients left that are no loss")
    freed = money(relief.cost_freed, currency)
    hours = plural(round(relief.care_minutes / 60.0), "hour", "hours")
    they, profit = "it" if one else "they", relief.profit_forgone
    result = (
        f"{they} had cost {money(-profit, currency)} more than {they} brought"
        if profit < 0
        else f"{money(profit, currency)} of profit is forgone"
    )
    return (
        f"{left}: in the year before, {they} took {freed} of cost to serve, with {hours} of "
        f"contacts, and {result}."
    )
