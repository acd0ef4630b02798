"""Sentences about what a loss costs: of the client itself, and of those it had brought."""

from __future__ import annotations

from segml.report.dossier import LostClient
from segml.report.figures import money, month
from segml.report.language import _
from segml.report.lost import LossFacts

LEAST_REFERRAL = 0.01
"""Referral profit below this share of the loss is not worth a sentence."""


def cost_sentences(client: LostClient, currency: str | None) -> list[str]:
    """What one lost client brought and what is lost, and the same of the clients it brought."""
    said = [_special(client, currency) or _cost(client, currency)]
    if _is_worth_telling(client):
        referred = money(abs(client.referral_profit_lost), currency)
        said.append(
            _(
                "The clients it brought bring {money} a year less (weighted, as in its value).",
                money=referred,
            )
            if client.referral_profit_lost > 0
            else _(
                "The clients it brought bring {money} a year more (weighted, as in its value).",
                money=referred,
            )
        )
    return said


def referral_sentences(losses: LossFacts, currency: str | None) -> list[str]:
    """What the clients that the lost had brought bring less, or more; none where it is little."""
    if not _is_worth_telling(losses):
        return []
    referred = money(abs(losses.referral_profit_lost), currency)
    return [
        _(
            "The clients that these had brought bring {money} a year less (weighted, as in the "
            "value of these).",
            money=referred,
        )
        if losses.referral_profit_lost > 0
        else _(
            "The clients that these had brought bring {money} a year more (weighted, as in the "
            "value of these).",
            money=referred,
        )
    ]


def _is_worth_telling(lost: LostClient | LossFacts) -> bool:
    return abs(lost.referral_profit_lost) >= LEAST_REFERRAL * abs(lost.profit_lost) > 0


def ordered_once(client: LostClient) -> bool:
    """Whether all that the client ever bought was one order, so that it has no rhythm or pace."""
    return client.new_in is not None and sum(each.orders for each in client.course) == 1


def _special(client: LostClient, currency: str | None) -> str | None:
    """What is told of one that left after a single order, or that cost more than it brought."""
    if client.new_in and client.kind == "left" and ordered_once(client) and client.profit_lost > 0:
        return _(
            "Its only order was in {month}; until the decline it brought {profit} of profit; the "
            "loss is {loss} a year (as if such an order came once a year).",
            month=month(client.new_in, year=True),
            profit=money(client.profit_before, currency),
            loss=money(client.profit_lost, currency),
        )
    if client.kind == "left" and client.profit_lost < 0.0 and client.new_in is None:
        return _(
            "In the year before that it cost {cost} more than it brought; that is what is saved "
            "each year.",
            cost=money(-client.profit_before, currency),
        )
    return None


def _cost(client: LostClient, currency: str | None) -> str:
    """What it brought, what is lost, and why that may be more."""
    before = {"profit": money(client.profit_before, currency)}
    given = {**before, "loss": money(client.profit_lost, currency)}
    if client.kind == "left" and abs(client.profit_lost - client.profit_before) < 0.5:
        return _(
            "In the year before that it brought {profit} of profit; that is what is lost each "
            "year.",
            **before,
        )
    if client.kind == "left" and client.new_in is None:
        # brought to the level of the year after (`losses.money`): more, or less, than it brought
        return _(
            "In the year before that it brought {profit} of profit; the loss is {loss} a year "
            "(what the same orders would earn in the year after).",
            **given,
        )
    if client.profit_lost <= client.profit_before + 0.5:
        return _(
            "In the year before that it brought {profit} of profit; the loss is {loss} a year.",
            **given,
        )
    if client.kind == "unprofitable":
        return _(
            "In the year before that it brought {profit} of profit; the loss is {loss} a year (the "
            "profit that is gone and what it costs now).",
            **given,
        )
    if client.new_in is not None:  # brought to a year, whatever else
        return _(
            "Its first month with orders was {month}; until the decline it brought {profit} of "
            "profit; the loss is {loss} a year (at the pace of a full year).",
            month=month(client.new_in, year=True),
            **given,
        )
    return _(
        "In the year before that it brought {profit} of profit; what it buys since brings {loss} a "
        "year less.",
        **given,
    )
