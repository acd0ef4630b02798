"""Sentences about roles and levers: why a client holds a role, and what would move it."""

from __future__ import annotations

from collections.abc import Mapping

from segml.report import called, phrases
from segml.report.figures import (
    counted,
    in_a_row,
    joined,
    label,
    money,
    number,
    percent,
    value,
)
from segml.report.language import _
from segml.report.outlook_words import outlook_sentence
from segml.report.rule_words import criteria_lines
from segml.report.standing import LeverMoved, Move, RoleHeld, RolesFacts, StandingFacts
from segml.scoring.texts import told_target
from segml.words.feature import Feature

Measures = Mapping[str, tuple[float, float | None]]


def standing_lines(
    facts: StandingFacts,
    features: Mapping[str, Feature],
    currency: str | None,
    *,
    may_rise: bool = False,
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
    may_rise
        Whether it is asked what would lift the client: then it is said if nothing would.
    """
    lines = [role_sentence(held, currency) for held in facts.roles]
    if facts.up:
        moved = _moved(facts.up, features, currency)
        up = called.tier(facts.up.to_tier)
        lines.append(_("It would reach {tier} with {moved}, all else equal.", tier=up, moved=moved))
    elif may_rise:
        lines.append(
            _("Nothing that clients as large come to within a year would lift it to a higher tier.")
        )
    if facts.down:
        moved = _moved(facts.down, features, currency)
        down = called.tier(facts.down.to_tier)
        lines.append(
            _("It would fall to {tier} with {moved}, all else equal.", tier=down, moved=moved)
        )
    lines += criteria_lines(facts.criteria, features, currency)
    if ahead := outlook_sentence(facts.outlook):
        lines.append(ahead)
    return lines


def role_sentence(held: RoleHeld, currency: str | None) -> str:
    """Why a client holds one role."""
    parts = [_FOUND[held.role](held.measures, currency)] if held.measures else []
    if held.is_declared and held.note:
        parts.append(_("declared by a person: {note}", note=called.unstopped(held.note)))
    elif held.is_declared:
        parts.append(_("declared by a person"))
    role = phrases.ROLES.get(held.role, held.role)
    return _("{role}: {why}.", role=role, why=in_a_row(parts))


def roles_sentence(facts: RolesFacts) -> str:
    """How many are key clients by their role alone."""
    if not facts.by_role_alone:
        return _("Every key client holds a key tier.")
    return counted(
        "{count} client is a key client by role alone, outside the key tiers.",
        "{count} clients are key clients by role alone, outside the key tiers.",
        facts.by_role_alone,
    )


def _moved(move: Move, features: Mapping[str, Feature], currency: str | None) -> str:
    return joined(
        [
            _(
                "{what} of {target} (today {value})",
                what=_lever(each.lever, each.feature, features),
                target=_target(each, features, currency),
                value=value(each.value, each.feature, features, currency),
            )
            for each in move.levers
        ]
    )


def _target(moved: LeverMoved, features: Mapping[str, Feature], currency: str | None) -> str:
    """What has to be reached, never told short of it."""
    unit = features[moved.feature].unit if moved.feature in features else "score"
    told = told_target(moved.target, moved.value, unit)
    return value(told, moved.feature, features, currency)


def _lever(lever: str, feature: str, features: Mapping[str, Feature]) -> str:
    return phrases.LEVERS.get(lever) or label(feature, features)


def _anchor(told: Measures, currency: str | None) -> str:
    share, _none = told["profit_share"]
    given = {"share": percent(share, 2)}
    if "profit_prev_365" not in told:
        return _(
            "it brings {share} of all profit, and orders no less regularly than half of the "
            "clients as large",
            **given,
        )
    return _(
        "it brings {share} of all profit, brought {before} in the year before, and orders no less "
        "regularly than half of the clients as large",
        before=money(told["profit_prev_365"][0], currency),
        **given,
    )


def _rising(told: Measures, currency: str | None) -> str:
    growth = money(told["profit_growth"][0], currency)
    said = [_("the model expects its yearly profit to grow by {money}", money=growth)]
    if "orders_trend_90" in told:
        trend, usual = told["orders_trend_90"]
        given = {"times": number(trend, 2)}
        said.append(
            _("its orders of 90 days come at {times}× its earlier rate", **given)
            if usual is None
            else _(
                "its orders of 90 days come at {times}× its earlier rate ({usual}× is usual)",
                usual=number(usual, 2),
                **given,
            )
        )
    if "headroom" in told:
        room = percent(told["headroom"][0])
        said.append(_("{share} of its wallet is spent elsewhere", share=room))
    return in_a_row(said)


def _magnet(told: Measures, currency: str | None) -> str:
    profit, own = told["brought_profit_365"]
    count, usual = told["referred_clients"]
    given = {"profit": money(profit, currency), "own": money(own, currency)}
    if usual is None:
        return counted(
            "it brought {count} client, with {profit} of profit in 365 days; its own is {own}",
            "it brought {count} clients, with {profit} of profit in 365 days; its own is {own}",
            round(count),
            **given,
        )
    return counted(
        "it brought {count} client ({usual} would be usual), with {profit} of profit in 365 days; "
        "its own is {own}",
        "it brought {count} clients ({usual} would be usual), with {profit} of profit in 365 days; "
        "its own is {own}",
        round(count),
        usual=number(usual, 1),
        **given,
    )


def _advisor(told: Measures, currency: str | None) -> str:
    del currency
    count, usual = told["ideas_365"]
    said = counted(
        "it gave {count} idea in 365 days", "it gave {count} ideas in 365 days", round(count)
    )
    if usual is not None:
        said = _("{what} ({usual} would be usual)", what=said, usual=number(usual, 1))
    upheld = told.get("ideas_upheld_365", (0.0, None))[0]
    if not upheld:
        return said
    return _("{what}, of which we took up {number}", what=said, number=number(upheld))


_FOUND = {"anchor": _anchor, "rising": _rising, "magnet": _magnet, "advisor": _advisor}
