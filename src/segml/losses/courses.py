"""Courses of a decline: what is left of a client's business, week by week since it began."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segml.losses.history import Numbers

WEEK = 7
Weeks = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Course:
    """A fall that is even over some days.

    Parameters
    ----------
    over_days
        How long it takes; 0 is at once.
    left
        The share that is left afterwards.
    after_days
        How long nothing falls yet.

    Examples
    --------
    >>> Course(14.0).left_since(np.array([-1, 0, 1, 2])).tolist()
    [1.0, 0.75, 0.25, 0.0]
    """

    over_days: float
    left: float = 0.0
    after_days: float = 0.0

    def left_since(self, weeks: Weeks) -> Numbers:
        """The share left in the middle of each week, counted from the onset; 1 before it."""
        days = (weeks + 0.5) * WEEK - self.after_days
        gone = np.clip(days / self.over_days, 0.0, 1.0) if self.over_days else days > 0.0
        return np.asarray(1.0 - (1.0 - self.left) * gone, dtype=np.float64)


def laid(of_since: Callable[[Weeks], Numbers], length: int, onsets: Weeks) -> Numbers:
    """(w, t) a function of the weeks since the onset, for each of w weeks and t onsets."""
    return of_since(np.arange(length, dtype=np.int64)[:, None] - onsets[None, :])


ORDER_COURSES = (
    *(Course(days) for days in (0.0, 45.0, 90.0, 135.0, 180.0, 270.0)),
    *(Course(days, left) for left in (0.15, 0.35, 0.6) for days in (0.0, 90.0)),
    *(Course(days, 0.35) for days in (45.0, 135.0)),
)
"""Orders become fewer or stop, at once or over some months; which courses are common is learnt."""
STOPS_AFTER = tuple(
    Course(over, 0.0, after) for after in (60.0, 120.0, 180.0) for over in (0.0, 90.0)
)
"""Orders stop, at once or over some months, months after they began to become smaller."""
FALLS = tuple(Course(days) for days in (0.0, 45.0, 90.0, 150.0, 240.0, 365.0))
"""What an order is worth falls: at once up to a year, by sizes that each channel names."""
