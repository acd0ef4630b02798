"""Of whom and of which days it is asked who was next to be lost: past dates to learn from, today.

The past dates lie so far back that the horizon of each had ended by the later date, and are month
starts: what clients were exposed to is known month by month. Where clients are billed on a day of
the month they are that day of earlier months as today is, so that as long has passed since a bill.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from segml.ledger.days import months_before
from segml.losses.months import month_start, month_starts
from segml.losses.scene import Scene

HORIZON_DAYS = 180
DATES, STEP_MONTHS = 6, 2
"""Past dates that are learnt from, and the months between them."""
SHORTEST_MONTH = 28
SAMPLE = 8_000
"""Clients, besides key clients, whose past dates are learnt from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The clients and the days that are asked about.

    Parameters
    ----------
    clients
        c ids, sorted.
    past
        Days to learn from, the latest first.
    today
        The later date, in days.
    """

    clients: tuple[str, ...]
    past: tuple[int, ...]
    today: int

    @property
    def days(self) -> tuple[int, ...]:
        """(d,) all of them, today first."""
        return (self.today, *self.past)


def asked_about(scene: Scene, everyone: Collection[str]) -> Asked:
    """The clients and days of an analysis that are asked about.

    Parameters
    ----------
    scene
        Its later date is today; key clients of both dates are asked about.
    everyone
        Ids of the clients that may be: all that ever bought, or a sample of them.
    """
    least = scene.bundle.plan.churn.min_history_days
    by_month = scene.bundle.features.by_month
    return Asked(
        clients=tuple(sample(everyone, [*scene.key, *key_today(scene)])),
        past=past_dates(scene.ledger.first_day, scene.end, least=least, by_month=by_month),
        today=scene.end,
    )


def key_today(scene: Scene) -> list[str]:
    """Ids of the key clients that are active on the later date."""
    after = scene.after
    return [str(each) for each in after.index[after["is_key"] & after["is_active"]]]


def sample(everyone: Collection[str], always: Iterable[str]) -> list[str]:
    """About `SAMPLE` of some clients, and those that are always there, sorted.

    Examples
    --------
    >>> sample(["c", "a", "b"], ["b", "never there"])
    ['a', 'b', 'c']
    """
    step = -(-len(everyone) // SAMPLE) or 1
    return sorted({*sorted(everyone)[::step], *always} & {*everyone})


def past_dates(first_day: int, end: int, *, least: int, by_month: bool = False) -> tuple[int, ...]:
    """The past dates to learn from, the latest first; their horizons had ended by `end`.

    Parameters
    ----------
    first_day
        Of the ledger, in days.
    end
        The later date.
    least
        Days of history that a date needs before it.
    by_month
        Whether they are to be of the later date's day of the month; else month starts.

    Examples
    --------
    >>> past_dates(0, 500, least=180)
    (304, 243, 181)
    """
    latest, first = end - HORIZON_DAYS, first_day + least
    if by_month:
        back = range(1, (end - first) // SHORTEST_MONTH + 1)
        days = [day for months in back if first <= (day := months_before(end, months)) <= latest]
    else:
        days = list(month_starts(first, month_start(latest))[::-1])
    return tuple(days[::STEP_MONTHS][:DATES])
