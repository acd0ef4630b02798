"""How hard each driver presses on a client: its place among comparable clients, harm upwards.

A value says little alone: two complaints are news in one portfolio and routine in another. So a
driver's value becomes the share of comparable clients that stand better on it (ties count half):
0.5 is the middle, 0.95 is worse than nineteen in twenty. A driver without a value presses on
nobody; it stands in the middle.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from segml.losses.history import Numbers
from segml.words.feature import Feature

MIDDLE = 0.5


def drivers_of(columns: Sequence[str], features: Sequence[Feature]) -> tuple[Feature, ...]:
    """The drivers among some columns, in the order of the features.

    Parameters
    ----------
    columns
        Names of columns.
    features
        Features to choose from.
    """
    named = frozenset(columns)
    return tuple(
        each
        for each in features
        if each.kind == "driver" and not each.is_categorical and each.name in named
    )


def pressure(
    frame: pd.DataFrame, comparable: pd.DataFrame, drivers: Sequence[Feature]
) -> pd.DataFrame:
    """The place of each client on each driver among comparable clients.

    Parameters
    ----------
    frame
        (n, …) values of the drivers, one row a client.
    comparable
        (m, …) the same columns of the clients it is compared with, itself perhaps among them.
    drivers
        Which columns, and which way each harms.

    Returns
    -------
    pandas.DataFrame
        (n, drivers) in [0, 1], the index of `frame`.

    Examples
    --------
    >>> late = Feature(name="days_late", family="f", unit="days", kind="driver", reason="payment",
    ...                label="days late")
    >>> of = lambda *days: pd.DataFrame({"days_late": days})
    >>> pressure(of(9.0, 0.0, np.nan), of(0.0, 0.0, 4.0, 9.0), [late])["days_late"].tolist()
    [0.875, 0.25, 0.5]
    """
    return pd.DataFrame(
        {
            each.name: _place(
                each.harm * frame[each.name].to_numpy(np.float64),
                each.harm * comparable[each.name].to_numpy(np.float64),
            )
            for each in drivers
        },
        index=frame.index,
    )


def _place(values: Numbers, among: Numbers) -> Numbers:
    known = np.sort(among[~np.isnan(among)])
    if not len(known):
        return np.full(len(values), MIDDLE)
    below, up_to = (np.searchsorted(known, values, side=side) for side in ("left", "right"))
    return np.where(np.isnan(values), MIDDLE, (below + up_to) / (2.0 * len(known)))
