"""The page from the facts: one self-contained HTML file, no network, no script, all escaped.

Autoescape is on for every template (not chosen by ending) and no value is ever marked safe, so
that a client's name is text wherever it stands. The messages of the templates are HTML as the
templates are, in every language; what is put into them is escaped.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from segml.report import (
    ahead_words,
    called,
    client_words,
    cut,
    events,
    figures,
    health_words,
    note_words,
    overview,
    phrases,
    prospect_words,
    role_words,
    signs,
    spans,
    winback_words,
    words,
)
from segml.report.at_once import at_once_sentence
from segml.report.course import CourseChart, course_chart
from segml.report.dossier import LostClient
from segml.report.effects import steps, strengths
from segml.report.facts import ReportFacts
from segml.report.going_on import going_on_sentence
from segml.report.language import (
    ENGLISH,
    _,
    gap,
    one_stop,
    speaking,
    spoken,
    translated,
    translated_for,
)
from segml.report.lost import LossFacts
from segml.report.support import support_sentences

DOSSIERS_SHOWN = 10
"""Dossiers on the page; the table lists everyone."""
DEMOTED_SHOWN = 10
WINBACK_SHOWN = 10
EVENTS_SHOWN = 12


class Named(Protocol):
    """Whatever names a client."""

    @property
    def client_id(self) -> str:
        """Its id."""
        ...

    @property
    def name(self) -> str:
        """What it is called."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A lost client with its chart, of `profit` where profit was lost, else of `revenue`.

    `may_return` is a sentence; None where its return is not likely, or is told elsewhere.
    """

    client: LostClient
    chart: CourseChart | None
    charted: str
    may_return: str | None = None


def render_report(facts: ReportFacts, *, language: str = ENGLISH) -> str:
    """The report as HTML text.

    Parameters
    ----------
    facts
        Everything it says.
    language
        In what: one of `segml.report.LANGUAGES`.

    Returns
    -------
    str
        One page with its style inside; the same facts give the same bytes.
    """
    with speaking(language):
        return _report(facts)


def _report(facts: ReportFacts) -> str:
    losses, currency = facts.losses, facts.portfolio.currency
    template = environment().get_template("report.html.j2")
    return template.render(
        facts=facts,
        portfolio=facts.portfolio,
        losses=losses,
        dossiers=_dossiers(losses) if losses else [],
        demoted=losses.demoted[:DEMOTED_SHOWN] if losses else [],
        events_shown=losses.events.told[:EVENTS_SHOWN] if losses and losses.events else (),
        features=facts.features,
        currency=currency,
        money=lambda value: figures.money(value, currency),
    )


@functools.cache
def environment() -> Environment:
    """The templates with what they may call; `_`, `_n` and `counted` say their messages."""
    made = Environment(
        loader=PackageLoader("segml.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # they come with the package
    )
    made.globals |= {
        "_": _message,
        "_n": _form,
        "counted": _counted,
        "spoken": spoken,
        "WINBACK_SHOWN": WINBACK_SHOWN,
        "ahead_words": ahead_words,
        "bar": _bar,
        "halves": _halves,
        "quoted": quoted,
        "who": _who,
        "called": called,
        "client_words": client_words,
        "cut": cut,
        "events": events,
        "figures": figures,
        "at_once_sentence": at_once_sentence,
        "going_on_sentence": going_on_sentence,
        "gap": gap,
        "health_words": health_words,
        "note_words": note_words,
        "overview": overview,
        "phrases": phrases,
        "prospect_words": prospect_words,
        "role_words": role_words,
        "signs": signs,
        "spans": spans,
        "steps": steps,
        "strengths": strengths,
        "support_sentences": support_sentences,
        "winback_words": winback_words,
        "words": words,
    }
    return made


def _message(message: str, /, **values: object) -> Markup:
    """A template's message: our own HTML, with every value in it escaped."""
    if not values:
        return _said(message, spoken())
    told = Markup(translated(message))  # noqa: S704 - a text of ours
    return one_stop(told.format(**values))


@functools.cache
def _said(message: str, language: str) -> Markup:
    """A template's message without values, in the language that is spoken."""
    assert language == spoken()
    told = Markup(translated(message))  # noqa: S704 - as above
    return one_stop(told.format())


def _form(one: str, many: str, count: int, /, **values: object) -> Markup:
    told = Markup(translated_for(one, many, count))  # noqa: S704 - as above
    return one_stop(told.format(**values))


def _counted(one: str, many: str, count: int, /, **values: object) -> Markup:
    return _form(one, many, count, count=figures.number(count), **values)


def _dossiers(losses: LossFacts) -> list[Dossier]:
    """The dearest losses, each with what its chance of a return says."""
    returns = {each.client_id: winback_words.may_return(each) for each in losses.winback}
    return [
        replace(dossier_of(client), may_return=returns.get(client.client_id))
        for client in losses.lost[:DOSSIERS_SHOWN]
    ]


def dossier_of(client: LostClient) -> Dossier:
    """A lost client with its chart, ready for its template."""
    charted = "profit" if client.kind == "unprofitable" else "revenue"
    chart = (
        course_chart(
            [(each.month, getattr(each, charted)) for each in client.course],
            onset=client.onset,
            marks={
                _("last healthy"): client.path.last_healthy if client.path else None,
                _("decline"): client.onset,
                _("warning"): client.first_signal,
                _("lost"): client.lost_on,
            },
        )
        if client.course
        else None
    )
    return Dossier(client=client, chart=chart, charted=charted)


def _bar(share: float | None) -> int:
    """The width of a bar in halves of a per cent, from 0 to 200: the number of its class.

    Classes, because a page that allows no inline style allows no width there either.

    Examples
    --------
    >>> _bar(0.125), _bar(-1.0), _bar(None)
    (25, 0, 0)
    """
    return _halves(100 * (share or 0.0))


def _halves(percent: float) -> int:
    return round(2 * min(max(percent, 0.0), 100.0))


def quoted(client_id: str) -> str:
    """An id as it may stand in a link.

    Examples
    --------
    >>> quoted("A&B/7 ü")
    'A%26B%2F7%20%C3%BC'
    """
    return quote(client_id, safe="")


@pass_context
def _who(context: Context, client: Named, page: str = "client") -> Markup:
    """A client's name; where the page is one of many, it leads to one about the client."""
    name = f"<bdi>{escape(client.name)}</bdi>"
    if context.get("linked"):  # a page's name is ours, a quoted id has no letter that HTML reads
        name = f'<a href="/{page}?id={quoted(client.client_id)}">{name}</a>'
    return Markup(name)  # noqa: S704 - escaped above
