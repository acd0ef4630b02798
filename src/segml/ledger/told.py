"""What people wrote down and a past knows: ends of clients, their industries, events in words."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from segml.ledger.cutoff import Past

TRAILING_DAYS = 30
"""Orders up to so many days after a recorded end are its last deliveries; a later one says that the
client is back, or that the record is wrong."""


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


def ended(past: Past) -> frozenset[str]:
    """The clients that are recorded as gone and bought nothing since but last deliveries."""
    told = past.frame(
        f"""
        SELECT client_id FROM {{clients}} WHERE left_day IS NOT NULL AND client NOT IN (
            SELECT client FROM {{lines}} JOIN {{clients}} USING (client)
            WHERE NOT is_return AND day > left_day + {TRAILING_DAYS}
        )
        """
    )
    return frozenset(told["client_id"].astype(str))


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
