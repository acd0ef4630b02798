"""What became of the key clients between two dates: lost, lost before, stayed, demoted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from segml.losses.books import Books, client_of
from segml.losses.ends import recorded_loss
from segml.losses.transitions import Transition, transition


@dataclass(frozen=True, slots=True, kw_only=True)
class Fates:
    """What became of the key clients of the earlier date.

    Parameters
    ----------
    lost
        Client id to its loss between the two dates.
    lost_before
        Ids of those that had been lost before the earlier date: they are not counted again.
    stayed
        Ids of all others.
    """

    lost: Mapping[str, Transition]
    lost_before: tuple[str, ...]
    stayed: tuple[str, ...]


def peers(became: Fates, day: int) -> list[str]:
    """The key clients of the earlier date, without those lost before it or by a day."""
    later = [each for each, loss in became.lost.items() if loss.lost_on > day]
    return [*became.stayed, *later]


def fates(books: Books, key: Sequence[str], *, start: int, end: int) -> Fates:
    """What became of the key clients. A recorded end, known at the later date, wins.

    Parameters
    ----------
    books
        Of the portfolio.
    key
        Ids of the active key clients at the earlier date.
    start, end
        The two dates, in days.
    """
    lost, before, stayed = {}, [], []
    for client_id in sorted(key):
        client = client_of(books, client_id)
        ended = books.ends.get(client_id)
        if ended and ended.day < start:
            before.append(client_id)
            continue
        earlier = transition(client, books.lens, end=start)
        now = (
            recorded_loss(client, ended, books.lens)
            if ended
            else transition(client, books.lens, end=end)
        )
        if was_lost(earlier, start) and not _came_back(earlier, now, start):
            before.append(client_id)
        elif now is None:
            stayed.append(client_id)
        elif ended is None and was_lost(now, start):
            # by hindsight alone it was lost by then: no analysis up to that day can have told it
            lost[client_id] = replace(now, lost_on=start + 1)
        else:
            lost[client_id] = now
    return Fates(lost=lost, lost_before=tuple(before), stayed=tuple(stayed))


def won_and_lost(
    books: Books, key: Sequence[str], today: Sequence[str], *, start: int, end: int
) -> tuple[str, ...]:
    """Ids of those that became key clients after the earlier date and are lost by the later one.

    They are no loss of the key clients of the earlier date, and nobody's next loss either.

    Parameters
    ----------
    books
        Of the portfolio.
    key, today
        Ids of the active key clients at the earlier and at the later date.
    start, end
        The two dates, in days.
    """
    became = fates(books, sorted({*today} - {*key}), start=start, end=end)
    return tuple(sorted(became.lost))


def _came_back(earlier: Transition | None, now: Transition | None, start: int) -> bool:
    """Whether what looked like a loss at the earlier date was none, as seen at the later one.

    It was none if the decline that is seen now began after it, or if a client that had left buys
    as it did. Of one that had shrunk nothing is known by that: the low level is what is usual now.
    """
    if now is not None:
        return now.onset.day >= start
    return earlier is not None and earlier.kind == "left"


def was_lost(found: Transition | None, start: int) -> bool:
    """Whether a loss was complete by a day: it is not counted again after it."""
    return found is not None and found.lost_on <= start


def demoted(before: pd.DataFrame, after: pd.DataFrame, stayed: Sequence[str]) -> pd.DataFrame:
    """The clients that stayed but are key no more, in a lower tier: demoted, no loss.

    Who only lost a key role, in the tier it held, has not fallen.

    Parameters
    ----------
    before, after
        Standing at both dates, by client id.
    stayed
        Ids of those that were not lost.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.DEMOTED`, by client id.
    """
    lower = after["tier_rank"] > before["tier_rank"].reindex(after.index)
    fallen = [each for each in sorted(stayed) if not after["is_key"][each] and lower[each]]
    return pd.DataFrame(
        {
            "client_id": pd.Series(fallen, dtype="str"),
            "tier_before": before["tier"].reindex(fallen).astype("str").to_numpy(),
            "tier_after": after["tier"].reindex(fallen).astype("str").to_numpy(),
            "value_before": before["value"].reindex(fallen).astype("float64").to_numpy(),
            "value_after": after["value"].reindex(fallen).astype("float64").to_numpy(),
        }
    )


def lapsed(after: pd.DataFrame, stayed: Sequence[str], fallen: Sequence[str]) -> tuple[str, ...]:
    """Ids of those that are active no more, though their rare orders allow so long a silence.

    Parameters
    ----------
    after
        Standing at the later date, by client id.
    stayed
        Ids of those that were not lost.
    fallen
        Ids of the demoted among them, who are told of as such.
    """
    told, active = frozenset(fallen), after["is_active"]
    return tuple(each for each in sorted(stayed) if not active[each] and each not in told)
