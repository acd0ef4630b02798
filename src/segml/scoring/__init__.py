"""Bundle and ledger in; every client's scores, and the exact reasons behind them, out.

The names load when they are first asked for: who reads what was published takes no model with it.
No name equals a file's here, which would replace it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from segml.scoring.actions import ACTIONS, AS_GOOD_AS_GONE, UNASKED
    from segml.scoring.answers import Answer, LeverToday, Limit
    from segml.scoring.explain import ClientFacts, Explained, ReasonFact, client_facts, facts_of
    from segml.scoring.explanations import between, coded, contributions, second_view
    from segml.scoring.gathering import Reasons
    from segml.scoring.months import last_month_start, month_starts
    from segml.scoring.parts import SUBJECTS, Parts, Subject
    from segml.scoring.prospects import contact_columns, expected_first_years
    from segml.scoring.reasons import BASE, OTHER
    from segml.scoring.recommendations import RECOMMENDATIONS
    from segml.scoring.replaying import replay, tier_columns
    from segml.scoring.roles import is_key, key_at, roles_of
    from segml.scoring.schema import (
        CLIENTS,
        LEVERS,
        OUTLOOK,
        PROSPECT_REASONS,
        PROSPECTS,
        REASONS,
        ROLES,
        SCORES,
        ColumnKind,
        conform,
    )
    from segml.scoring.scored import Scored, score
    from segml.scoring.taking_apart import take_apart, take_change_apart
    from segml.scoring.what_if import WhatIf, lever_columns, ranges_of
    from segml.tiers import LeverRanges

_FACE = {
    "ACTIONS": "actions",
    "Answer": "answers",
    "BASE": "reasons",
    "CLIENTS": "schema",
    "ClientFacts": "explain",
    "ColumnKind": "schema",
    "Explained": "explain",
    "AS_GOOD_AS_GONE": "actions",
    "UNASKED": "actions",
    "LEVERS": "schema",
    "LeverRanges": "what_if",
    "LeverToday": "answers",
    "Limit": "answers",
    "OTHER": "reasons",
    "OUTLOOK": "schema",
    "PROSPECTS": "schema",
    "PROSPECT_REASONS": "schema",
    "Parts": "parts",
    "REASONS": "schema",
    "RECOMMENDATIONS": "recommendations",
    "ROLES": "schema",
    "ReasonFact": "explain",
    "Reasons": "gathering",
    "SCORES": "schema",
    "SUBJECTS": "parts",
    "Scored": "scored",
    "Subject": "parts",
    "WhatIf": "what_if",
    "between": "explanations",
    "client_facts": "explain",
    "coded": "explanations",
    "conform": "schema",
    "contact_columns": "prospects",
    "contributions": "explanations",
    "expected_first_years": "prospects",
    "facts_of": "explain",
    "is_key": "roles",
    "key_at": "roles",
    "last_month_start": "months",
    "lever_columns": "what_if",
    "month_starts": "months",
    "ranges_of": "what_if",
    "replay": "replaying",
    "roles_of": "roles",
    "score": "scored",
    "second_view": "explanations",
    "take_apart": "taking_apart",
    "take_change_apart": "taking_apart",
    "tier_columns": "replaying",
}

__all__ = [
    "ACTIONS",
    "AS_GOOD_AS_GONE",
    "BASE",
    "CLIENTS",
    "LEVERS",
    "OTHER",
    "OUTLOOK",
    "PROSPECTS",
    "PROSPECT_REASONS",
    "REASONS",
    "RECOMMENDATIONS",
    "ROLES",
    "SCORES",
    "SUBJECTS",
    "UNASKED",
    "Answer",
    "ClientFacts",
    "ColumnKind",
    "Explained",
    "LeverRanges",
    "LeverToday",
    "Limit",
    "Parts",
    "ReasonFact",
    "Reasons",
    "Scored",
    "Subject",
    "WhatIf",
    "between",
    "client_facts",
    "coded",
    "conform",
    "contact_columns",
    "contributions",
    "expected_first_years",
    "facts_of",
    "is_key",
    "key_at",
    "last_month_start",
    "lever_columns",
    "month_starts",
    "ranges_of",
    "replay",
    "roles_of",
    "score",
    "second_view",
    "take_apart",
    "take_change_apart",
    "tier_columns",
]


def __getattr__(name: str) -> Any:
    if name not in _FACE:
        raise AttributeError(f"module 'segml.scoring' has no attribute {name!r}")
    return getattr(import_module(f"segml.scoring.{_FACE[name]}"), name)
