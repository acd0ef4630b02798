"""Recorded ends: a person wrote down that a client left, on a day, perhaps with a reason.

A recorded end wins over what the rhythm says: the client `left`, certainly, on that day. It is
known from the day after it on; the reason beside it is shown and never read by any rule.

An end that the ledger contradicts does not count: a client that goes on buying has not left. A few
last deliveries are no contradiction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from segml.ledger import TRAILING_DAYS
from segml.losses.history import History, of
from segml.losses.onset import Onset, find_onset
from segml.losses.silence import silence
from segml.losses.transitions import CHANGE, Client, Lens, Transition, left


@dataclass(frozen=True, slots=True)
class End:
    """A recorded end: the day, and the reason a person gave; None where none was given."""

    day: int
    reason: str | None


def ends_by_client(told: pd.DataFrame) -> dict[str, End]:
    """Every recorded end by client.

    Parameters
    ----------
    told
        As `ledger.recorded_ends` has them: `client_id, left_day, left_reason`.

    Examples
    --------
    >>> told = pd.DataFrame({"client_id": ["a"], "left_day": [19000], "left_reason": [None]})
    >>> ends_by_client(told)
    {'a': End(day=19000, reason=None)}
    """
    rows = zip(told["client_id"], told["left_day"], told["left_reason"], strict=True)
    return {
        str(who): End(int(day), None if pd.isna(why) or not str(why).strip() else str(why).strip())
        for who, day, why in rows
    }


def standing_ends(ends: Mapping[str, End], book: Mapping[str, History]) -> dict[str, End]:
    """The ends that no order contradicts.

    Parameters
    ----------
    ends
        Recorded ends by client.
    book
        Every client's history.
    """
    return {each: end for each, end in ends.items() if not _goes_on(of(book, each), end)}


def _goes_on(history: History, end: End) -> bool:
    return bool(len(history.days)) and int(history.days[-1]) > end.day + TRAILING_DAYS


def recorded_loss(client: Client, end: End, lens: Lens) -> Transition:
    """The loss that a recorded end is: `left`, certain, on that day.

    Its onset is that of its orders where they show one before: a silence that had grown too long,
    or a significant break. Else the decline began with the day after its last order.

    Parameters
    ----------
    client
        Its history.
    end
        The recorded end.
    lens
        The portfolio's rhythm and clock.
    """
    return Transition(
        kind="left", certainty="certain", lost_on=end.day, onset=_onset(client, end.day, lens)
    )


def _onset(client: Client, day: int, lens: Lens) -> Onset:
    lens = lens.of(client.client_id)
    fallen_silent = left(client, lens, end=day)
    if fallen_silent is not None:
        return fallen_silent.onset
    known = client.own.until(day)
    found = find_onset(known, lens.rhythm, lens.clock, end=day, with_worth=True, every=lens.every)
    if found is not None and found.strength >= CHANGE:
        return found
    quiet = silence(known, lens.rhythm, lens.clock)
    if quiet is None:
        return Onset(day, day, day, 0.0)
    first = min(quiet.last + 1, day)
    return Onset(first, first, max(first, min(quiet.due_on, day)), 0.0)
