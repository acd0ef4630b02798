"""What followed the company's events: facts of `event_impact`, and the sentences that say them.

Every sentence says what came after an event and for whom, never that the event did it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from segml.report import called, phrases
from segml.report.figures import counted, money, number, signed
from segml.report.language import _, paragraph
from segml.report.marks import per_cent
from segml.report.prospect_words import added_money
from segml.report.records import records

TOLD = ("worse", "better", "overlapping")
"""Verdicts that say something of an event; the others say why nothing can be said."""
JUDGED = "no_difference"
"""The verdict of an event that was judged, and of which nothing is told."""
NAMED = 3
"""Things an event is about that are named; of more the number is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeFact:
    """What became of one outcome after an event; the effect is None where there is no estimate.

    `effect`, `low` and `high` are a share of clients for `lost`, money a client and year for
    `profit`.
    """

    verdict: str
    effect: float | None
    low: float | None
    high: float | None
    p: float | None
    exposed: int
    compared: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedEvent:
    """What names an event: its own words, or its kind and what it was about."""

    description: str | None
    kind: str
    scope: str
    about: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFact:
    """One event, or several that count as one, with both outcomes; `beside` is another one."""

    date: dt.date
    kind: str
    scope: str
    about: tuple[str, ...]
    magnitude: float | None
    description: str | None
    lost: OutcomeFact
    profit: OutcomeFact
    beside: NamedEvent | None

    @property
    def verdicts(self) -> tuple[str, str]:
        """Of losses and of profit."""
        return self.lost.verdict, self.profit.verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """All events of an analysis: those after which something was seen, and how many are silent.

    `told` stands with the surest first; `silent` counts, by verdict, the events of which nothing is
    told: what was found where anything was, else why nothing could be.
    """

    told: tuple[EventFact, ...]
    silent: Mapping[str, int]


def event_facts(tables: Mapping[str, pd.DataFrame]) -> EventFacts | None:
    """The facts of a loss analysis's events; None where it published none.

    Parameters
    ----------
    tables
        `event_impact` and `company_events`; analyses of older versions have neither.
    """
    impact, events = tables.get("event_impact"), tables.get("company_events")
    if impact is None or events is None or not len(events):
        return None
    outcomes = {(row["event_id"], row["outcome"]): _outcome(row) for row in records(impact)}
    names = {row["event_id"]: _named(row) for row in records(events)}
    found = []
    for together, rows in events.groupby("together", sort=True):
        first = records(rows[rows["event_id"] == together])[0]
        beside = first["beside"]
        found.append(
            EventFact(
                **{name: first[name] for name in ("date", "kind", "scope", "magnitude")},
                description=first["description"] if len(rows) == 1 else None,
                about=tuple(sorted({*rows["scope_value"].dropna()})),
                lost=outcomes[together, "lost"],
                profit=outcomes[together, "profit"],
                beside=names.get(beside) if beside else None,
            )
        )
    told = [each for each in found if {*each.verdicts} & {*TOLD}]
    told.sort(key=lambda each: (_surest(each), each.date, each.kind, each.about))
    silent = pd.Series([_silence(each) for each in found if each not in told], dtype="str")
    return EventFacts(
        told=tuple(told),
        silent={str(k): int(v) for k, v in silent.value_counts().sort_index().items()},
    )


def _named(row: Mapping[str, Any]) -> NamedEvent:
    about = row["scope_value"]
    return NamedEvent(**{name: row[name] for name in ("description", "kind", "scope")}, about=about)


def _outcome(row: Mapping[str, object]) -> OutcomeFact:
    names = ("verdict", "effect", "low", "high", "exposed", "compared")
    return OutcomeFact(**{name: row[name] for name in names}, p=row["p_adjusted"])  # type: ignore[arg-type]  # a row of the published table


def _surest(each: EventFact) -> float:
    return min(one.p for one in (each.lost, each.profit) if one.p is not None)


def _silence(each: EventFact) -> str:
    """Why nothing is told of an event: what most was found of either outcome."""
    return min(each.verdicts, key=list(phrases.SILENT_EVENTS).index)


def event_name(event: NamedEvent) -> str:
    """An event by its own words or its kind, and what it was about where they do not say it.

    Examples
    --------
    >>> event_name(NamedEvent(description=None, kind="service_outage", scope="region", about="N"))
    'outage (region N)'
    """
    kind = phrases.EVENT_KINDS.get(event.kind, event.kind.replace("_", " "))
    written = called.unstopped(event.description or kind)
    if not event.about or called.names(written, event.about):
        return written
    scope = called.SCOPES.get(event.scope, event.scope)
    return _("{kind} ({scope} {value})", kind=written, scope=scope, value=event.about)


def event_title(event: EventFact) -> str:
    """What happened and to whom: as the ledger describes it, else by its kind and size."""
    title = called.unstopped(event.description or _sized(event))
    about = [each for each in event.about if not called.names(title, each)]
    if not about:
        return title
    if len(about) > NAMED:
        told = called.scopes_counted(event.scope, len(about))
    else:
        scope = called.SCOPES.get(event.scope, event.scope)
        told = _("{scope} {values}", scope=scope, values=_(", ").join(about))
    return _("{what}: {about}", what=title, about=told)


def _sized(event: EventFact) -> str:
    """The kind of an event, and its size where it has one."""
    kind = phrases.EVENT_KINDS.get(event.kind, event.kind.replace("_", " "))
    title = f"{kind[:1].upper()}{kind[1:]}"
    if event.magnitude is None:
        return title
    return _("{event} {size}", event=title, size=per_cent(signed(100 * event.magnitude)))


def event_sentence(event: EventFact, currency: str | None) -> str:
    """What became of the clients that an event reached, as an association."""
    said = [_lost_sentence(event.lost), _profit_sentence(event.profit, currency)]
    if "overlapping" in event.verdicts and event.beside:
        said.append(
            _(
                "Another event reached mostly the same clients at the time ({event}): the two "
                "cannot be told apart.",
                event=event_name(event.beside),
            )
        )
    return paragraph(said)


def _lost_sentence(found: OutcomeFact) -> str:
    if found.verdict not in TOLD or found.effect is None:
        return phrases.LOSSES_AFTER.get(found.verdict, "")
    given = {
        "clients": number(found.exposed),
        "lost": number(100 * abs(found.effect), 1),
        "interval": _between(*_points(found)),
    }
    if found.effect > 0:
        return _(
            "Of every hundred of the {clients} clients it reached, {lost} more were lost in the "
            "nine months after it than of comparable clients it did not reach ({interval}).",
            **given,
        )
    return _(
        "Of every hundred of the {clients} clients it reached, {lost} fewer were lost in the nine "
        "months after it than of comparable clients it did not reach ({interval}).",
        **given,
    )


def _profit_sentence(found: OutcomeFact, currency: str | None) -> str:
    if found.verdict not in TOLD or found.effect is None:
        return phrases.PROFIT_AFTER.get(found.verdict, "")
    ends = (added_money(end or 0.0, currency) for end in (found.low, found.high))
    given = {"money": money(abs(found.effect), currency), "interval": _between(*ends)}
    if found.effect > 0:
        return _(
            "The clients it reached earned us {money} more per client and year than comparable "
            "clients did ({interval}).",
            **given,
        )
    return _(
        "The clients it reached earned us {money} less per client and year than comparable clients "
        "did ({interval}).",
        **given,
    )


def _points(found: OutcomeFact) -> tuple[str, str]:
    """Both ends of an interval of a share, a hundredfold."""
    return signed(100.0 * (found.low or 0.0)), signed(100.0 * (found.high or 0.0))


def _between(low: str, high: str) -> str:
    return _("{share} interval {low} to {high}", share=per_cent("95"), low=low, high=high)


def silent_sentences(facts: EventFacts) -> list[str]:
    """How many events nothing is told of, and why."""
    return [
        counted("{count} event: {why}.", "{count} events: {why}.", facts.silent[code], why=why)
        for code, why in phrases.SILENT_EVENTS.items()
        if facts.silent.get(code)
    ]


def events_sentence(facts: EventFacts) -> str:
    """What the table of events says as a whole."""
    whole = len(facts.told) + sum(facts.silent.values())
    events = counted(
        "{count} event of the company or its market",
        "{count} events of the company or its market",
        whole,
    )
    judged = len(facts.told) + facts.silent.get(JUDGED, 0)
    if not judged:
        return _("Of {events}, none could be judged.", events=events)
    if not facts.told and judged < whole:
        return counted(
            "Of {events}, {count} could be judged: it was followed by no change beyond chance "
            "among the clients it reached.",
            "Of {events}, {count} could be judged: none of these was followed by a change beyond "
            "chance among the clients it reached.",
            judged,
            events=events,
        )
    if not facts.told:
        return _(
            "Of {events}, none was followed by a change beyond chance among the clients it "
            "reached.",
            events=events,
        )
    return counted(
        "Of {events}, {count} was followed by a change beyond chance among the clients it reached, "
        "against comparable clients it did not reach. This is an association: the event need not "
        "be the cause.",
        "Of {events}, {count} were followed by a change beyond chance among the clients it "
        "reached, against comparable clients it did not reach. This is an association: the event "
        "need not be the cause.",
        len(facts.told),
        events=events,
    )
