"""Withdrawals: the share of the client's mix that we announced to be no longer sold."""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.reach import reach
from segml.words.feature import Feature

_WINDOWS = (180, 365)

FAMILY = Family(
    name="withdrawals",
    needs=frozenset({"events", "mix"}),
    measures=tuple(
        reach("product_withdrawal", f"withdrawals_{days}", last=days) for days in _WINDOWS
    ),
    columns=tuple(
        Column(
            feature=Feature(
                name=f"withdrawals_{days}",
                family="withdrawals",
                unit="share",
                kind="driver",
                reason="assortment",
                label=f"share of what it buys that we stopped selling in the last {days} days",
            ),
            sql=f"least(withdrawals_{days}, 1)",
        )
        for days in _WINDOWS
    ),
)
