"""Sentences from facts: what a manager reads of losses, of clients at risk and of one client.

Deterministic, with units. It says "the model's estimate" and "goes with", never "because", where
only association is known. Each sentence is a message with named values (see `language`), so that
another language may order it as it needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from segml.report import ahead_words, called, phrases
from segml.report.cost_words import cost_sentences, ordered_once, referral_sentences
from segml.report.dossier import EvidenceFact, LostClient
from segml.report.evidence_phrases import EVIDENCE, IN_DAYS
from segml.report.facts import PortfolioFacts
from segml.report.figures import (
    chance,
    counted,
    day,
    days,
    in_a_row,
    label,
    money,
    number,
    percent,
    shown,
)
from segml.report.language import _, paragraph
from segml.report.lost import LossFacts
from segml.report.silence import RiskFacts
from segml.words.feature import Feature

LEAST_SHARE = 0.01
"""A smaller share of a loss is not worth words."""


def headline(portfolio: PortfolioFacts, losses: LossFacts | None) -> str:
    """The first sentences of the page: what was lost, what is at stake, what may be lost next."""
    said = [_lost_line(losses, portfolio.currency), _stake(portfolio)]
    if losses is not None and losses.ahead is not None and losses.end == portfolio.as_of:
        said.append(ahead_words.any_loss_sentence(losses.ahead, portfolio.currency))
    return paragraph(said)


def _lost_line(losses: LossFacts | None, currency: str | None) -> str:
    if losses is None:
        return _("No loss analysis has been published yet.")
    ends = {"start": day(losses.start), "end": day(losses.end)}
    if not losses.count:
        return counted(
            "Of {count} key client on {start}, none was lost by {end}.",
            "Of {count} key clients on {start}, none was lost by {end}.",
            losses.key_clients,
            **ends,
        )
    return counted(
        "Of {count} key client on {start}, {lost} by {end}: {cost} of profit a year.",
        "Of {count} key clients on {start}, {lost} by {end}: {cost} of profit a year.",
        losses.key_clients,
        lost=counted("{count} was lost", "{count} were lost", losses.count),
        cost=money(losses.profit_lost, currency),
        **ends,
    )


def _stake(portfolio: PortfolioFacts) -> str:
    return _(
        "By the model's estimate {stake} of last year's profit is at stake with clients that may "
        "buy nothing over the next {days} days, {key} of it with key clients.",
        stake=money(portfolio.at_stake, portfolio.currency),
        key=money(portfolio.at_stake_key, portfolio.currency),
        days=portfolio.horizon_days,
    )


def losses_sentence(losses: LossFacts, currency: str | None = None) -> str:
    """How many were lost in which way, and how much of it the ledger explains."""
    said = [_kinds_sentence(losses)]
    if losses.probable:
        said.append(_probable(losses, currency))
    if losses.lost_before:
        said.append(
            counted(
                "{count} of these {clients} had been lost earlier and is not counted again.",
                "{count} of these {clients} had been lost earlier and are not counted again.",
                losses.lost_before,
                clients=number(losses.key_clients),
            )
        )
    if losses.won_and_lost:
        said.append(_won_and_lost(losses, currency))
    if losses.lapsed:
        said.append(_lapsed(losses, currency))
    said += referral_sentences(losses, currency)
    share = losses.unknown_share
    if share is not None and share >= 0.5:
        said.append(
            _(
                "For {share} of the money nothing that the ledger records goes with the loss "
                "beyond chance; ask the people who knew these clients.",
                share=percent(share) if share == 1 else chance(share),
            )
        )
    return paragraph(said)


def _probable(losses: LossFacts, currency: str | None) -> str:
    return counted(
        "{count} of these losses is probable, not certain: {money} of profit a year.",
        "{count} of these losses are probable, not certain: {money} of profit a year.",
        losses.probable,
        money=money(losses.probable_profit_lost, currency),
    )


def _won_and_lost(losses: LossFacts, currency: str | None) -> str:
    return counted(
        "{count} client that became a key client after {start} was lost by {end} too, and is not "
        "counted: it brought {money} of profit in the 365 days before.",
        "{count} clients that became key clients after {start} were lost by {end} too, and are not "
        "counted: they brought {money} of profit in the 365 days before.",
        losses.won_and_lost,
        start=day(losses.start),
        end=day(losses.end),
        money=money(losses.won_and_lost_profit, currency),
    )


def _lapsed(losses: LossFacts, currency: str | None) -> str:
    return counted(
        "{count} of these {clients} is active no more, but its orders are so far apart that its "
        "silence is no loss yet: it brought {money} of profit in the 365 days before {start}.",
        "{count} of these {clients} are active no more, but their orders are so far apart that "
        "their silence is no loss yet: they brought {money} of profit in the 365 days before "
        "{start}.",
        losses.lapsed,
        clients=number(losses.key_clients),
        money=money(losses.lapsed_profit, currency),
        start=day(losses.start),
    )


def _kinds_sentence(losses: LossFacts) -> str:
    found = [(kind, losses.by_kind.get(kind)) for kind in phrases.KINDS]
    kinds = [called.lost_of_kind(kind, count) for kind, count in found if count]
    given = {"start": day(losses.start), "end": day(losses.end)}
    if not kinds:
        return counted(
            "Between {start} and {end}, none of {count} key clients was lost.",
            "Between {start} and {end}, none of {count} key clients was lost.",
            losses.key_clients,
            **given,
        )
    return counted(
        "Between {start} and {end}, of {count} key clients {kinds}.",
        "Between {start} and {end}, of {count} key clients {kinds}.",
        losses.key_clients,
        kinds=_clauses(kinds),
        **given,
    )


def _clauses(parts: list[str]) -> str:
    """Clauses in a row: some languages join these otherwise than they join things."""
    if len(parts) < 2:
        return "".join(parts)
    return _("{clauses} and {last}", clauses=_(", ").join(parts[:-1]), last=parts[-1])


def loss_sentence(client: LostClient, currency: str | None) -> str:
    """One lost client: how and when, how sure that is, and what it costs."""
    since = {"what": _meaning(client), "day": day(client.lost_on)}
    said = [
        _("{what}; it counts as lost since {day}.", **since)
        if client.certainty == "certain"
        else _("{what}; it counts as lost since {day} (probable, not certain).", **since)
    ]
    if client.onset is not None:
        said.append(_began(client))
    return paragraph([*said, *cost_sentences(client, currency)])


def _meaning(client: LostClient) -> str:
    if client.kind == "left" and client.left_on == client.lost_on:
        return _("It left: that is recorded in the ledger")
    if client.kind == "left" and ordered_once(client):
        return _(
            "It ordered once, and its silence since grew longer than comparable clients leave "
            "between two orders"
        )
    return str(phrases.KIND_MEANINGS.get(client.kind, client.kind))


def _began(client: LostClient) -> str:
    if client.onset_low and client.onset_high and client.onset_low != client.onset_high:
        return _(
            "The decline began about {day} (between {low} and {high}).",
            day=day(client.onset),
            low=day(client.onset_low),
            high=day(client.onset_high),
        )
    return _("The decline began about {day}.", day=day(client.onset))


def reason_sentence(client: LostClient) -> str:
    """The reasons with their shares, as association."""
    named = [(reason, share) for reason, share in client.reasons if reason != "unknown"]
    unknown = dict(client.reasons).get("unknown", 0.0)
    lesser = 1.0 - sum(share for _reason, share in client.reasons)
    told = in_a_row(
        _(
            "{reason} {share} ({meaning})",
            reason=phrases.REASONS.get(reason, reason).lower(),
            share=percent(share),
            meaning=phrases.REASON_MEANINGS.get(reason, reason),
        )
        for reason, share in named
    )
    if not named:
        return _(
            "Reason: unknown. Nothing that the ledger records goes with this loss beyond chance."
        )
    if unknown >= 0.5:
        return _(
            "Reason: unknown ({share}). Weak signs: {signs}.", share=percent(unknown), signs=told
        )
    given = {"reasons": told, "share": percent(unknown), "rest": percent(lesser)}
    if unknown >= LEAST_SHARE and lesser >= LEAST_SHARE:
        return _(
            "The loss goes with {reasons}; {share} stays unknown, {rest} goes with lesser reasons.",
            **given,
        )
    if unknown >= LEAST_SHARE:
        return _("The loss goes with {reasons}; {share} stays unknown.", **given)
    if lesser >= LEAST_SHARE:
        return _(
            "The loss goes with {reasons}; {rest} goes with lesser reasons or stays unknown.",
            **given,
        )
    return _("The loss goes with {reasons}.", reasons=told)


def evidence_text(row: EvidenceFact, currency: str | None) -> str:
    """One row of the ledger in words."""
    other = (row.text_code or _("a row"), _("amount"))
    what, amount = EVIDENCE.get(row.text_code or "", other)
    if row.about:
        what = _("{what}: {about}", what=what, about=called.unstopped(row.about))
    if row.amount is not None:
        in_days = row.text_code in IN_DAYS
        told = days(round(row.amount)) if in_days else money(row.amount, currency)
        what = _("{what} ({amount} {value})", what=what, amount=amount, value=told)
    return _("{day}: {what}", day=day(row.date), what=what)


def at_risk_sentence(shown: Sequence[RiskFacts], horizon_days: int) -> str:
    """Who stands in the table of those most at risk."""
    key = sum(client.is_key for client in shown)
    others = len(shown) - key
    groups = [counted("{count} key client", "{count} key clients", key)] if key else []
    if others:
        groups.append(counted("{count} other client", "{count} other clients", others))
    who = _("{key} and the {others}", key=groups[0], others=groups[1]) if groups[1:] else groups[0]
    return _(
        "The {clients} with the most profit at stake over the next {days} days.",
        clients=who,
        days=horizon_days,
    )


def silence_sentence(client: RiskFacts) -> str:
    """How long a client has been silent, against its own rhythm where it has one."""
    if client.silence_days is None:
        return ""
    silent = days(round(client.silence_days))
    if client.usual_gap_days is None:
        return _("silent for {silent}; too few orders for a rhythm of its own", silent=silent)
    usual = days(round(client.usual_gap_days))
    if client.silence_days <= client.usual_gap_days:
        return _("silent for {silent}, within its usual gap of {usual}", silent=silent, usual=usual)
    times = number(client.silence_days / max(client.usual_gap_days, 1.0), 1)
    return _(
        "silent for {silent}, {times}× its usual gap of {usual}",
        silent=silent,
        times=times,
        usual=usual,
    )


def risk_sentence(client: RiskFacts, features: Mapping[str, Feature]) -> str:
    """The strongest signs behind one client's risk."""
    if not client.reasons:
        return _("nothing stands out")
    return in_a_row(
        _("{what}: {about}", what=label(feature, features), about=shown(text))
        for feature, text in client.reasons
    )
