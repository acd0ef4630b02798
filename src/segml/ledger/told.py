"""What people wrote down and a past knows: ends of clients, their industries, events in words."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from segml.ledger.cutoff import Past


def recorded_ends(past: Past) -> pd.DataFrame:
    """The recorded ends of clients that were known to have left.

    Parameters
    ----------
    past
        An end of its day or later is not known.

    Returns
    -------
    DataFrame
        Sorted by client_id: client_id, left_day, left_reason (null where none was given).
    """
    return past.frame(
        "SELECT client_id, left_day, left_reason FROM {clients} WHERE left_day IS NOT NULL "
        "ORDER BY client_id"
    )


def industries(past: Past) -> dict[str, str]:
    """The industry of every client known on the day that has one, by client id."""
    told = past.frame(
        "SELECT client_id, industry FROM {clients} WHERE industry IS NOT NULL ORDER BY client_id"
    )
    return dict(zip(told["client_id"].astype(str), told["industry"].astype(str), strict=True))


def described_events(past: Past, event_ids: Collection[str]) -> pd.DataFrame:
    """What is written of some events.

    Parameters
    ----------
    past
        Events of its day or later are not known.
    event_ids
        Events; those that are unknown add nothing.

    Returns
    -------
    DataFrame
        Sorted by event_id: event_id, day, kind, scope, scope_value, magnitude, description.
    """
    events = past.frame(
        "SELECT event_id, day, kind, scope, scope_value, magnitude, description FROM {events} "
        "ORDER BY event_id"
    )
    return events[events["event_id"].isin(list(event_ids))].reset_index(drop=True)
