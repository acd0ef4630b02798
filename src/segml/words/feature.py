"""What a feature is, in words: its unit, its kind, its reason code, its label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["driver", "symptom", "context"]
Reason = Literal[
    "price", "service", "assortment", "manager", "payment", "competitor", "margin", "unknown"
]
Unit = Literal[
    "days",
    "money",
    "share",
    "points",
    "count",
    "ratio",
    "per_year",
    "category",
    "score",
    "flag",
]

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
        What one unit of its value is; `category` marks a text column. A difference of two shares
        is told in percentage `points`, a relative change as a `share`.
    kind
        `driver` can cause a loss, `symptom` shows it, `context` is neither.
    reason
        The reason code a driver belongs to; `unknown` for symptoms and context.
    label
        A short English noun phrase for people ("days since the last order").
    churn_sign
        +1 if more of it can only raise the risk of churn, -1 if it can only lower it, 0 if open.
    harm
        Which way a driver moves when it leads to a loss: +1 by rising (a price, a returned share,
        a discount given), -1 by falling (a margin rate). The rule: a driver is a reason of a loss
        only if it moved that way; for symptoms and context it says nothing and stays +1.

    Raises
    ------
    ValueError
        If a driver has no reason code, or something that is no driver has one or harms by falling.
    """

    name: str
    family: str
    unit: Unit
    kind: Kind
    label: str
    reason: Reason = "unknown"
    churn_sign: Literal[-1, 0, 1] = 0
    harm: Literal[-1, 1] = 1

    def __post_init__(self) -> None:
        if (self.kind == "driver") != (self.reason != "unknown"):
            raise ValueError(f"{self.name}: exactly the drivers have a reason code")
        if self.kind != "driver" and self.harm != 1:
            raise ValueError(f"{self.name}: only a driver harms by falling")

    @property
    def is_categorical(self) -> bool:
        """Whether its values are text."""
        return self.unit == "category"
