"""The bars of a probability stand end to end and add up; others show strength alone."""

from __future__ import annotations

import pytest

from segml.report.effects import EFFECTS_SHOWN, steps, strengths
from segml.scoring import Explained, ReasonFact


def fact(feature: str, contribution: float, points: float | None = None) -> ReasonFact:
    return ReasonFact(
        rank=1,
        feature=feature,
        kind="symptom",
        reason="unknown",
        value=1.0,
        value_text="1 day",
        reference=None,
        contribution=contribution,
        points=points,
    )


def explained(points: list[float], base: float = 20.0, rest: float = 1.0) -> Explained:
    return Explained(
        subject="churn",
        raw=0.0,
        base=fact("(base)", 0.0, base),
        reasons=tuple(fact(f"f{n}", each, each) for n, each in enumerate(points)),
        rest=fact("(other)", rest, rest),
    )


def test_bars_add_up_from_the_start_to_the_end() -> None:
    walk = steps(explained([30.0, -12.0, 5.0, -4.0, 3.0, 2.0, 1.5, -1.0]))
    assert walk is not None
    moved = sum(effect.points for effect in walk.effects)
    assert walk.start + moved == pytest.approx(walk.end) == pytest.approx(45.5)
    assert len(walk.effects) == EFFECTS_SHOWN + 1
    assert walk.effects[-1].feature == "(other)"
    assert walk.effects[-1].points == pytest.approx(1.5 - 1.0 + 1.0)


def test_each_bar_begins_where_the_one_before_ends() -> None:
    walk = steps(explained([30.0, -12.0]))
    first, second = walk.effects[:2]
    assert (first.left, first.width) == (40.0, 60.0)
    assert (second.left, second.width, second.raises) == (76.0, 24.0, False)
    assert all(0 <= effect.left <= effect.left + effect.width <= 100.01 for effect in walk.effects)


def test_without_a_probability_there_are_no_steps() -> None:
    unknown = explained([1.0])
    assert (
        steps(
            Explained(
                subject="churn", raw=0.0, base=fact("(base)", 0.0), reasons=(), rest=unknown.rest
            )
        )
        is None
    )


def test_strengths_are_against_the_strongest() -> None:
    bars = strengths([fact("a", -4.0), fact("b", 1.0)])
    assert [(bar.width, bar.raises) for bar in bars] == [(100.0, False), (25.0, True)]


def test_nothing_to_show_is_no_bar() -> None:
    assert strengths([]) == ()
    assert [bar.width for bar in strengths([fact("a", 0.0)])] == [0.0]
