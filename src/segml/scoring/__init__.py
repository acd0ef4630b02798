"""Bundle and ledger in; every client's scores, and the exact reasons behind them, out."""

from segml.scoring.actions import ACTIONS
from segml.scoring.explain import ClientFacts, Explained, ReasonFact, client_facts
from segml.scoring.explanations import between, contributions, second_view
from segml.scoring.gathering import Reasons
from segml.scoring.month_starts import last_month_start, month_starts
from segml.scoring.parts import SUBJECTS, Parts, Subject
from segml.scoring.prospects import RECOMMENDATIONS, contact_columns, expected_first_years
from segml.scoring.reasons import BASE, OTHER
from segml.scoring.replay import replay, tier_columns
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
from segml.scoring.score import Scored, score
from segml.scoring.taking_apart import take_apart, take_change_apart
from segml.scoring.what_if import (
    LEVER_NAMES,
    Answer,
    LeverToday,
    Limit,
    WhatIf,
    lever_columns,
    ranges_of,
)
from segml.tiers import LeverRanges

__all__ = [
    "ACTIONS",
    "BASE",
    "CLIENTS",
    "LEVERS",
    "LEVER_NAMES",
    "OTHER",
    "OUTLOOK",
    "PROSPECTS",
    "PROSPECT_REASONS",
    "REASONS",
    "RECOMMENDATIONS",
    "ROLES",
    "SCORES",
    "SUBJECTS",
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
    "conform",
    "contact_columns",
    "contributions",
    "expected_first_years",
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
