"""The tier a client held before: the bundle replayed over month starts, from the ledger alone.

Nothing published is read, so scoring January after March gives what scoring it before would have.
"""

from __future__ import annotations

from contextlib import closing

import pandas as pd

from segml.bundle import Bundle
from segml.features import features_alone, frames
from segml.ledger import Ledger
from segml.scoring.months import month_starts


def replay(bundle: Bundle, ledger: Ledger, as_of: int) -> pd.Series:
    """The tier of each client at the last month start before a date, hysteresis included.

    Parameters
    ----------
    bundle
        The trained value, used for every month alike.
    ledger
        Asked for each month start's past.
    as_of
        Days since 1970-01-01.

    Returns
    -------
    pandas.Series
        Tier names by client id, of the clients known at the last month start; empty where no
        month started since the ledger's first day.
    """
    days = month_starts(as_of, ledger.first_day)
    known = frames(ledger, days, bundle.features, columns=bundle.tiers.columns)
    held = pd.Series([], index=pd.Index([], dtype="str", name="client_id"), dtype=object)
    with closing(known):  # a model that refuses leaves nobody asking the ledger
        for frame in known:
            held = bundle.tiers.assign(frame, held)["tier"]
    return held


def tier_columns(bundle: Bundle, ledger: Ledger, day: int) -> pd.DataFrame:
    """The features that the tiers read, of every client known before a day.

    Parameters
    ----------
    bundle
        Names the columns.
    ledger
        Asked for the day's past.
    day
        Days since 1970-01-01.
    """
    return features_alone(ledger.past(day), bundle.features, columns=bundle.tiers.columns)
