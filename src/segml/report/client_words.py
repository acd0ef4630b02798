"""Sentences about one client: where it stands, what its sales became, what moves its scores."""

from __future__ import annotations

from collections.abc import Mapping

from segml.report import called, phrases, spans
from segml.report.figures import (
    chance_range,
    day,
    days,
    label,
    listed,
    money,
    shown,
    signed,
)
from segml.report.language import _
from segml.report.prospect_words import expected_sentence
from segml.report.waterfall import ProfitFacts
from segml.scoring import ClientFacts
from segml.words.feature import Feature


def profit_sentence(profit: ProfitFacts, currency: str | None) -> str:
    """Where the sales of a year went, down to the profit."""
    goods = money(profit.cost_of_goods, currency)
    costs = [
        _("no cost of goods is known")
        if profit.revenue and not profit.cost_of_goods
        else _("goods cost {money}", money=goods),
        _serving(profit, currency),
    ]
    if profit.acquisition:
        spread = money(profit.acquisition, currency)
        costs.append(_("the year's share of acquisition {money}", money=spread))
    return _(
        "Of sales of {sales} in 365 days, {costs}; {profit} of profit is left.",
        sales=money(profit.revenue, currency),
        costs=listed(costs),
        profit=money(profit.profit, currency),
    )


def _serving(profit: ProfitFacts, currency: str | None) -> str:
    whole = money(profit.cost_to_serve, currency)
    parts = _(", ").join(
        _("{part} {money}", part=phrases.SERVED[part], money=money(value, currency))
        for part, value in profit.served.items()
    )
    if not parts:
        return _("serving cost {money}", money=whole)
    return _("serving cost {money} ({parts})", money=whole, parts=parts)


def client_lines(
    client: ClientFacts,
    *,
    horizon_days: int | None = None,
    potential_days: int | None = None,
    profit: ProfitFacts | None = None,
    is_lost: bool = False,
    active_days: int | None = None,
    usual_gap_days: float | None = None,
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
    is_lost
        Whether it counts as lost: what is suggested for others is not for it.
    active_days
        For how many days after its last order a client is called active, where known.
    usual_gap_days
        The median of the days between its orders, where known.
    """
    currency = client.currency
    lines = [
        _place(client),
        *([_lost(client, active_days)] if is_lost else []),
        _(
            "It brought {profit} of profit on sales of {sales} in the 365 days before.",
            profit=money(client.profit_365, currency),
            sales=money(client.revenue_365, currency),
        )
        if profit is None
        else profit_sentence(profit, currency),
        expected_sentence(client, potential_days),
    ]
    if client.p_churn is not None:
        risk = chance_range(client.p_churn, client.p_churn_low, client.p_churn_high)
        lines.append(_risk(risk, horizon_days))
        if horizon_days and usual_gap_days and usual_gap_days > horizon_days and not is_lost:
            lines.append(_seldom(usual_gap_days, horizon_days))
    if is_lost or not client.action:  # a small portfolio's model suggests nothing
        return lines
    action = phrases.ACTIONS.get(client.action, client.action).lower()
    return [*lines, _("Suggested: {action}.", action=action)]


def _place(client: ClientFacts) -> str:
    given = {
        "client": f"{client.name} ({client.client_id})" if client.name else client.client_id,
        "status": phrases.STATUSES.get(client.status, client.status),
        "tier": called.tier(client.tier),
        "day": day(client.as_of),
    }
    if not client.tier_rival:
        return _("{client} is {status} in {tier} on {day}.", **given)
    return _(
        "{client} is {status} in {tier} on {day}; the nearest other tier is {rival}.",
        rival=called.tier(client.tier_rival),
        **given,
    )


def _lost(client: ClientFacts, active_days: int | None) -> str:
    if client.status != "active" or not active_days:
        return _("This client counts as lost.")
    return _(
        "All the same it counts as lost, as is told below: active says no more than that it "
        "ordered in the last {days} days.",
        days=active_days,
    )


def _risk(risk: str, horizon_days: int | None) -> str:
    if not horizon_days:
        return _(
            "Risk that it buys nothing within the model's horizon: {risk}, by the model's "
            "estimate.",
            risk=risk,
        )
    return _(
        "Risk that it buys nothing within {days} days: {risk}, by the model's estimate.",
        days=horizon_days,
        risk=risk,
    )


def _seldom(gap_days: float, horizon_days: int) -> str:
    return _(
        "Its orders usually come {gap} apart, and the risk is over {days} days: that it buys "
        "nothing in them is usual for it, and no loss by itself.",
        gap=days(round(gap_days)),
        days=horizon_days,
    )


def contribution_lines(
    client: ClientFacts,
    features: Mapping[str, Feature],
    *,
    horizon_days: int | None = None,
    potential_days: int | None = None,
) -> list[str]:
    """The reasons of each score as lines: what each did to the estimate, and its value.

    Parameters
    ----------
    client
        Its facts.
    features
        Feature name to the feature, for its label.
    horizon_days, potential_days
        As for `client_lines`.
    """
    lines = []
    for subject, explained in client.explained.items():
        head = spans.subject(subject, horizon_days, potential_days)
        of_points = explained.rest.points is not None
        lines.append(
            _("{subject}:", subject=head)
            if of_points
            else _("{subject} (strength on the model's own scale, in no unit):", subject=head)
        )
        for fact in (*explained.reasons, explained.rest):
            change = (
                _("{points} points", points=signed(fact.points))
                if fact.points is not None
                else signed(fact.contribution, 3)
            )
            told = f" ({shown(fact.value_text)})" if fact.value_text else ""
            lines.append(f"  {change:>14}  {label(fact.feature, features)}{told}")
    return lines
