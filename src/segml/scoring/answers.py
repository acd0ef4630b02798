"""What is asked of a scored client with other figures, and what is answered: plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The tier, how firmly it is held and before which other, and the risk with its range.

    `tier_margin` is as in the scores: a squared distance in value space, or points of a rule.
    """

    tier: str
    tier_rank: int
    tier_rival: str | None
    tier_margin: float
    p_churn: float
    p_churn_low: float
    p_churn_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverToday:
    """A lever that the tiers read: its feature, the client's value, whether it counts things."""

    lever: str
    feature: str
    value: float
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """From where to where a lever may be moved."""

    lever: str
    low: float
    high: float
