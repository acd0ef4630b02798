"""What a snapshot needs to know of the plan: two lengths in days, no more."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FeaturePlan:
    """The horizon features look towards and the silence after which a client has lapsed.

    Parameters
    ----------
    horizon_days
        Length of the churn label's horizon; the season window a year ago and the expected
        orders have the same length.
    active_days
        A client with an order in the last `active_days` days is active.

    Raises
    ------
    ValueError
        If one of them is not positive.
    """

    horizon_days: int = 180
    active_days: int = 365

    def __post_init__(self) -> None:
        if min(self.horizon_days, self.active_days) < 1:
            raise ValueError("horizon_days and active_days are positive")

    @property
    def season_days(self) -> int:
        """Length of the season window a year ago: it ends at the as-of date at the latest."""
        return min(self.horizon_days, 365)
