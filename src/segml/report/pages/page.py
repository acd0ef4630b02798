"""One page of the web from its facts: the report's words and templates, linked to each other."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from segml.report import figures, phrases, prospect_words
from segml.report.language import Phrases, _, speaking
from segml.report.pages import account_words, drift_words, page_words, path_words, what_if_words
from segml.report.pages.path_chart import path_chart
from segml.report.render import dossier_of, environment
from segml.report.spans import no_purchase
from segml.report.waterfall import ProfitFacts

Kept = Callable[[str, Callable[[], str]], str]
"""Gives a part of a page by its name, or by what makes it."""
ROOMS = Phrases(
    {
        "monday": "What is new",
        "portfolio": "Portfolio",
        "clients": "Clients",
        "losses": "Lost key clients",
        "models": "Models",
        "accounts": "Accounts",
    }
)
"""The pages, in the order in which they are offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What stands around a page.

    `rooms` maps the pages that the reader may see to their addresses, `here` is the one shown;
    `languages` are code, name and address of the same page. `viewer` is None where nobody signs in;
    `token` proves that a form was given out by us. `churn_days` are those of the risk told.
    """

    portfolio: str
    as_of: dt.date | None
    version: str | None
    rooms: Mapping[str, str]
    here: str
    languages: tuple[tuple[str, str, str], ...]
    viewer: str | None
    role: str
    token: str
    sees_api: bool = False
    churn_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One bar from sales down to profit; `left` and `width` in per cent of the row."""

    name: str
    money: float
    left: float
    width: float
    is_edge: bool


def page(
    name: str, *, language: str, shell: Shell, kept: Kept | None = None, **values: object
) -> str:
    """A page as HTML text.

    Parameters
    ----------
    name
        Its template's name: a file of `templates/pages`.
    language
        In what: one of `LANGUAGES`.
    shell
        What stands around it.
    kept
        Gives the parts of the page within its shell, made anew or kept from before; None: they are
        made.
    values
        What the template needs; `currency`, where it shows money. With `printed` its style is
        inside, without `linked` no client leads to its page.
    """
    currency = values.get("currency")
    told = currency if isinstance(currency, str) else None
    with speaking(language):
        return (
            environment()
            .get_template(f"pages/{name}.html.j2")
            .render(
                shell=shell,
                kept=kept,
                rooms=ROOMS,
                account_words=account_words,
                page_words=page_words,
                path_words=path_words,
                what_if_words=what_if_words,
                path_chart=path_chart,
                drift_words=drift_words,
                prospect_words=prospect_words,
                falls=falls,
                dossier_of=dossier_of,
                list_columns=list_columns,
                money=lambda value: figures.money(value, told),
                **{"losses": None, "linked": True, "printed": False, **values},
            )
        )


def list_columns(churn_days: int | None) -> tuple[tuple[str, str, bool], ...]:
    """The columns of the list: what each is sorted by, its head, whether it is a figure.

    Parameters
    ----------
    churn_days
        The days that the risk is over.
    """
    return (
        ("name", _("Client"), False),
        ("tier", _("Tier"), False),
        ("risk", no_purchase(churn_days), True),
        ("stake", _("At stake"), True),
        ("profit", _("Profit, last year"), True),
        ("sales", _("Sales, last year"), True),
        ("", _("Manager"), False),
        ("", _("Suggested"), False),
    )


@functools.cache
def style() -> str:
    """The one style sheet of the pages: the report's, and what pages add to it."""
    return environment().get_template("style.css").render()


@functools.cache
def icon() -> str:
    """The picture beside a page's title, as SVG."""
    return environment().get_template("icon.svg").render()


def falls(profit: ProfitFacts) -> tuple[Step, ...]:
    """From sales to profit, one bar a cost, each beginning where the one before it ended."""
    costs = [
        (_("Cost of goods"), profit.cost_of_goods),
        *((phrases.SERVED[part], cost) for part, cost in profit.served.items()),
        (_("Acquisition, the year's share"), profit.acquisition),
    ]
    told = [(name, cost) for name, cost in costs if abs(cost) >= 0.005]
    levels = [profit.revenue]
    for _name, cost in told:
        levels.append(levels[-1] - cost)
    low, high = min(0.0, *levels), max(0.0, *levels)
    scale = 100 / (high - low) if high > low else 0.0

    def step(name: str, money: float, ends: tuple[float, float], *, is_edge: bool) -> Step:
        left, right = min(ends), max(ends)
        return Step(
            name=name,
            money=money,
            left=scale * (left - low),
            width=scale * (right - left),
            is_edge=is_edge,
        )

    middle = [
        step(name, -cost, (levels[place], levels[place + 1]), is_edge=False)
        for place, (name, cost) in enumerate(told)
    ]
    return (
        step(_("Sales"), profit.revenue, (0.0, profit.revenue), is_edge=True),
        *middle,
        step(_("Profit"), profit.profit, (0.0, profit.profit), is_edge=True),
    )
