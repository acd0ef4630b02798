"""Referrals: the clients this one brought, and their profit times the configured weight.

First generation only. A brought client's profit counts in full, negative profit too.
"""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.words.feature import Feature

_NEEDS = frozenset({"clients.referred_by"})

FAMILY = Family(
    name="referrals",
    needs=_NEEDS,
    columns=(
        Column(
            feature=Feature(
                name="referred_clients",
                family="referrals",
                unit="count",
                kind="context",
                label="clients it brought us",
            ),
            sql="referred_clients",
        ),
        Column(
            feature=Feature(
                name="referral_profit_365",
                family="referrals",
                unit="money",
                kind="context",
                label="profit of the clients it brought (the part counted for it), last 365 days",
            ),
            sql="referral_profit_365",
        ),
        Column(
            feature=Feature(
                name="was_referred",
                family="referrals",
                unit="flag",
                kind="context",
                label="brought by another client",
            ),
            sql="case when referred_by is null then 0 else 1 end",
        ),
    ),
)
