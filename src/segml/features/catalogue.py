"""The catalogue: every family, and with them every feature, in the order of the columns.

To add a family: write its file and add it to `FAMILIES`. The order is part of the models: it
may grow at any place, since an encoder holds its own columns by name.
"""

from __future__ import annotations

from collections.abc import Collection

from segml.features import (
    assortment,
    attributes,
    care,
    categories,
    discounts,
    margins,
    orders,
    prices,
    products,
    profit,
    purchases,
    referrals,
    returns,
    rhythm,
    season,
    spend,
    tenure,
    trends,
)
from segml.features.family import Column, Family
from segml.ledger import Past
from segml.words.feature import Feature

FAMILIES: tuple[Family, ...] = (
    rhythm.FAMILY,
    purchases.FAMILY,
    orders.FAMILY,
    spend.FAMILY,
    trends.FAMILY,
    season.FAMILY,
    profit.FAMILY,
    margins.FAMILY,
    care.FAMILY,
    discounts.FAMILY,
    returns.FAMILY,
    prices.FAMILY,
    assortment.FAMILY,
    categories.FAMILY,
    products.FAMILY,
    tenure.FAMILY,
    referrals.FAMILY,
    attributes.FAMILY,
)
"""Every family, in catalogue order."""

CATALOGUE: tuple[Feature, ...] = tuple(
    column.feature for family in FAMILIES for column in family.columns
)
"""Every feature segml knows, in the order of the columns."""

BLANKS: dict[str, str] = {
    column.feature.name: column.blank for family in FAMILIES for column in family.columns
}
"""When each feature's value is missing, in words; empty if it never is."""


def available(past: Past) -> tuple[Feature, ...]:
    """The features this ledger can support, in catalogue order.

    Parameters
    ----------
    past
        Any past of the ledger: what a ledger has does not depend on the date.
    """
    return tuple(column.feature for family in supported(past) for column in family.columns)


def supported(past: Past, columns: Collection[str] | None = None) -> tuple[Family, ...]:
    """The families this ledger can support, each with the columns it can.

    Parameters
    ----------
    past
        Any past of the ledger.
    columns
        Names of the features that are wanted; None: all. Unsupported ones are left out.
    """
    has = _parts(past)
    wanted = BLANKS if columns is None else frozenset(columns)
    return tuple(
        family_with(family, chosen)
        for family in FAMILIES
        if family.needs <= has
        if (chosen := _chosen(family, has, wanted))
    )


def _chosen(family: Family, has: frozenset[str], wanted: Collection[str]) -> tuple[Column, ...]:
    return tuple(c for c in family.columns if c.needs <= has and c.feature.name in wanted)


def family_with(family: Family, columns: tuple[Column, ...]) -> Family:
    """The family with only some of its columns."""
    return Family(
        name=family.name,
        columns=columns,
        measures=family.measures,
        needs=family.needs,
        estimate=family.estimate,
        inputs=family.inputs,
    )


def _parts(past: Past) -> frozenset[str]:
    """What the ledger has, and `serve` where some rate of the cost to serve is configured."""
    rates = past.economics
    serves = rates.order > 0 or rates.return_ > 0 or rates.commission_rate > 0
    return past.has | {"serve"} if serves else past.has
