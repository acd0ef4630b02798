"""Sentences of the pages: what is news, what to do, how a list was narrowed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from segml.report import ahead_words, called, health_words, phrases, winback_words
from segml.report.ahead import WinBackClient
from segml.report.edges import DecisionFact
from segml.report.figures import (
    MISSING,
    chance,
    counted,
    day,
    in_a_row,
    label,
    money,
    number,
    percent,
    shown,
    signed,
)
from segml.report.language import Phrases, _, paragraph
from segml.report.pages.monday import MondayFacts
from segml.report.pages.profile import CareFact, NeedFact, PeerFacts
from segml.report.pages.tasks import TaskFact
from segml.report.spans import no_purchase
from segml.words.feature import Feature

UNCHANGED = 0.005
"""A change of an industry's sales below it, in shares, is told as none."""
TASKS = Phrases(
    {
        "call": "Call",
        "visit": "Visit",
        "reprice": "Agree on new terms",
        "win_back": "Win back",
    }
)
STATUS_NAMES = Phrases({"active": "Active", "lapsed": "Lapsed", "prospect": "Prospect"})
VERSION_STATES = Phrases(
    {"champion": "champion", "challenger": "challenger", "archived": "archived"}
)
CHANGES = Phrases(
    {
        "registered": "trained",
        "promoted": "promoted",
        "refused": "promotion refused",
        "rolled_back": "rolled back to",
    }
)
NOTES = Phrases({"the first version becomes champion": "the first version becomes champion"})
"""Notes of changes that are always the same; others are somebody's words, or the gate's."""
ROLE_NAMES = Phrases(
    {
        "manager": "manager of clients",
        "head": "head",
        "analyst": "analyst",
        "admin": "administrator",
    }
)


def news_sentence(facts: MondayFacts) -> str:
    """What changed since the run before, in money; what is known where there was none."""
    lost = (
        counted(
            "{count} key client counts as lost since {day}: {money} of profit a year.",
            "{count} key clients count as lost since {day}: {money} of profit a year.",
            facts.lost_count,
            day=day(facts.losses_since),
            money=money(facts.lost_money, facts.currency),
        )
        if facts.lost_count and facts.since
        else _last_month(facts)
    )
    return paragraph([lost, _stake(facts)])


def _last_month(facts: MondayFacts) -> str:
    if facts.losses_end is None:
        return _("No loss analysis has been published yet.")
    if not facts.lost_count:
        return _("No key client counts as newly lost.")
    return counted(
        "{count} key client counts as lost in the last month: {money} of profit a year.",
        "{count} key clients count as lost in the last month: {money} of profit a year.",
        facts.lost_count,
        money=money(facts.lost_money, facts.currency),
    )


def _stake(facts: MondayFacts) -> str:
    stake = money(facts.stake, facts.currency)
    if facts.stake_before is None:
        return _("{stake} of yearly profit is at stake with key clients.", stake=stake)
    return _(
        "{stake} of yearly profit is at stake with key clients; on {day} it was {before}.",
        stake=stake,
        day=day(facts.since),
        before=money(facts.stake_before, facts.currency),
    )


def task_sentence(
    task: TaskFact,
    features: Mapping[str, Feature],
    currency: str | None,
    churn_days: int | None,
) -> str:
    """Why one thing is to be done, and what it is about in money; the risk with its days."""
    about = money(task.money, currency)
    if task.kind == "call" and task.risk is not None:
        signs = in_a_row(
            _("{what}: {about}", what=label(name, features), about=shown(text))
            for name, text in task.risk.reasons
        )
        said = _(
            "{risk}: {chance}; {money} of yearly profit is at stake.",
            risk=no_purchase(churn_days),
            chance=chance(task.risk.p_churn),
            money=about,
        )
        return paragraph([said, _("Signs: {signs}.", signs=signs) if signs else ""])
    if task.kind == "visit":
        return counted(
            "{count} planned contact was missed in a year; {money} of yearly profit is at stake.",
            "{count} planned contacts were missed in a year; {money} of yearly profit is at stake.",
            task.missed,
            money=about,
        )
    if task.kind == "reprice":
        return _(
            "It costs more than it brings; new terms, if it takes them, are worth {money} a year.",
            money=about,
        )
    said = _(
        "Chance of a return within a year: {chance}; expected {money} a year, the attempt paid.",
        chance=chance(task.chance),
        money=about,
    )
    tried = ahead_words.lever_text(task.lever)
    return paragraph([said, _("{sentence}.", sentence=tried) if task.lever else ""])


def care_sentence(care: CareFact) -> str:
    """Contacts of a year against the playbook."""
    if care.due is None or care.made is None:
        return _("Its playbook plans no rhythm of contacts.")
    given = {
        "made": number(care.made),
        "due": number(care.due),
        "missed": number(care.missed or 0),
    }
    if care.last_contact is None:  # in the 365 days: of those before nothing is said
        return _(
            "Contacts in 365 days: {made}; due by its playbook: {due}; missed: {missed}.", **given
        )
    return _(
        "Contacts in 365 days: {made}; due by its playbook: {due}; missed: {missed}; the last one: "
        "{day}.",
        day=day(care.last_contact),
        **given,
    )


def decision_sentence(fact: DecisionFact, currency: str | None) -> str:
    """What a client below zero cost, is expected to bring, and what is best by the estimate."""
    said = _(
        "In the last year it cost {money} more than it brought. If all stays as it is, its next "
        "year is expected to bring {keep}.",
        money=money(-fact.profit, currency),
        keep=money(fact.keep, currency),
    )
    what = phrases.OPTIONS["may_accept" if fact.condition == "may_accept" else fact.best]
    best = _("{what}: {about}", what=what, about=health_words.condition_sentence(fact, currency))
    return paragraph([said, _("{sentence}.", sentence=best)])


def return_sentence(client: WinBackClient, currency: str | None) -> str:
    """How likely a lost client comes back, what that is worth, and what could be tried."""
    told = winback_words.return_text(client)
    if client.chance is None:
        said = _("Chance of a return within a year: {chance}.", chance=told)
    else:
        worth = money(client.expected_value, currency)
        said = _(
            "Chance of a return within a year: {chance}; expected {money} a year.",
            chance=told,
            money=worth,
        )
    return paragraph([said, _("{sentence}.", sentence=ahead_words.lever_text(client.lever))])


def refusal_sentence(kind: str, file: str = "") -> str:
    """Why a page could not be made from the files it needs, and who can mend that."""
    if kind == "BundleRefused":
        found = _(
            "A file of the models is not as segml wrote it, so it was not used. What was published "
            "stands as it was."
        )
    elif file:
        found = _(
            "The published file {file} cannot be read: it is not as segml wrote it.", file=file
        )
    else:
        found = _("A file that this page needs is not as segml wrote it, or it is gone.")
    whom = _(
        "Tell whoever runs this service: {kind}. Its log names the file and the remedy.", kind=kind
    )
    return paragraph([found, whom])


def moment(text: str) -> str:
    r"""When something was done, from the registry's own time.

    Examples
    --------
    >>> moment("2024-07-01T09:05:30+00:00")
    '1\xa0Jul\xa02024, 09:05 UTC'
    """
    at = dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    return f"{day(at.date())}, {at:%H:%M} UTC"


def peers_sentence(peers: PeerFacts, currency: str | None) -> str:
    """How its industry does."""
    said = counted(
        "{count} active client in {industry}: half of them buy for more than {sales} a year and "
        "bring more than {profit}; their middle risk is {risk}.",
        "{count} active clients in {industry}: half of them buy for more than {sales} a year and "
        "bring more than {profit}; their middle risk is {risk}.",
        peers.clients,
        industry=peers.industry,
        sales=money(peers.sales, currency),
        profit=money(peers.profit, currency),
        risk=chance(peers.risk),
    )
    if peers.sales_change is None:
        return said
    if abs(peers.sales_change) < UNCHANGED:
        return paragraph([said, _("The whole industry buys about as much as at the run before.")])
    change = _(
        "Sales of the whole industry in 365 days against the run before: {change} %.",
        change=signed(100 * peers.sales_change),
    )
    return paragraph([said, change])


def need_sentence(need: NeedFact) -> str:
    """Why something could be offered next."""
    return _(
        "{item}: {share} of the {count} clients that buy {like} as it does buy it too.",
        item=need.item,
        share=percent(need.share),
        count=number(need.comparable),
        like=need.like,
    )


def lost_sentence(count: int, lost: float, currency: str | None) -> str:
    """How many of those that may be seen were lost, and what they brought."""
    return counted(
        "{count} key client of those you see was lost: {money} of profit a year.",
        "{count} key clients of those you see were lost: {money} of profit a year.",
        count,
        money=money(lost, currency),
    )


def found_sentence(total: int, profit: float, stake: float, currency: str | None) -> str:
    """How many clients a list holds and what they bring together."""
    return counted(
        "{count} client; profit of the last year {profit}, at stake {stake}.",
        "{count} clients; profit of the last year {profit}, at stake {stake}.",
        total,
        profit=money(profit, currency),
        stake=money(stake, currency),
    )


def tier_change(before: str, now: str) -> str:
    """From one tier to another."""
    return _("{before} → {now}", before=called.tier(before), now=called.tier(now))


def action(code: str | None) -> str:
    """What is suggested for a client; nothing for one without a suggestion."""
    return phrases.ACTIONS.get(code or "", code or MISSING)
