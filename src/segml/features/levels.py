"""The levels of a text feature that a model may know: those that several clients had at once.

What one client alone has teaches nothing, and may name it: an address, a telephone, a person typed
into the wrong field. Models, and MLflow with them, are read by more people than clients' rows.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

FEWEST = 5
"""Clients that have to have a level on one day; of fewer it counts as no level."""


def shared_levels(days: Iterable[pd.Series]) -> set[str]:
    """The levels that at least `FEWEST` clients had on one of some days.

    Parameters
    ----------
    days
        A text feature on each day, one value a client; None for missing.

    Examples
    --------
    >>> shared_levels([pd.Series(["north"] * 5 + ["call 5550199"])])
    {'north'}
    """
    found: set[str] = set()
    for values in days:
        counts = values.dropna().astype(str).value_counts()
        found |= set(counts.index[counts >= FEWEST])
    return found
