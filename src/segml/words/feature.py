"""What a feature is, in words: its unit, its kind, its reason code, its label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["driver", "symptom", "context"]
Reason = Literal[
    "price", "service", "assortment", "manager", "payment", "competitor", "margin", "unknown"
]
Unit = Literal["days", "money", "share", "count", "ratio", "per_year", "category", "score", "flag"]

REASONS: tuple[Reason, ...] = (
    "price",
    "service",
    "assortment",
    "manager",
    "payment",
    "competitor",
    "margin",
    "unknown",
)
"""Every reason code, in the order in which ties are broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One column of the feature frame.

    Parameters
    ----------
    name
        The column's name, business word first, unit last (`spend_90`, `silence_days`).
    family
        The file under `features/` that makes it.
    unit
        What one unit of its value is; `category` marks a text column.
    kind
        `driver` can cause a loss, `symptom` shows it, `context` is neither.
    reason
        The reason code a driver belongs to; `unknown` for symptoms and context.
    label
        A short English noun phrase for people ("days since the last order").
    churn_sign
        +1 if more of it can only raise the risk of churn, -1 if it can only lower it, 0 if open.

    Raises
    ------
    ValueError
        If a driver has no reason code, or something that is no driver has one.
    """

    name: str
    family: str
    unit: Unit
    kind: Kind
    label: str
    reason: Reason = "unknown"
    churn_sign: Literal[-1, 0, 1] = 0

    def __post_init__(self) -> None:
        if (self.kind == "driver") != (self.reason != "unknown"):
            raise ValueError(f"{self.name}: exactly the drivers have a reason code")

    @property
    def is_categorical(self) -> bool:
        """Whether its values are text."""
        return self.unit == "category"
