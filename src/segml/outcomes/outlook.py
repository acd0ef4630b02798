"""What lies ahead of an active client at several horizons: no order, a higher tier, a lower one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segml.outcomes.horizons import Horizons
from segml.outcomes.moves import Moves


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """Churn and tier moves at several horizons.

    Parameters
    ----------
    horizons
        Churn, the primary horizon and the others.
    moves
        Tier moves by horizon, shortest first; a horizon whose moves could not be learnt is absent.
    notes
        What was left out and why, one sentence each.
    """

    horizons: Horizons
    moves: tuple[Moves, ...]
    notes: tuple[str, ...]

    def moves_at(self, horizon_days: int) -> Moves | None:
        """The tier moves of a horizon; None where they could not be learnt."""
        return next((one for one in self.moves if one.horizon_days == horizon_days), None)

    def to_json(self) -> dict[str, Any]:
        """The outlook as plain values."""
        return {
            "horizons": self.horizons.to_json(),
            "moves": [one.to_json() for one in self.moves],
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Outlook:
        """The outlook read back, equal to the one written."""
        return cls(
            horizons=Horizons.from_json(value["horizons"]),
            moves=tuple(Moves.from_json(one) for one in value["moves"]),
            notes=tuple(value["notes"]),
        )
