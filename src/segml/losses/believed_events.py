"""The events that are believed to have reached clients."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from segml.ledger import Past, still_sold


def believed_events(past: Past, clients: Sequence[str]) -> pd.DataFrame:
    """`Past.events`, without withdrawals of products that went on being sold.

    Parameters
    ----------
    past
        Of the day from which is looked back.
    clients
        Ids.
    """
    events = past.events(clients)
    return events[~events["event_id"].isin(list(still_sold(past)))].reset_index(drop=True)
