"""The rule of each role that can be found: who holds it, how surely, and by what evidence.

Every line a client is held against is the portfolio's own on that day: the fewest clients that
bring half of the profit, medians of the active clients, what comparable clients bring and propose.
No number of money, size or count is built in.

=======  =========================================================================================
anchor   active; among the fewest clients that together bring half of the profit of the last 365
         days, and of the year before; its gaps no less regular than the median of the others as
         large (of active clients', where there is no other)
magnet   likely brings others far more often than clients there as long do (`standing_out`), and the
         profit of those it brought, one more client of the usual profit averaged in, is above the
         median profit of active clients
advisor  proposes far more often than clients known as long (`standing_out`); where ideas are known
         to be taken up at all, one of its own was
rising   active and small: holds no key tier, and is not among those that bring half of the profit.
         The model expects a profit of it, and a growth of its profit that is in the top twentieth
         of all such clients. Its orders of 90 days against its own earlier rate are not below the
         median. It does not spend its whole wallet with us yet
=======  =========================================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.tiers.standing_out import standing_out

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

YEAR = 365.0
TOP_GROWTH = 0.95
"""The quantile of the growth expected of small clients from which one may be rising."""
LIKELY_MAGNET = 1 / 3
"""The chance from which a client is named a magnet: to miss one is taken for twice as bad as to
name one wrongly, for what a magnet brings goes with it and is seen in no figure of its own."""
HALF = 0.5
"""The share of the profit that the largest clients bring, and the chance from which a count is
taken for more than chance."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Portfolio:
    """What roles are read from: one row a client, all frames of one index.

    Parameters
    ----------
    frame
        Features as a snapshot has them.
    money
        `profit_365`, `profit_prev_365` and `referral_profit_365`, float64.
    status
        `active`, `lapsed` or `prospect`.
    in_key_tier
        Whether it holds a key tier.
    expected
        The profit that the model expects over a year, in money.
    referral_weight
        What referral profit was weighed by; with 0 the portfolio counts none, and has no magnets.
    """

    frame: pd.DataFrame
    money: pd.DataFrame
    status: pd.Series
    in_key_tier: pd.Series
    expected: pd.Series
    referral_weight: float

    def feature(self, name: str) -> Array:
        """A feature of every client, NaN where the ledger cannot tell."""
        if name not in self.frame:
            return np.full(len(self.frame), np.nan)
        return self.frame[name].to_numpy(np.float64)

    def amount(self, name: str) -> Array:
        """Money of every client."""
        return self.money[name].to_numpy(np.float64)

    @property
    def active(self) -> Bools:
        """Who is active."""
        return self.status.eq("active").to_numpy(bool)

    @property
    def bought(self) -> Bools:
        """Who has ever bought."""
        return self.status.ne("prospect").to_numpy(bool)


@dataclass(frozen=True, slots=True)
class Measure:
    """One piece of evidence: its name, every client's value, and what that is held against."""

    name: str
    value: Array
    reference: Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """Who holds a role, how strongly (0 to 1), and the evidence, the most telling first."""

    holds: Bools
    strength: Array
    evidence: Sequence[Measure]


def anchors(known: Portfolio) -> Found:
    """The large and steady."""
    profit, earlier = known.amount("profit_365"), known.amount("profit_prev_365")
    line, line_before = half_line(profit), half_line(earlier)
    large = known.active & (profit >= line) & (np.isinf(line_before) | (earlier >= line_before))
    uneven = known.feature("gap_variation")
    usual = _median_of_others(uneven, large, otherwise=_median(uneven[known.active]))
    total = profit[profit > 0].sum() or np.nan
    share = profit / total
    return Found(
        holds=large & (uneven <= usual),
        strength=np.clip(share, 0.0, 1.0),
        evidence=(
            _measure("profit_share", share, line / total),
            _measure("profit_prev_365", earlier, line_before),
            _measure("gap_variation", uneven, usual),
        ),
    )


def magnets(known: Portfolio) -> Found:
    """Those who bring others; how much they buy themselves does not matter."""
    brought, own = known.feature("referred_clients"), known.amount("profit_365")
    if known.referral_weight == 0 or np.isnan(brought).all():
        return _nobody(known)
    due = expected_referrals(known.feature("was_referred"), known.feature("tenure_days"))
    # who has not bought yet is no part of what clients do
    found = standing_out(np.where(known.bought, brought, 0.0), np.where(known.bought, due, 0.0))
    profit = known.amount("referral_profit_365") / known.referral_weight
    usual = profit.sum() / max(brought.sum(), 1.0)
    damped = brought * (profit + usual) / (brought + 1.0)
    line = max(_median(own[known.active]), 0.0)
    return Found(
        holds=(found.chance > LIKELY_MAGNET) & (damped > line),
        strength=found.chance,
        evidence=(
            _measure("brought_profit_365", profit, own),
            _measure("referred_clients", brought, due),
            _measure("brought_profit_damped", damped, line),
        ),
    )


def advisors(known: Portfolio) -> Found:
    """Those whose ideas and tests come far more often than others'."""
    ideas, upheld = known.feature("ideas_365"), known.feature("ideas_upheld_365")
    if np.isnan(ideas).all() or not known.bought.any():
        return _nobody(known)
    years = np.clip(np.nan_to_num(known.feature("tenure_days")) / YEAR, 0.0, 1.0) * known.bought
    due = years * (ideas[known.bought].sum() / max(years.sum(), 1.0))
    found = standing_out(np.where(known.bought, ideas, 0.0), due)
    taken_up = np.isnan(upheld) | (upheld > 0) if np.nansum(upheld) > 0 else True
    return Found(
        holds=(found.chance > HALF) & taken_up,
        strength=found.chance,
        evidence=(
            _measure("ideas_365", ideas, due),
            _measure("ideas_upheld_365", upheld, np.nan),
        ),
    )


def rising(known: Portfolio) -> Found:
    """The small that can be large: growing against comparable clients, with room left."""
    profit = known.amount("profit_365")
    line = half_line(profit)
    small = known.active & (profit < line) & ~known.in_key_tier.to_numpy(bool)
    expected = known.expected.to_numpy(np.float64)
    growth = expected - profit
    comparable = np.sort(growth[small & np.isfinite(growth)])
    if not len(comparable):
        return _nobody(known)
    least = float(np.quantile(comparable, TOP_GROWTH))
    trend, room = known.feature("orders_trend_90"), known.feature("wallet_headroom")
    usual = _median(trend[small])
    return Found(
        holds=small
        & (growth >= least)
        & (growth > 0)
        & (expected > 0)
        & ((trend >= usual) | np.isnan(usual))
        & ~(room <= 0),
        strength=np.searchsorted(comparable, growth, side="right") / len(comparable),
        evidence=(
            _measure("profit_growth", growth, least),
            _measure("profit_365", profit, line),
            _measure("orders_trend_90", trend, usual),
            _measure("headroom", room, _median(room[small])),
        ),
    )


def expected_referrals(was_referred: Array, tenure_days: Array) -> Array:
    """How many clients each would have brought if all who were there brought them alike, (n,).

    A client that came by referral is split evenly among those who were there before it; the sum
    over all clients is the number that came so (who came on the first day was brought by nobody).

    Parameters
    ----------
    was_referred
        Shape (n,), 1 where a client came by referral.
    tenure_days
        Shape (n,), days since it came.

    Examples
    --------
    >>> expected_referrals(np.array([0.0, 0.0, 1.0, 1.0]), np.array([90.0, 60.0, 30.0, 10.0]))
    array([0.83333333, 0.83333333, 0.33333333, 0.        ])
    """
    days = np.nan_to_num(tenure_days)
    came = np.sort(days[was_referred > 0])
    there = len(days) - np.searchsorted(np.sort(days), came, side="right")
    shares = np.concatenate([[0.0], np.cumsum(np.where(there > 0, 1.0 / np.maximum(there, 1), 0))])
    return np.asarray(shares[np.searchsorted(came, days, side="left")], dtype=np.float64)


def half_line(profit: Array) -> float:
    """The profit of the smallest of the fewest clients that bring half of it; infinite for none.

    Examples
    --------
    >>> half_line(np.array([60.0, 30.0, 20.0, -5.0])), half_line(np.array([-5.0]))
    (60.0, inf)
    """
    gains = np.sort(profit[profit > 0])[::-1]
    if not len(gains):
        return float("inf")
    return float(gains[np.searchsorted(np.cumsum(gains), HALF * gains.sum())])


def _measure(name: str, value: Array, reference: Array | float) -> Measure:
    return Measure(name, value, np.broadcast_to(np.asarray(reference, np.float64), value.shape))


def _median_of_others(values: Array, group: Bools, *, otherwise: float) -> Array:
    """The median of a group without the client itself, shape (n,).

    The group, and not everybody: the fewer gaps a client has, the more regular they look, and small
    clients have few.
    """
    known = np.sort(values[group & np.isfinite(values)])
    member = group & np.isfinite(values)
    others = len(known) - member
    place = np.where(member, np.searchsorted(known, values), len(known))
    found = np.full(len(values), otherwise)
    some = others > 0
    ends = np.stack([(others[some] - 1) // 2, others[some] // 2])
    found[some] = known[ends + (ends >= place[some])].mean(axis=0)
    return found


def _median(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def _nobody(known: Portfolio) -> Found:
    nothing = np.zeros(len(known.frame))
    return Found(holds=nothing.astype(bool), strength=nothing, evidence=())
