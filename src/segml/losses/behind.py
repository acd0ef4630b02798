"""The concrete thing behind a driver's part of a loss: an event, a manager, a product, complaints.

A driver says that prices rose; a person asks which. Of the part of a loss that a driver stands for,
the thing is the events that are probably behind it, each by its probability; for the rest it is
read off the client's own rows: its manager, the products that grew dearer, came back, or were
withdrawn. Where no row names one, the sign itself stands.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from segml.losses import line_evidence
from segml.losses.mix import NOT_RECORDED
from segml.losses.trail import Trail
from segml.words.feature import Feature

Source = Literal["event", "manager", "product", "complaint", "sign"]
EVENT_FAMILIES = frozenset({"price_events", "outages", "withdrawals", "managers", "rivals"})
"""Families of features that show events."""
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True, order=True)
class Thing:
    """What a part of a loss comes from.

    Parameters
    ----------
    source
        Kind of thing. `complaint` and `sign` are named by the feature that shows them.
    value
        Event id, manager, product, or feature.
    """

    source: Source
    value: str

    @property
    def is_event(self) -> bool:
        """Whether it is an event of the ledger."""
        return self.source == "event"


def things_behind(
    trail: Trail, feature: Feature, *, events: Mapping[str, float], manager: str | None
) -> Mapping[Thing, float]:
    """What the part of a loss that a driver stands for comes from; the shares sum to one.

    Parameters
    ----------
    trail
        The client's rows.
    feature
        The driver.
    events
        Event ids to their parts of what the features of its reason that show events stand for;
        they sum to at most one.
    manager
        Who looked after the client; None where the ledger does not say.
    """
    if feature.family not in EVENT_FAMILIES:
        return _without_events(trail, feature, manager)
    rest = 1.0 - math.fsum(events.values())
    parts = {Thing("event", each): part for each, part in sorted(events.items())}
    if rest > _NOTHING:
        others = _without_events(trail, feature, manager)
        parts |= {each: rest * part for each, part in others.items()}
    return parts


def _without_events(trail: Trail, feature: Feature, manager: str | None) -> dict[Thing, float]:
    if feature.reason == "manager":
        return {Thing("manager", manager or NOT_RECORDED): 1.0}
    if feature.family == "complaints":
        return {Thing("complaint", feature.name): 1.0}
    rows = {
        "returns": line_evidence.sent_back,
        "prices": line_evidence.dearer,
        "assortment": line_evidence.gone,
    }.get(feature.family)
    products = {} if rows is None else _by_product(rows(trail))
    return products or {Thing("sign", feature.name): 1.0}


def _by_product(rows: pd.DataFrame) -> dict[Thing, float]:
    """Each product's share of what its rows weigh."""
    known = rows[rows["product"].notna() & (rows["weight"] > 0)]
    worth = known.sort_values(["product", "weight"], kind="stable").groupby("product")["weight"]
    parts = worth.sum().astype("float64")
    whole = float(parts.sum())
    return {Thing("product", str(each)): float(part) / whole for each, part in parts.items()}
