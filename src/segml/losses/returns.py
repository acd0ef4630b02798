"""How often clients that had gone silent came back: counted in the ledger, not assumed.

An episode is a silence that grew longer than the client's rhythm allowed (the same rule by which a
client counts as `left`). Silences are compared by their length in the client's own measure: 1 on
the day the rhythm was broken, 2 when the silence is twice as long. Of the episodes that grew as
long as the silence in question, those count as returns that ended within a year of that point, and
only those are counted of which that year had ended by the later date.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from segml.losses.clock import Clock
from segml.losses.history import History
from segml.losses.rhythm import RECENT_GAPS, Rhythm
from segml.losses.silence import SEASON_SHIFT_DAYS, YEAR, may_be_lost, silence
from segml.losses.transitions import SURE_GAPS

WITHIN_DAYS = 365
LEAST_EPISODES = 20
LEAST_RETURNS = 5
"""With fewer episodes, or fewer returns among them, nobody can say how likely a return is."""
LEVEL = 0.9


@dataclass(frozen=True, slots=True)
class Episode:
    """One silence beyond the client's own rhythm.

    Parameters
    ----------
    last
        The day of the last order before it.
    lost_on
        The day on which the rhythm was broken.
    back_on
        The day of the next order; None where it has not come.
    """

    last: int
    lost_on: int
    back_on: int | None

    def reached(self, length: float) -> int:
        """The day on which the silence was so long, 1 being the broken rhythm."""
        return self.last + int(np.ceil(length * (self.lost_on - self.last)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """How likely a return within a year is, and from how many episodes that is known.

    Parameters
    ----------
    value, low, high
        The share that came back and its 90 % interval (Jeffreys); None for too few to say.
    compared, returned
        Episodes that had lasted as long, and those of them that ended within a year.
    """

    value: float | None
    low: float | None
    high: float | None
    compared: int
    returned: int


def episodes(
    histories: Iterable[History], rhythm: Rhythm, clock: Clock, *, end: int
) -> list[Episode]:
    """Every silence beyond its client's rhythm, before `end`.

    Parameters
    ----------
    histories
        Of comparable clients.
    rhythm, clock
        Of the portfolio.
    end
        The later date, in days; no row on or after it is read.
    """
    return [each for history in histories for each in _of(history.until(end), rhythm, clock, end)]


def _of(known: History, rhythm: Rhythm, clock: Clock, end: int) -> list[Episode]:
    closed = np.append(known.days, end)
    ticks = clock.at(closed)
    found = []
    for place in range(SURE_GAPS, len(known.days)):
        gaps = np.diff(ticks[max(0, place - RECENT_GAPS) : place + 1])
        longest, days = (float(of[place + 1] - of[place]) for of in (ticks, closed))
        if not may_be_lost(gaps, rhythm, ticks=longest, days=int(days)):
            continue
        quiet = silence(known.until(int(known.days[place]) + 1), rhythm, clock)
        back = int(known.days[place + 1]) if place + 1 < len(known.days) else None
        if quiet is None or known.days[0] > quiet.lost_on - YEAR - SEASON_SHIFT_DAYS:
            # of a silence in a client's first year nobody can say that it is no season of its own,
            # which the silences of today's lost clients are asked
            continue
        if quiet.lost_on <= (end if back is None else back):
            found.append(Episode(quiet.last, quiet.lost_on, back))
    return found


def chance_of_return(
    known: Iterable[Episode], *, length: float, end: int, within: int = WITHIN_DAYS
) -> Chance:
    """The chance that a client that has been silent for so long comes back within a year.

    Parameters
    ----------
    known
        Episodes of comparable clients.
    length
        Of the silence in question, in the client's own measure (see the module).
    end
        The later date, in days.
    within
        The days within which a return counts.

    References
    ----------
    Brown, Cai, DasGupta (2001), Interval Estimation for a Binomial Proportion, Statistical Science
    16, 101-133: the interval of Jeffreys.

    Examples
    --------
    >>> gone = [Episode(0, 40, None)] * 20 + [Episode(0, 40, 200)] * 10 + [Episode(0, 40, 50)] * 5
    >>> found = chance_of_return(gone, length=2.0, end=1000)
    >>> found.compared, found.returned, round(found.value, 2)
    (30, 10, 0.33)
    """
    compared = returned = 0
    for each in known:
        since = each.reached(length)
        still_gone = each.back_on is None or each.back_on > since
        if still_gone and since + within <= end:
            compared += 1
            returned += each.back_on is not None and each.back_on <= since + within
    if compared < LEAST_EPISODES or returned < LEAST_RETURNS:
        return Chance(value=None, low=None, high=None, compared=compared, returned=returned)
    tail = (1.0 - LEVEL) / 2.0
    low, high = beta.ppf([tail, 1.0 - tail], returned + 0.5, compared - returned + 0.5)
    return Chance(
        value=returned / compared,
        low=float(low),
        high=float(high),
        compared=compared,
        returned=returned,
    )
