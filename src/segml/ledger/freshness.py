"""Whether rows were still coming in at the day a run speaks of."""

from __future__ import annotations

from segml.ledger.days import date_of
from segml.ledger.isolation import FEW
from segml.ledger.ledger import Ledger
from segml.words.errors import StaleLedger


def require_fresh(ledger: Ledger, day: int) -> None:
    """Do nothing if the ledger reaches to within `stale_after_days` of a day, or goes on after it.

    No clock is asked. A line dated after the day's morrow shows that rows were still coming in,
    but one alone, or one in a thousand, does not: its date is more likely mistyped.

    Parameters
    ----------
    ledger
        A checked ledger.
    day
        The day number that a run speaks of, in the ledger's time zone.

    Raises
    ------
    StaleLedger
        If its last row is older; the message names the date to pass.
    """
    last, later = ledger.last_day, 0
    if last > day + 1:
        seen = ledger.past(day + 2)
        lines = ledger.counts["transactions"].kept
        later = lines - seen.rows["transactions"]
        if later == lines or later > max(1.0, FEW * lines):
            return
        last = seen.last_day
    age = day - 1 - last
    if age > ledger.stale_after_days:
        but = f" (but for {later:,} dated later, too few to be right)" if later else ""
        raise StaleLedger(
            f"the last row is of {date_of(last)}{but}, {age} days before {date_of(day)}",
            allowed=f"{ledger.stale_after_days} days (`ledger.stale_after_days`)",
            next_step=f"bring newer rows, pass {date_of(last + 1)} (as --as-of, or as --to), or "
            "raise that where rows come so seldom, as monthly bills do",
        )
