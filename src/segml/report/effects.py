"""What each feature did to one score, as bars: from the average client to this one.

Where the score is a probability the bars are percentage points, stand end to end and add up
exactly; elsewhere they show strength alone, against the strongest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from segml.scoring import Explained, ReasonFact

EFFECTS_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One bar; `left` and `width` in per cent of the row, `points` None for strength alone."""

    feature: str
    value_text: str
    reference: float | None
    raises: bool
    points: float | None
    left: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The bars of a probability, between its start (the average client) and its end."""

    start: float
    end: float
    scale: float
    effects: tuple[Effect, ...]


def steps(explained: Explained) -> Steps | None:
    """The bars of a probability; None where no probability is published.

    Parameters
    ----------
    explained
        Its reasons; those beyond the strongest go into the rest.
    """
    points = [fact.points for fact in (explained.base, *explained.reasons, explained.rest)]
    known = [each for each in points if each is not None]
    if len(known) < len(points):
        return None
    start, moves = known[0], known[1:-1][:EFFECTS_SHOWN]
    moves.append(sum(known[1:]) - sum(moves))
    facts = [*explained.reasons[:EFFECTS_SHOWN], explained.rest]
    reached = [start]
    for move in moves:
        reached.append(reached[-1] + move)
    scale = max(*reached, 1e-9)
    effects = tuple(
        _effect(fact, move, left=min(reached[place], reached[place + 1]), scale=scale)
        for place, (fact, move) in enumerate(zip(facts, moves, strict=True))
    )
    return Steps(start=start, end=reached[-1], scale=scale, effects=effects)


def strengths(facts: Sequence[ReasonFact]) -> tuple[Effect, ...]:
    """The strongest reasons of a score in no unit of people, each against the strongest.

    Parameters
    ----------
    facts
        Strongest first.
    """
    shown = facts[:EFFECTS_SHOWN]
    most = max((abs(fact.contribution) for fact in shown), default=0.0) or 1.0
    return tuple(
        Effect(
            feature=fact.feature,
            value_text=fact.value_text or "",
            reference=fact.reference,
            raises=fact.contribution > 0,
            points=None,
            left=0.0,
            width=round(100 * abs(fact.contribution) / most, 2),
        )
        for fact in shown
    )


def _effect(fact: ReasonFact, move: float, *, left: float, scale: float) -> Effect:
    return Effect(
        feature=fact.feature,
        value_text=fact.value_text or "",
        reference=fact.reference,
        raises=move > 0,
        points=move,
        left=round(100 * max(left, 0.0) / scale, 2),
        width=round(100 * abs(move) / scale, 2),
    )
