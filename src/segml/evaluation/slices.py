"""Slices: the groups of clients that a model is judged on apart."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.outcomes import top_tenth

SIZES = ("small", "middling", "large")
"""Thirds of the active clients by the spend of a year."""
NEW_DAYS = 365
"""Who ordered first within so many days is a newcomer."""
FULL = ("all", "key")
"""The slices on which baselines are measured by every metric; on the others by AUC alone."""


def key_clients(spend: pd.Series, active: pd.Series) -> pd.Series:
    """Whether a client is among the top tenth of active clients by spend: no model's rule.

    Parameters
    ----------
    spend
        Money of the last 365 days, one a client.
    active
        Whether each client is active, same index.

    Examples
    --------
    >>> key_clients(pd.Series([5.0, 9.0]), pd.Series([True, True])).tolist()
    [False, True]
    """
    key = active.to_numpy(dtype=bool, copy=True)
    asked = spend.to_numpy(np.float64)[key]
    key[key] = top_tenth(asked, np.zeros(len(asked), np.int64))
    return pd.Series(key, index=spend.index)


def size_of(spend: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """The place in `SIZES` of each client; ties by place, so that no third is empty without need.

    Parameters
    ----------
    spend
        Money of the last 365 days of the active clients, shape (n,).

    Examples
    --------
    >>> size_of(np.array([9.0, 1.0, 4.0])).tolist()
    [2, 0, 1]
    """
    order = np.argsort(spend, kind="stable")
    size = np.empty(len(spend), np.int64)
    size[order] = np.arange(len(spend)) * len(SIZES) // max(len(spend), 1)
    return size


def small_clients(spend: pd.Series, active: pd.Series) -> pd.Series:
    """Whether a client is in the lowest third of the active clients by spend.

    Parameters
    ----------
    spend, active
        As for `key_clients`.
    """
    small = active.to_numpy(dtype=bool, copy=True)
    small[small] = size_of(spend.to_numpy(np.float64)[small]) == SIZES.index("small")
    return pd.Series(small, index=spend.index)


def slices_of(predictions: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Each slice's name and rows, in one order; a tier goes by its rank, 1 the top.

    Parameters
    ----------
    predictions
        As `Backtest.predictions`: key, newcomer and small (bool), tier_rank, and lost, which is
        missing of clients that had lapsed: of those profit alone is foretold.
    """
    ranks = sorted(predictions["tier_rank"].dropna().unique())
    return [
        ("all", predictions),
        ("key", predictions[predictions["key"]]),
        *((f"tier {int(rank)}", predictions[predictions["tier_rank"] == rank]) for rank in ranks),
        ("newcomers", predictions[predictions["newcomer"]]),
        ("small", predictions[predictions["small"]]),
        ("lapsed", predictions[predictions["lost"].isna()]),
    ]
