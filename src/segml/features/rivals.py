"""Rivals: competitors that entered the client's market, each by the share of it that it reaches."""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.reach import reach
from segml.words.feature import Feature

_WINDOWS = (180, 365)

FAMILY = Family(
    name="rivals",
    needs=frozenset({"events"}),
    measures=tuple(reach("competitor_entry", f"rivals_{days}", last=days) for days in _WINDOWS),
    columns=tuple(
        Column(
            feature=Feature(
                name=f"rivals_{days}",
                family="rivals",
                unit="count",
                kind="driver",
                reason="competitor",
                label=(
                    f"rivals that entered its market in the last {days} days (each by how "
                    "much of its purchases it touches)"
                ),
            ),
            sql=f"rivals_{days}",
        )
        for days in _WINDOWS
    ),
)
