"""Bundle and ledger in; every client's scores, and the exact reasons behind them, out."""

from segml.scoring.actions import ACTIONS
from segml.scoring.explain import ClientFacts, Explained, ReasonFact, client_facts
from segml.scoring.explanations import between, contributions
from segml.scoring.gathering import Reasons
from segml.scoring.month_starts import last_month_start
from segml.scoring.parts import SUBJECTS, Parts, Subject
from segml.scoring.reasons import BASE, OTHER
from segml.scoring.replay import replay, tier_columns
from segml.scoring.schema import CLIENTS, REASONS, SCORES, ColumnKind, conform
from segml.scoring.score import Scored, score
from segml.scoring.taking_apart import take_apart, take_change_apart

__all__ = [
    "ACTIONS",
    "BASE",
    "CLIENTS",
    "OTHER",
    "REASONS",
    "SCORES",
    "SUBJECTS",
    "ClientFacts",
    "ColumnKind",
    "Explained",
    "Parts",
    "ReasonFact",
    "Reasons",
    "Scored",
    "Subject",
    "between",
    "client_facts",
    "conform",
    "contributions",
    "last_month_start",
    "replay",
    "score",
    "take_apart",
    "take_change_apart",
    "tier_columns",
]
