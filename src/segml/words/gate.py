"""What a version must hold before it becomes champion: the gate's limits as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePlan:
    """The limits of the gate; a version beyond one of them is not promoted unasked.

    Parameters
    ----------
    grade
        The worst grade that passes.
    calibration_error
        The calibration error, beyond chance, up to which a version passes; more passes only
        where the champion has as much.
    size_gap
        How far, beyond chance, the mean probability of small, middling or large clients may lie
        from the share that was lost; more passes only where the champion has as much.
    money_moves
        By how much the profit expected of all of today's clients together may change because the
        model changed, as a share of what the champion expects.
    tier_moves
        The share of active clients that may hold another tier because the model changed.
    reasons_kept
        The share of a client's leading churn features that both models name, at least.
    history
        How far the number of rows of any table that the training saw may have changed since, as a
        share.
    """

    grade: Literal["A", "B", "C", "D"] = "C"
    calibration_error: float = 0.05
    size_gap: float = 0.05
    money_moves: float = 0.25
    tier_moves: float = 0.25
    reasons_kept: float = 0.4
    history: float = 0.05

    def __post_init__(self) -> None:
        for each in fields(self):
            if each.name != "grade" and not 0 <= getattr(self, each.name) <= 1:
                raise ValueError(f"gate.{each.name} lies in [0, 1]")
