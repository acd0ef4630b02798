"""Sentences about roles and levers: why a client holds a role, and what would move it."""

from __future__ import annotations

from collections.abc import Mapping

from segml.report import phrases
from segml.report.figures import label, money, number, percent, plural, value
from segml.report.outlook_words import outlook_sentence
from segml.report.rule_words import criteria_lines
from segml.report.standing import Move, RoleHeld, RolesFacts, StandingFacts
from segml.words.feature import Feature

Measures = Mapping[str, tuple[float, float | None]]


def standing_lines(
    facts: StandingFacts, features: Mapping[str, Feature], currency: str | None
) -> list[str]:
    """A client's roles with evidence, what would move it, its criteria, what lies ahead.

    Parameters
    ----------
    facts
        Its roles, moves and criteria.
    features
        Feature name to the feature, for labels and units.
    currency
        Put after money where known.
    """
    lines = [role_sentence(held, currency) for held in facts.roles]
    if facts.up:
        moved = _moved(facts.up, features, currency)
        lines.append(f"It would reach {facts.up.to_tier} with {moved}, all else equal.")
    if facts.down:
        moved = _moved(facts.down, features, currency)
        lines.append(f"It would fall to {facts.down.to_tier} with {moved}, all else equal.")
    lines += criteria_lines(facts.criteria, features, currency)
    if ahead := outlook_sentence(facts.outlook):
        lines.append(ahead)
    return lines


def role_sentence(held: RoleHeld, currency: str | None) -> str:
    """Why a client holds one role."""
    told = _FOUND[held.role](held.measures, currency) if held.measures else ""
    parts = [told] if told else []
    if held.is_declared:
        parts.append("declared by a person" + (f": {held.note.rstrip('.')}" if held.note else ""))
    return f"{phrases.ROLES.get(held.role, held.role)}: {'; '.join(parts)}."


def roles_sentence(facts: RolesFacts) -> str:
    """How many are key clients by their role alone."""
    if not facts.by_role_alone:
        return "Every key client holds a key tier."
    alone = plural(facts.by_role_alone, "client is a key client", "clients are key clients")
    return f"{alone} by role alone, outside the key tiers."


def _moved(move: Move, features: Mapping[str, Feature], currency: str | None) -> str:
    return " and ".join(
        f"{_lever(each.lever, each.feature, features)} of "
        f"{value(each.target, each.feature, features, currency)} "
        f"(today {value(each.value, each.feature, features, currency)})"
        for each in move.levers
    )


def _lever(lever: str, feature: str, features: Mapping[str, Feature]) -> str:
    return phrases.LEVERS.get(lever) or label(feature, features)


def _anchor(told: Measures, currency: str | None) -> str:
    share, _ = told["profit_share"]
    said = f"it brings {percent(share, 2)} of all profit"
    if "profit_prev_365" in told:
        said += f", brought {money(told['profit_prev_365'][0], currency)} in the year before"
    return f"{said}, and orders no less regularly than half of the active clients"


def _rising(told: Measures, currency: str | None) -> str:
    growth, _ = told["profit_growth"]
    said = f"the model expects its yearly profit to grow by {money(growth, currency)}"
    if "orders_trend_90" in told:
        trend, usual = told["orders_trend_90"]
        said += f"; its orders of 90 days come at {number(trend, 2)}× its earlier rate"
        said += f" ({number(usual, 2)}× is usual)" if usual is not None else ""
    if "headroom" in told:
        said += f"; {percent(told['headroom'][0])} of its wallet is spent elsewhere"
    return said


def _magnet(told: Measures, currency: str | None) -> str:
    profit, own = told["brought_profit_365"]
    count, usual = told["referred_clients"]
    expected = f" ({number(usual, 1)} would be usual)" if usual is not None else ""
    return (
        f"it brought {plural(round(count), 'client', 'clients')}{expected}, with "
        f"{money(profit, currency)} of profit in 365 days; its own is {money(own, currency)}"
    )


def _advisor(told: Measures, currency: str | None) -> str:
    del currency
    count, usual = told["ideas_365"]
    said = f"it gave {plural(round(count), 'idea', 'ideas')} in 365 days"
    said += f" ({number(usual, 1)} would be usual)" if usual is not None else ""
    upheld = told.get("ideas_upheld_365", (0.0, None))[0]
    return said + (f", of which we took up {number(upheld)}" if upheld else "")


_FOUND = {"anchor": _anchor, "rising": _rising, "magnet": _magnet, "advisor": _advisor}
