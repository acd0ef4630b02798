"""The catalogue: every family, and with them every feature, in the order of the columns.

To add a family: write its file and add it to `FAMILIES`. The order is part of the models: it
may grow at any place, since an encoder holds its own columns by name.
"""

from __future__ import annotations

from collections.abc import Collection

from segml.features import (
    assortment,
    attention,
    attributes,
    care,
    categories,
    complaints,
    demands,
    discounts,
    ideas,
    managers,
    margins,
    orders,
    outages,
    payments,
    price_events,
    prices,
    products,
    profit,
    purchases,
    referrals,
    returns,
    rhythm,
    rivals,
    season,
    spend,
    tenure,
    trends,
    withdrawals,
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
    demands.FAMILY,
    returns.FAMILY,
    complaints.FAMILY,
    outages.FAMILY,
    attention.FAMILY,
    managers.FAMILY,
    prices.FAMILY,
    price_events.FAMILY,
    payments.FAMILY,
    assortment.FAMILY,
    withdrawals.FAMILY,
    rivals.FAMILY,
    categories.FAMILY,
    products.FAMILY,
    tenure.FAMILY,
    referrals.FAMILY,
    ideas.FAMILY,
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


def of_events() -> frozenset[str]:
    """The features that tell of company events: they move when the company acts."""
    return frozenset(
        column.feature.name
        for family in FAMILIES
        for column in family.columns
        if "events" in family.needs | column.needs
    )


def left_out(past: Past) -> dict[str, tuple[str, ...]]:
    """What this ledger cannot support, and the parts it lacks for it.

    Parameters
    ----------
    past
        Any past of the ledger.

    Returns
    -------
    dict
        A family, or a single feature of a family that is not left out whole, to the missing
        parts, sorted; in catalogue order. A part is a column of transactions, `<table>`,
        `<table>.<column>`, `serve` (no care costs anything) or `mix` (neither category nor
        product).
    """
    has = _parts(past)
    found: dict[str, tuple[str, ...]] = {}
    for family in FAMILIES:
        if not family.needs <= has:
            found[family.name] = _lacking(family.needs, has)
            continue
        for column in family.columns:
            if not column.needs <= has:
                found[column.feature.name] = _lacking(column.needs, has)
    return found


def _lacking(needs: frozenset[str], has: frozenset[str]) -> tuple[str, ...]:
    """What is needed and not there; of an absent table no column is named."""
    lacking = needs - has
    return tuple(sorted(p for p in lacking if "." not in p or p.split(".")[0] not in lacking))


def left_out_notes(past: Past) -> tuple[str, ...]:
    """The same in a sentence, for the notes of a run; none where nothing is left out."""
    lacking = [f"{name} ({', '.join(parts)})" for name, parts in left_out(past).items()]
    if not lacking:
        return ()
    return (f"features left out for want of what stands in brackets: {', '.join(lacking)}",)


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
    """What the ledger has; `serve` where some care costs; `mix` where lines say what was bought."""
    parts = set(past.has)
    if _serves(past):
        parts.add("serve")
    if past.has & {"category", "product"}:
        parts.add("mix")
    return frozenset(parts)


def _serves(past: Past) -> bool:
    """Whether a line, a contact or an invoice of the ledger may cost care.

    An invoice does wherever payments are known: what stays unpaid is written off.
    """
    rates = past.economics
    kinds = rates.kinds.values()
    minutes = rates.minute > 0 or any(rate.minute for rate in kinds)
    contacts = any(rate.contact > 0 for rate in kinds)
    return (
        rates.order > 0
        or rates.return_ > 0
        or rates.commission_rate > 0
        or (minutes and "interactions.minutes" in past.has)
        or (contacts and "interactions" in past.has)
        or bool(past.has & {"interactions.cost", "invoices.paid_on"})
    )
