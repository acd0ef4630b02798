"""When declines began: the probability of every week, and the onset that is told.

What declines of this portfolio look like is learnt from them (`decline_kinds`), so that one whose
clients stop at once dates a stop, and one whose clients fade dates a fading.

References
----------
Barry and Hartigan (1993), A Bayesian analysis for change point problems, JASA 88.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segml.losses.courses import WEEK
from segml.losses.history import Days, Numbers
from segml.losses.onset import INTERVAL, Onset


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dated:
    """The onsets of c declines.

    Parameters
    ----------
    clients
        Their ids.
    days
        (t,) first days of the weeks in which they may have begun.
    chance
        (c, t) the probability of each; rows sum to one.
    kinds
        (c, 5) the probability of each kind of `decline_kinds`; rows sum to one.
    """

    clients: tuple[str, ...]
    days: Days
    chance: Numbers
    kinds: Numbers

    def begun_by(self, chance: float) -> Days:
        """(c,) the first day of the week by which each decline had begun with a chance."""
        passed = (np.cumsum(self.chance, axis=1) < chance).sum(axis=1)
        days: Days = self.days[np.minimum(passed, len(self.days) - 1)]
        return days

    def onsets(self) -> dict[str, Onset]:
        """The onset of each: the middle of the week of the median, and the 5 % and 95 % points."""
        low, middle, high = (self.begun_by(chance) for chance in (INTERVAL[0], 0.5, INTERVAL[1]))
        return {
            each: Onset(int(day) + WEEK // 2, int(first), int(last) + WEEK - 1, 0.0)
            for each, day, first, last in zip(self.clients, middle, low, high, strict=True)
        }
