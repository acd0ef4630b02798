"""How long a client may be silent before it counts as lost, and on which day that was passed.

A client may have a season of its own, which no clock of many clients shows: one that was silent
for longer than its rhythm allows at the same time of the year before, and came back, is not asked
for orders before it came back then. By chance both coincide as seldom as its rhythm is broken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segml.losses.clock import Clock
from segml.losses.history import Days, History, Numbers
from segml.losses.paid_ahead import paid_until
from segml.losses.rhythm import RECENT_GAPS, Rhythm

LATE_LEVEL = 0.9
LOST_LEVEL = 0.99
SURE_LEVEL = 0.999
MEDIAN_GAPS = 3.0
LEAST_DAYS = 30
LEAST_PAUSE = 14
"""A season of its own, holidays among them, lasts so many days: a few without an order are too many
for who buys daily, and come by chance."""
YEAR = 365
SEASON_SHIFT_DAYS = 30
"""By how much a client's own season may end later than a year before."""


@dataclass(frozen=True, slots=True)
class Silence:
    """The silence after a client's last order, against its own and comparable clients' rhythm.

    Parameters
    ----------
    last
        Day of the last order.
    due_on
        Day by which the next one was as likely as not; in a season of its own, the day on which it
        came back a year before, or after as long a silence as then, whichever is earlier; where it
        paid a year at once, the day of the next such bill.
    late_on
        First day on which the silence is longer than nine in ten of its gaps were, and than as many
        are expected to be: half of all who buy as ever are past the middle of theirs, and after a
        weekend most. In a season of its own, the day after `due_on`.
    lost_on
        First day on which the silence is longer than the 0.99 quantile of the gap expected, three
        median gaps and 30 days, its own season is over, and a year paid at once as well.
    sure_on
        The same with the 0.999 quantile.
    gaps
        How many gaps of its own were read.
    """

    last: int
    due_on: int
    late_on: int
    lost_on: int
    sure_on: int
    gaps: int


def may_be_lost(gaps: Numbers, rhythm: Rhythm, *, ticks: float, days: int) -> bool:
    """Whether a silence may be one that counts as lost: a look that spares most the quantiles.

    Parameters
    ----------
    gaps
        The gaps before it, in ticks, of which no more are read than by `silence`.
    rhythm
        Of its portfolio.
    ticks, days
        How long it is.
    """
    if days <= LEAST_DAYS or ticks <= _floor(gaps):
        return False
    return rhythm.is_longer(ticks, LOST_LEVEL, gaps)


def _floor(gaps: Numbers) -> float:
    return MEDIAN_GAPS * float(np.median(gaps)) if len(gaps) else 0.0


def _own_quantile(gaps: Numbers) -> float:
    return float(np.quantile(gaps, LATE_LEVEL, method="higher")) if len(gaps) else 0.0


def silence(known: History, rhythm: Rhythm, clock: Clock) -> Silence | None:
    """The silence that follows the last order known; None for a client that never bought.

    Parameters
    ----------
    known
        The client's orders before the date asked about.
    rhythm, clock
        Of its portfolio.
    """
    if not len(known.days):
        return None
    ticks = clock.at(known.days[-(RECENT_GAPS + 1) :])
    gaps, last = np.diff(ticks), int(known.days[-1])
    floor = _floor(gaps)

    def too_long(quantile: float) -> int:
        return int(np.floor(float(clock.day_when(ticks[-1] + quantile)) + 1e-9)) + 1

    rested = too_long(max(rhythm.far_quantile(LOST_LEVEL, gaps), floor))
    lost_on = max(rested, last + LEAST_DAYS + 1)
    excused = _season_over(known.days, lost_on, max(rested - last, LEAST_PAUSE))
    paid = paid_until(known)
    if paid is not None:
        excused = max(excused, paid + SEASON_SHIFT_DAYS + 1)
    sure_on = too_long(max(rhythm.far_quantile(SURE_LEVEL, gaps), floor))
    due_on = int(clock.day_when(ticks[-1] + rhythm.quantile(0.5, gaps)))
    late_on = too_long(max(rhythm.quantile(LATE_LEVEL, gaps), _own_quantile(gaps)))
    if excused != lost_on:
        due_on = excused - SEASON_SHIFT_DAYS - 1
        late_on = due_on + 1
    return Silence(
        last=last,
        due_on=due_on,
        late_on=late_on,
        lost_on=excused,
        sure_on=max(sure_on, last + LEAST_DAYS + 1, excused),
        gaps=len(gaps),
    )


def _season_over(days: Days, lost_on: int, pause: int) -> int:
    """The day after the client's own season, if the silence that is too long on a day is that.

    So it is if a gap that its rhythm did not allow, of so many days, was not over by then a year
    before, or only just. Else the day. It excuses a silence as long as that gap: one that had begun
    long before the season is none of it.
    """
    first, until = np.searchsorted(days, lost_on - YEAR - np.array([SEASON_SHIFT_DAYS, 0]))
    ends = np.arange(max(first, 1), min(until + 1, len(days)))
    gaps = days[ends] - days[ends - 1]
    back = np.minimum(days[ends] + YEAR, days[-1] + gaps)[gaps >= pause]
    return int((back + SEASON_SHIFT_DAYS + 1).max(initial=lost_on))
