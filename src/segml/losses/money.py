"""What a loss costs: profit before the onset, and how much of it is gone, a year.

Profit here is amount less cost of goods and cost to serve (contacts and unpaid bills too): what was
once paid to acquire the client is sunk and is not lost a second time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from segml.losses.clock import Clock
from segml.losses.history import EMPTY, History, of
from segml.losses.order_level import OrderLevel
from segml.losses.transitions import Transition
from segml.losses.yearly import Peers, Stretch, after, before

LEAST_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What one loss costs.

    Parameters
    ----------
    profit_before
        Profit of the 365 days before the onset.
    profit_lost
        Profit a year that is gone: the yearly profit before, at the level of the year after, less
        the yearly profit after.
    referral_profit_lost
        The same for the clients it brought, times the referral weight.
    before, after
        The days that are compared; `after` is None for a client that left.
    """

    profit_before: float
    profit_lost: float
    referral_profit_lost: float
    before: Stretch
    after: Stretch | None


def cost_of(
    loss: Transition,
    own: History,
    referred: History,
    clock: Clock,
    peers: Peers | None = None,
    *,
    end: int,
    level: OrderLevel | None = None,
) -> Money:
    """The money of one loss.

    A client that left earns nothing any more. What a client that stayed still earns is its profit
    since the onset, brought to a year by the season's ticks (so a weak season is not taken for a
    loss); its profit before is brought to a year where it is younger than that (see `yearly`).

    Parameters
    ----------
    loss
        The loss.
    own, referred
        Its own money, and (weighted) that of the clients it brought.
    clock
        Of the portfolio.
    peers
        What comparable clients earn; None to go by its own rate alone.
    end
        The later date, in days.
    level
        What an order of clients that stayed earned over time; None where that is not known.
    """
    onset = loss.onset.day
    healthy = before(own, onset, clock, peers)
    if level is not None and healthy.profit(own) > 0.0:
        healthy = replace(healthy, factor=healthy.factor * level.growth(onset))
    since = None if loss.kind == "left" else after(onset, end, clock)
    remains = 0.0 if since is None else since.profit(own)
    return Money(
        profit_before=float(own.profit_between(healthy.start, onset)),
        profit_lost=healthy.profit(own) - remains,
        referral_profit_lost=_referral(referred, onset, end, clock),
        before=healthy,
        after=since,
    )


def _referral(referred: History, onset: int, end: int, clock: Clock) -> float:
    if not len(referred.money_days) or end - onset < LEAST_DAYS:
        return 0.0
    # the clients it brought are compared with nobody: they need not be key clients
    healthy = before(referred, onset, clock, None)
    return healthy.profit(referred) - after(onset, end, clock).profit(referred)


def brought_by(book: Mapping[str, History], brought: Sequence[str], weight: float) -> History:
    """The money of the clients that one client brought, times the referral weight.

    Parameters
    ----------
    book
        Every client's history.
    brought
        Ids of the clients it brought.
    weight
        The share of their profit that counts as this client's.
    """
    parts = [of(book, client_id) for client_id in sorted(brought)]
    if weight == 0.0 or not parts:
        return EMPTY
    return _merged([(part, weight) for part in parts])


def with_referrals(own: History, referred: History) -> History:
    """The client's own orders with the value (its profit and its referral profit) as money."""
    if not len(referred.money_days):
        return own
    both = _merged([(own, 1.0), (referred, 1.0)])
    return History(own.days, own.earned, both.money_days, both.profit, both.revenue)


def _merged(parts: Sequence[tuple[History, float]]) -> History:
    days = np.concatenate([part.money_days for part, _ in parts])
    profit = np.concatenate([weight * part.profit for part, weight in parts])
    revenue = np.concatenate([weight * part.revenue for part, weight in parts])
    order = np.argsort(days, kind="stable")
    return History(EMPTY.days, EMPTY.earned, days[order], profit[order], revenue[order])
