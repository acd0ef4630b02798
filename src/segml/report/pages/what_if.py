"""What a client would be with other figures: what was asked, what may be asked, the answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from segml.scoring import Answer, LeverToday, Limit

Fault = str
"""Why a value was refused: `number`, `whole` or `range`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverAsked:
    """A lever with the client's value, the values it may take, and the one that was asked for.

    All in the feature's unit; `asked` is None where it stays as it is.
    """

    lever: str
    feature: str
    today: float
    low: float
    high: float
    is_whole: bool
    asked: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedValue:
    """A value that cannot be asked for: as it was typed, and what is wrong with it."""

    lever: LeverAsked
    typed: str
    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfFacts:
    """A question and its answer; `after` is None where nothing was asked, or something refused."""

    levers: tuple[LeverAsked, ...]
    before: Answer
    after: Answer | None

    @property
    def moved(self) -> tuple[LeverAsked, ...]:
        """The levers that were asked for."""
        return tuple(each for each in self.levers if each.asked is not None)


def levers_asked(
    levers: Sequence[LeverToday], limits: Sequence[Limit], asked: Mapping[str, float]
) -> tuple[LeverAsked, ...]:
    """The levers of a question.

    Parameters
    ----------
    levers, limits
        As `scoring.WhatIf` gives them, in the same order.
    asked
        Lever to the value asked for.
    """
    return tuple(
        LeverAsked(
            lever=each.lever,
            feature=each.feature,
            today=each.value,
            low=limit.low,
            high=limit.high,
            is_whole=each.is_whole,
            asked=asked.get(each.lever),
        )
        for each, limit in zip(levers, limits, strict=True)
    )


def answered(facts: WhatIfFacts, after: Answer) -> WhatIfFacts:
    """The same question with its answer."""
    return dataclasses.replace(facts, after=after)


def fault_of(lever: LeverAsked, value: float) -> Fault | None:
    """What is wrong with a value; None where it may be asked for."""
    if lever.is_whole and value != round(value) and value != lever.today:
        return "whole"
    return None if lever.low <= value <= lever.high else "range"
