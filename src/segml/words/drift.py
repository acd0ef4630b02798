"""What is asked of a day before its scores are published, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Answer = Literal["off", "warn", "refuse"]
SUBJECTS = ("feature", "score", "reason", "move", "volume", "worth", "model")
"""What is looked at: features, the scores made of them, in what order features weigh on the churn
score of each tier, moves from tier to tier, rows of the sources, what an order line is worth,
the model's age."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftPlan:
    """What follows when something moved farther than it usually does.

    Parameters
    ----------
    feature, score, reason, move, volume, worth, model
        By subject: nothing is looked at, a warning, or nothing is published (exit code 5).
    model_days
        The age up to which a model may score.
    """

    feature: Answer = "warn"
    score: Answer = "warn"
    reason: Answer = "warn"
    move: Answer = "warn"
    volume: Answer = "warn"
    worth: Answer = "warn"
    model: Answer = "warn"
    model_days: int = 400

    def __post_init__(self) -> None:
        if self.model_days < 1:
            raise ValueError("drift.model_days is at least 1")

    def answer(self, subject: str) -> Answer:
        """What follows for a subject."""
        found: Answer = getattr(self, subject)
        return found
