"""How far a lever is asked to go of one client: no further than its like came within a year.

What a client may buy is asked of those of its size. They are the clients with two whole years
behind them, in groups of `ALIKE` by what they bought in the year before the last; of a group the
factor is told that 99 of 100 stayed below. Between the groups' middles the logarithm of the factor
runs straight over the logarithm of the size. A factor below one is one, and with fewer than
`LEAST_ALIKE` such clients nothing is told. Sales are besides no more than the client spends with
anybody, where its wallet is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.tiers.lever import INNER, LEVERS, SALES

Array = npt.NDArray[np.float64]

ALIKE = 200
"""Clients of about one size."""
LEAST_ALIKE = 100
"""Fewer cannot tell what one in a hundred does."""
TWO_YEARS = 730
WALLET = "wallet"
YEAR_BEFORE: Mapping[str, str] = MappingProxyType(
    {
        SALES: "spend_prev_365",
        "orders_365": "orders_prev_365",
        "categories_365": "categories_prev_365",
    }
)
"""The features of a year's trade, each with that of the year before."""
_WHOLE = frozenset(name for lever in LEVERS if lever.is_whole for name in lever.features)


def most_asked(frame: pd.DataFrame, columns: Sequence[str]) -> Array:
    """The greatest value that each client is asked to reach, (n, d); inf where nothing limits it.

    Parameters
    ----------
    frame
        The clients that are moved, feature columns; they are those that are compared.
    columns
        What is moved, in the order of the result.
    """
    most = np.full((len(frame), len(columns)), np.inf)
    for place, name in enumerate(columns):
        if {name, YEAR_BEFORE.get(name, "")} <= {*frame.columns}:
            most[:, place] = _within_a_year(frame, name)
        if name == SALES and WALLET in frame:
            wallet = frame[WALLET].to_numpy(np.float64)
            most[:, place] = np.fmin(most[:, place], wallet)
    return most


def _within_a_year(frame: pd.DataFrame, name: str) -> Array:
    """What 99 of 100 of those as large did not exceed a year later, (n,), at least today's."""
    now = np.nan_to_num(frame[name].to_numpy(np.float64))
    size, factor = _growth(now, frame[YEAR_BEFORE[name]].to_numpy(np.float64), _days_known(frame))
    if not len(size):
        return np.full(len(now), np.inf)
    own = np.log(np.maximum(now, size[0]))
    times = np.exp(np.interp(own, np.log(size), np.log(factor)))
    reached = np.maximum(now, 0.0) * times
    return np.asarray(np.maximum(np.ceil(reached) if name in _WHOLE else reached, now))


def _growth(now: Array, before: Array, days_known: Array) -> tuple[Array, Array]:
    """The middle size of each group, rising, and the factor that 99 of 100 of it stayed below."""
    alike = np.flatnonzero((days_known >= TWO_YEARS) & (before > 0))
    if len(alike) < LEAST_ALIKE:
        return np.empty(0), np.empty(0)
    ordered = alike[np.argsort(before[alike], kind="stable")]
    groups = np.array_split(ordered, max(1, len(ordered) // ALIKE))
    upper = [np.quantile(now[each] / before[each], (1 + INNER) / 2) for each in groups]
    middle, place = np.unique([np.median(before[each]) for each in groups], return_index=True)
    return middle, np.maximum(np.array(upper)[place], 1.0)


def _days_known(frame: pd.DataFrame) -> Array:
    known = next((one for one in ("first_order_days", "tenure_days") if one in frame), None)
    return frame[known].to_numpy(np.float64) if known else np.full(len(frame), np.nan)
