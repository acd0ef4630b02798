"""The economics of every made company: its `segml.yaml` says them, its truth counts by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

KINDS: tuple[str, ...] = (
    "visit", "call", "support", "complaint", "discount_request", "return_request", "idea",
)  # fmt: skip
"""Kinds of contact, in the order of every array over kinds."""

MINUTES = (120.0, 15.0, 25.0, 60.0, 30.0, 20.0, 45.0)
"""Mean minutes of a contact of each kind."""

OUTLAY = (40.0, 0.0, 0.0, 12.0, 0.0, 0.0, 0.0)
"""Mean cost of a contact of each kind: travel, and goodwill after a complaint."""

CURRENCY = "EUR"
ACQUISITION_COST = (150.0, 900.0, 600.0, 300.0, 1500.0)
"""Median cost of winning a client through each channel; sigma (log) 0.4."""

ACQUISITION_SIGMA = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Money that no table holds; the names are those of `economics` in the configuration.

    Parameters
    ----------
    minute, order, return_, commission_rate, overdue_yearly_rate, write_off_days,
    acquisition_months, referral_weight
        As in the configuration.
    kinds
        Kind of contact to its own money a minute and a contact; others cost `minute` alone.
    """

    minute: float = 0.8
    order: float = 9.0
    return_: float = 22.0
    commission_rate: float = 0.02
    overdue_yearly_rate: float = 0.12
    write_off_days: int = 180
    acquisition_months: int = 12
    referral_weight: float = 0.2
    kinds: Mapping[str, tuple[float, float]] = field(
        default_factory=lambda: MappingProxyType(
            {
                "visit": (1.2, 15.0),
                "support": (0.6, 0.0),
                "complaint": (0.8, 10.0),
            }
        )
    )

    @property
    def acquisition_days(self) -> int:
        """Days over which an acquisition cost is spread."""
        return round(self.acquisition_months * 365.25 / 12)

    def per_minute(self) -> tuple[float, ...]:
        """Money a minute, by the order of `KINDS`."""
        return tuple(self.kinds.get(kind, (self.minute, 0.0))[0] for kind in KINDS)

    def per_contact(self) -> tuple[float, ...]:
        """Money a contact, by the order of `KINDS`."""
        return tuple(self.kinds.get(kind, (self.minute, 0.0))[1] for kind in KINDS)


RATES = Rates()
"""The rates of every made company."""
