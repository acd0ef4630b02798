"""Sentences from facts: every English word a manager reads, in one room.

Deterministic, with units. It says "the model's estimate" and "goes with", never "because", where
only association is known. A further language is a further catalogue of these phrases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from segml.report import phrases
from segml.report.dossier import EvidenceFact, LostClient
from segml.report.facts import PortfolioFacts
from segml.report.figures import (
    chance_range,
    day,
    label,
    money,
    number,
    percent,
    plural,
    shown,
    signed,
)
from segml.report.lost import LossFacts
from segml.report.prospect_words import expected_sentence
from segml.report.silence import RiskFacts
from segml.report.waterfall import ProfitFacts
from segml.scoring import ClientFacts
from segml.words.feature import Feature

LEAST_REFERRAL = 0.01
"""Referral profit below this share of the loss is not worth a sentence."""


def headline(portfolio: PortfolioFacts, losses: LossFacts | None) -> str:
    """The first sentences of the page: what was lost, and what is at stake."""
    if losses is None:
        return f"No loss analysis has been published yet. {_stake(portfolio)}"
    lost = plural(len(losses.lost), "was lost", "were lost") if losses.lost else "none was lost"
    cost = f": {money(losses.profit_lost, portfolio.currency)} of profit a year"
    return (
        f"Of {plural(losses.key_clients, 'key client', 'key clients')} on {day(losses.start)}, "
        f"{lost} by {day(losses.end)}{cost if losses.lost else ''}. {_stake(portfolio)}"
    )


def _stake(portfolio: PortfolioFacts) -> str:
    stake = money(portfolio.at_stake, portfolio.currency)
    key = money(portfolio.at_stake_key, portfolio.currency)
    return (
        f"By the model's estimate {stake} of last year's profit is at stake over the next "
        f"{portfolio.horizon_days} days, {key} of it with key clients."
    )


def losses_sentence(losses: LossFacts, currency: str | None = None) -> str:
    """How many were lost in which way, and how much of it the ledger explains."""
    kinds = [
        f"{number(losses.by_kind[kind])} {phrase}"
        for kind, phrase in phrases.KINDS.items()
        if losses.by_kind.get(kind)
    ]
    between = f"Between {day(losses.start)} and {day(losses.end)}"
    count = number(losses.key_clients)
    said = [
        f"{between}, of {count} key clients {_listed(kinds)}."
        if kinds
        else f"{between}, none of {count} key clients was lost."
    ]
    if losses.lost_before:
        said.append(
            f"{number(losses.lost_before)} of these {count} had been lost earlier and are not "
            "counted again."
        )
    if abs(losses.referral_profit_lost) >= LEAST_REFERRAL * abs(losses.profit_lost) > 0:
        change = "less" if losses.referral_profit_lost > 0 else "more"
        referred = money(abs(losses.referral_profit_lost), currency)
        said.append(f"The clients that these had brought bring {referred} a year {change}.")
    share = losses.unknown_share
    if share is not None and share >= 0.5:
        said.append(
            f"For {percent(share)} of the money nothing recorded in the ledger explains the loss; "
            "ask the people who knew these clients."
        )
    return " ".join(said)


def _listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def loss_sentence(client: LostClient, currency: str | None) -> str:
    """One lost client: how and when, how sure that is, and what it costs."""
    meaning = phrases.KIND_MEANINGS.get(client.kind, client.kind)
    if client.kind == "left" and client.left_on == client.lost_on:
        meaning = "It left: that is recorded in the ledger"
    sure = "" if client.certainty == "certain" else " (probable, not certain)"
    said = [f"{meaning}; it counts as lost since {day(client.lost_on)}{sure}."]
    if client.onset is not None:
        began = f"The decline began about {day(client.onset)}"
        if client.onset_low and client.onset_high and client.onset_low != client.onset_high:
            began += f" (between {day(client.onset_low)} and {day(client.onset_high)})"
        said.append(f"{began}.")
    brought = (
        f"In the year before that it brought {money(client.profit_before, currency)} of profit"
    )
    if client.kind == "left" and abs(client.profit_lost - client.profit_before) < 0.5:
        said.append(f"{brought}; that is what is lost each year.")
    else:
        lost = money(client.profit_lost, currency)
        said.append(f"{brought}; the loss is {lost} a year{_why_more(client)}.")
    if abs(client.referral_profit_lost) >= LEAST_REFERRAL * abs(client.profit_lost) > 0:
        referred = money(abs(client.referral_profit_lost), currency)
        change = "less" if client.referral_profit_lost > 0 else "more"
        said.append(f"The clients it brought bring {referred} a year {change}.")
    return " ".join(said)


def _why_more(client: LostClient) -> str:
    """Why a loss may be greater than what the year before brought."""
    if client.profit_lost <= client.profit_before + 0.5:
        return ""
    if client.kind == "unprofitable":
        return " (the profit that is gone and what it costs now)"
    return " (at the pace of a full year)"


def reason_sentence(client: LostClient) -> str:
    """The reasons with their shares, as association."""
    named = [(reason, share) for reason, share in client.reasons if reason != "unknown"]
    unknown = dict(client.reasons).get("unknown", 0.0)
    told = "; ".join(
        f"{phrases.REASONS.get(reason, reason).lower()} {percent(share)} "
        f"({phrases.REASON_MEANINGS.get(reason, reason)})"
        for reason, share in named
    )
    if not named:
        return "Reason: unknown. Nothing recorded in the ledger explains this loss."
    if unknown >= 0.5:
        return f"Reason: unknown ({percent(unknown)}). Weak signs: {told}."
    return f"The loss goes with {told}{f'; {percent(unknown)} stays unknown' if unknown else ''}."


def evidence_text(row: EvidenceFact, currency: str | None) -> str:
    """One row of the ledger in words."""
    what, amount = phrases.EVIDENCE.get(row.text_code or "", (row.text_code or "a row", "amount"))
    in_days = row.text_code in phrases.IN_DAYS
    shown = "" if row.amount is None else f" ({amount} {_told(row.amount, currency, in_days)})"
    about = f": {row.about.rstrip('.')}" if row.about else ""
    return f"{day(row.date)}: {what}{about}{shown}"


def _told(amount: float, currency: str | None, in_days: bool) -> str:  # noqa: FBT001 - a unit
    return plural(round(amount), "day", "days") if in_days else money(amount, currency)


def note_sentence(note: str) -> str:
    """A note of a run as a sentence.

    Examples
    --------
    >>> note_sentence("no cost column: margin rate 0.35 used")
    'No cost column: margin rate 0.35 used.'
    """
    return f"{note[:1].upper()}{note[1:].rstrip('.')}."


def at_risk_sentence(shown: Sequence[RiskFacts], horizon_days: int) -> str:
    """Who stands in the table of those most at risk."""
    key = sum(client.is_key for client in shown)
    groups = [plural(key, "key client", "key clients")] if key else []
    if len(shown) > key:
        groups.append(plural(len(shown) - key, "other client", "other clients"))
    return (
        f"The {' and the '.join(groups)} with the most profit at stake over the next "
        f"{horizon_days} days."
    )


def silence_sentence(client: RiskFacts) -> str:
    """How long a client has been silent, against its own rhythm where it has one."""
    if client.silence_days is None:
        return ""
    silent = f"silent for {plural(round(client.silence_days), 'day', 'days')}"
    if client.usual_gap_days is None:
        return f"{silent}; too few orders for a rhythm of its own"
    usual = plural(round(client.usual_gap_days), "day", "days")
    if client.silence_days <= client.usual_gap_days:
        return f"{silent}, within its usual gap of {usual}"
    times = number(client.silence_days / max(client.usual_gap_days, 1.0), 1)
    return f"{silent}, {times}× its usual gap of {usual}"


def risk_sentence(client: RiskFacts, features: Mapping[str, Feature]) -> str:
    """The strongest signs behind one client's risk."""
    if not client.reasons:
        return "nothing stands out"
    return "; ".join(
        f"{label(feature, features)}: {shown(text)}" for feature, text in client.reasons
    )


def profit_sentence(profit: ProfitFacts, currency: str | None) -> str:
    """Where the sales of a year went, down to the profit."""
    served = ", ".join(
        f"{phrases.SERVED[part]} {money(value, currency)}" for part, value in profit.served.items()
    )
    costs = [
        f"goods cost {money(profit.cost_of_goods, currency)}",
        f"serving cost {money(profit.cost_to_serve, currency)}{f' ({served})' if served else ''}",
    ]
    if profit.acquisition:
        costs.append(f"the year's share of acquisition {money(profit.acquisition, currency)}")
    return (
        f"Of sales of {money(profit.revenue, currency)} in 365 days, {_listed(costs)}; "
        f"{money(profit.profit, currency)} of profit is left."
    )


def client_lines(
    client: ClientFacts,
    *,
    horizon_days: int | None = None,
    potential_days: int | None = None,
    profit: ProfitFacts | None = None,
) -> list[str]:
    """One client in sentences, for a page or a terminal.

    Parameters
    ----------
    client
        Its facts.
    horizon_days, potential_days
        The days the risk and the expected profit are over, where known.
    profit
        What its profit is made of, where known.
    """
    currency = client.currency
    rival = f"; the nearest other tier is {client.tier_rival}" if client.tier_rival else ""
    lines = [
        (
            f"{_called(client)} is {phrases.STATUSES.get(client.status, client.status)} in "
            f"{client.tier} on {day(client.as_of)}{rival}."
        ),
        (
            f"It brought {money(client.profit_365, currency)} of profit on sales of "
            f"{money(client.revenue_365, currency)} in the 365 days before."
            if profit is None
            else profit_sentence(profit, currency)
        ),
        expected_sentence(client, potential_days),
    ]
    if client.p_churn is not None:
        within = f"{horizon_days} days" if horizon_days else "the model's horizon"
        lines.append(
            f"Risk that it buys nothing within {within}: "
            f"{chance_range(client.p_churn, client.p_churn_low, client.p_churn_high)}, "
            "by the model's estimate."
        )
    lines.append(f"Suggested: {phrases.ACTIONS.get(client.action, client.action).lower()}.")
    return lines


def _called(client: ClientFacts) -> str:
    return f"{client.name} ({client.client_id})" if client.name else client.client_id


def contribution_lines(client: ClientFacts, features: Mapping[str, Feature]) -> list[str]:
    """The reasons of each score as lines: what each did to the estimate, and its value.

    Parameters
    ----------
    client
        Its facts.
    features
        Feature name to the feature, for its label.
    """
    lines = []
    for subject, explained in client.explained.items():
        lines.append(f"{phrases.SUBJECTS[subject]}:")
        for fact in (*explained.reasons, explained.rest):
            change = (
                f"{signed(fact.points)} points"
                if fact.points is not None
                else signed(fact.contribution, 3)
            )
            shown = f" ({fact.value_text})" if fact.value_text else ""
            lines.append(f"  {change:>14}  {label(fact.feature, features)}{shown}")
    return lines
