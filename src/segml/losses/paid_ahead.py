"""A year paid at once: until it is over, nothing more is due.

Who paid by the month and pays a year ahead, or renews such a year, brings next to nothing until the
next renewal, and is not lost. The bill is worth about what the year before it was, and many of the
orders that were usual.
"""

from __future__ import annotations

import numpy as np

from segml.losses.history import History

YEAR = 365
RENEWED_DAYS = 30
"""By how much a year is paid for later, or earlier, than the one before ended."""
WORTH_OF_A_YEAR = (0.6, 1.8)
"""Of the year before it: fewer or more seats, a discount for paying at once, a higher price."""
USUAL_ORDERS = 6.0
"""So many of the usual orders a first such bill is worth at least."""
LEAST_ORDERS = 3


def paid_until(own: History) -> int | None:
    """The day up to which a client's latest bill of a year pays; None if there is none.

    Parameters
    ----------
    own
        What is known of the client; of its last year's orders the greatest may be such a bill.

    Examples
    --------
    >>> days, worth = np.arange(0, 390, 30), np.append(np.full(12, 10.0), 110.0)
    >>> paid_until(History(days, worth, days, worth, worth))
    725
    >>> paid_until(History(days, worth / worth, days, worth, worth)) is None
    True
    """
    if len(own.days) < 2:
        return None
    last_year = int(np.searchsorted(own.days, own.days[-1] - YEAR - RENEWED_DAYS))
    place = last_year + int(np.argmax(own.earned[last_year:]))
    day, worth = int(own.days[place]), float(own.earned[place])
    since = int(np.searchsorted(own.days, day - YEAR - RENEWED_DAYS))
    before = own.earned[since:place]
    least, most = (part * float(before.sum()) for part in WORTH_OF_A_YEAR)
    if not 0.0 < least <= worth <= most:
        return None
    is_first = len(before) >= LEAST_ORDERS and worth >= USUAL_ORDERS * float(np.median(before))
    renewed = day - int(own.days[since + int(np.argmax(before))]) >= YEAR - RENEWED_DAYS
    return day + YEAR if is_first or renewed else None
