"""Sentences of all losses together: faults to mend, the trend, what rose before, reliefs."""

from __future__ import annotations

from collections.abc import Mapping

from segml.report import called, phrases
from segml.report.figures import counted, day, label, money, number, percent
from segml.report.language import _, paragraph
from segml.report.lost import LossFacts
from segml.report.together import (
    DriverFact,
    EventFact,
    FaultFact,
    PartFact,
    QuarterFact,
    RecordedFact,
    ReliefFact,
)
from segml.report.together import TogetherFacts as Facts
from segml.words.feature import Feature

WIDEST = 25.0
"""Of an interval of a ratio whose ends lie farther apart, only the lower end says something."""


def where_sentence() -> str:
    """What the tables of where the lost profit lay count."""
    return _(
        "Each table sums to the whole. A loss is counted with the manager, industry and region of "
        "the earlier date, with the products and categories whose profit fell, and with each event "
        "by how likely it is behind the loss: so many losses are to be expected of it."
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
    written = called.unstopped(event.description or "")
    written = written or phrases.EVENT_KINDS.get(event.kind, event.kind.replace("_", " "))
    if event.scope_value and not called.names(written, event.scope_value):
        scope = called.SCOPES.get(event.scope or "", event.scope)
        written = _("{kind}, {scope} {value}", kind=written, scope=scope, value=event.scope_value)
    return _("{what} ({day})", what=f"{written[:1].upper()}{written[1:]}", day=day(event.date))


def part_phrase(part: PartFact, dimension: str, facts: Facts) -> str:
    """What a part of the losses is called in its dimension."""
    if part.value is None:
        return _("all others")
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
        return _("Contact by {manager} below its normal, or just changed", manager=who)
    if fault.source == "product":
        about = phrases.FAULT_PRODUCTS.get(fault.reason, fault.reason)
        return _("{what}: {about}", what=fault.value, about=about)
    said = phrases.FAULT_SIGNS.get(fault.value, label(fault.value, features))
    return f"{said[:1].upper()}{said[1:]}"


def faults_sentence(losses: LossFacts, currency: str | None) -> str:
    """How much of the losses goes with what is in our own hand."""
    facts = losses.together
    if facts is None or not facts.faults:
        return _("No part of the losses goes with service, assortment, managers or prices.")
    cost = money(facts.faults_money, currency)
    if losses.profit_lost > 0:
        share = percent(facts.faults_money / losses.profit_lost)
        said = _(
            "{money} a year, {share} of what was lost, goes with what is in our own hand: service, "
            "assortment, managers, prices.",
            money=cost,
            share=share,
        )
    else:
        said = _(
            "{money} a year, goes with what is in our own hand: service, assortment, managers, "
            "prices.",
            money=cost,
        )
    rest = _(
        "Payment is the client's ability to pay, a competitor's entry a rival's doing; discounts "
        "and care that a client pressed for are lines to hold with it."
    )
    return paragraph([said, rest])


def trend_sentence(facts: Facts) -> str:
    """Whether key clients are lost faster, and what the rate is of."""
    said = phrases.DIRECTIONS_OF_TREND.get(facts.direction, phrases.DIRECTIONS_OF_TREND["unclear"])
    meant = _(
        "The share is of the key clients when each quarter began, judged when it ended: it counts "
        "some that became key clients later, and some that recovered later."
    )
    return paragraph([said, meant])


def drivers_sentence(facts: Facts) -> str:
    """What the comparison with clients that stayed found."""
    if not facts.drivers_compared:
        return _("Too few clients were lost to compare them with those that stayed.")
    if not facts.drivers:
        return counted(
            "Of {count} sign that may drive a loss, none had risen before the losses more often "
            "than with similar key clients that stayed, beyond what chance gives to so many looks. "
            "Different clients are lost for different reasons: a sign may matter for a few.",
            "Of {count} signs that may drive a loss, none had risen before the losses more often "
            "than with similar key clients that stayed, beyond what chance gives to so many looks. "
            "Different clients are lost for different reasons: a sign may matter for a few.",
            facts.drivers_compared,
        )
    return counted(
        "Of {count} sign that may drive a loss, these had risen before the losses more often than "
        "with similar key clients that stayed, on the same dates. That is an association: it does "
        "not prove a cause.",
        "Of {count} signs that may drive a loss, these had risen before the losses more often than "
        "with similar key clients that stayed, on the same dates. That is an association: it does "
        "not prove a cause.",
        facts.drivers_compared,
    )


def recorded_sentence(facts: Facts) -> str:
    """What the reasons that people recorded are held against, and what that is good for."""
    meant = _(
        "Reasons are named without reading what people recorded. So where the two agree, each "
        "supports the other; where a record goes with another reason than its words say, one of "
        "the two is wrong. All clients whose decline is known count here, not key clients alone."
    )
    if any(each.told for each in facts.recorded):
        return meant
    nothing = _("No recorded reason goes with a named one more than chance would have it.")
    return paragraph([nothing, meant])


def told_phrase(recorded: RecordedFact) -> str:
    """The reasons named more for those clients, with their shares; or that there is none."""
    if not recorded.told:
        return _("no reason stands out")
    return "; ".join(
        _(
            "{reason}: {share} (for all {usual})",
            reason=phrases.REASONS.get(each.reason, each.reason),
            share=percent(each.share),
            usual=percent(each.usual_share),
        )
        for each in recorded.told
    )


def quarter_phrase(quarter: str) -> str:
    """A quarter as people write it.

    Examples
    --------
    >>> quarter_phrase("2024-Q3")
    'Q3 2024'
    """
    year, quarter_of = quarter.split("-Q")
    return _("Q{quarter} {year}", quarter=quarter_of, year=year)


def rate_phrase(each: QuarterFact) -> str:
    """The share of a quarter's key clients that was lost, of how many, with its interval."""
    if each.rate is None:
        return _("no key clients")
    return _(
        "{share} of {clients} ({low} to {high})",
        share=percent(each.rate, 1),
        clients=number(each.key_clients),
        low=percent(each.rate_low, 1),
        high=percent(each.rate_high, 1),
    )


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
    """How many times as often, with the range that holds for all drivers at once.

    The shares are told apart by reshuffling; of how many times few clients may still say nothing.
    """
    if driver.ratio_low <= 1.0 <= driver.ratio_high:
        return _("too few to tell how many times")
    if driver.ratio_high > WIDEST * driver.ratio_low:
        return _("{times}× at least", times=number(driver.ratio_low, 1))
    return _(
        "{times}× ({low} to {high})",
        times=number(driver.ratio, 1),
        low=number(driver.ratio_low, 1),
        high=number(driver.ratio_high, 1),
    )


def relief_sentence(relief: ReliefFact, currency: str | None) -> str:
    """What departures that are a relief freed and cost."""
    given = {
        "freed": money(relief.cost_freed, currency),
        "money": money(abs(relief.profit_forgone), currency),
    }
    if not relief.care_minutes:
        return _relief_without_care(relief, given)
    given["hours"] = counted("{count} hour", "{count} hours", round(relief.care_minutes / 60.0))
    if relief.profit_forgone < 0:
        return counted(
            "{count} client left that is no loss: in the year before, it took {freed} of cost to "
            "serve, with {hours} of contacts, and it had cost {money} more than it brought.",
            "{count} clients left that are no loss: in the year before, they took {freed} of cost "
            "to serve, with {hours} of contacts, and they had cost {money} more than they brought.",
            relief.clients,
            **given,
        )
    return counted(
        "{count} client left whose departure the scheme takes for a relief: in the year before, it "
        "took {freed} of cost to serve, with {hours} of contacts, but brought {money} more than it "
        "cost.",
        "{count} clients left whose departure the scheme takes for a relief: in the year before, "
        "they took {freed} of cost to serve, with {hours} of contacts, but together brought "
        "{money} more than they cost.",
        relief.clients,
        **given,
    )


def _relief_without_care(relief: ReliefFact, given: Mapping[str, str]) -> str:
    """The same where no contact took a minute, or none is on record."""
    if relief.profit_forgone < 0:
        return counted(
            "{count} client left that is no loss: in the year before, it took {freed} of cost to "
            "serve, and it had cost {money} more than it brought.",
            "{count} clients left that are no loss: in the year before, they took {freed} of cost "
            "to serve, and they had cost {money} more than they brought.",
            relief.clients,
            **given,
        )
    return counted(
        "{count} client left whose departure the scheme takes for a relief: in the year before, it "
        "took {freed} of cost to serve, but brought {money} more than it cost.",
        "{count} clients left whose departure the scheme takes for a relief: in the year before, "
        "they took {freed} of cost to serve, but together brought {money} more than they cost.",
        relief.clients,
        **given,
    )
