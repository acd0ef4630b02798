"""What a snapshot needs to know of the plan: two lengths in days, and what a month is."""

from __future__ import annotations

from dataclasses import dataclass

from segml.ledger.days import months_before

YEAR, MONTH = 365, 30
BY_MONTH = (
    "most clients are billed on a day of the month: windows of 30, 90 and 180 days are one, three "
    "and six months of the calendar"
)


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
    by_month
        Whether windows of 30, 90 and 180 days are one, three and six months of the calendar, as
        `billing.is_billed_by_month` finds them to be asked of a ledger. Years stay of 365 days.

    Raises
    ------
    ValueError
        If one of them is not positive.
    """

    horizon_days: int = 180
    active_days: int = 365
    by_month: bool = False

    def __post_init__(self) -> None:
        if min(self.horizon_days, self.active_days) < 1:
            raise ValueError("horizon_days and active_days are positive")

    @property
    def season_days(self) -> int:
        """Length of the season window a year ago: it ends at the as-of date at the latest."""
        return min(self.horizon_days, YEAR)

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever reads a training must know of its windows."""
        return (BY_MONTH,) if self.by_month else ()

    def age(self, days: int, as_of: int) -> int:
        """The age in days at which a window of nominally so many days ends.

        Parameters
        ----------
        days
            A multiple of 30, before or after any years of 365, is as many months where windows are
            of months; any other number, and whole years, are days.
        as_of
            The day of the snapshot.

        Examples
        --------
        >>> FeaturePlan(by_month=True).age(180, 20332), FeaturePlan(by_month=True).age(395, 20332)
        (184, 396)
        """
        years, rest = divmod(days, YEAR)
        if not self.by_month or rest == 0:
            return days
        if rest % MONTH == 0:
            return as_of - months_before(as_of, 12 * years + rest // MONTH)
        if (YEAR - rest) % MONTH == 0:
            return as_of - months_before(as_of, 12 * (years + 1) - (YEAR - rest) // MONTH)
        return days
