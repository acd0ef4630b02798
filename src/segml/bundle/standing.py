"""Where a client stands among the tiers: the few quantities that tier moves are foretold from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.tiers import TierModel, border_distances

Values = npt.NDArray[np.float64]

QUANTITIES = (
    "above",
    "below",
    "spend_trend_30",
    "spend_trend_90",
    "spend_trend_180",
    "spend_growth_365",
    "year_filled",
    "tenure_days",
    "churn",
)
"""Every quantity, in order.

===============  =================================================================================
above, below     square root of the distance to the nearest higher and lower tier
spend_trend_…    spend of the last days against the client's own year before, as a logarithm
spend_growth_365 spend of the year against the year before, as a logarithm
year_filled      share of the last 365 days that the client has been one: sums of a year still fill
tenure_days      days since the client came, as a logarithm
churn            the churn score in log-odds
===============  =================================================================================
"""
_TRENDS = ("spend_trend_30", "spend_trend_90", "spend_trend_180", "spend_growth_365")
_LEAST, _MOST = 0.05, 20.0


def standing(
    tiers: TierModel, frame: pd.DataFrame, assignment: pd.DataFrame, *, churn: Values
) -> Values:
    """The quantities of each client, float64 of shape (n, q), NaN where one is not known.

    Parameters
    ----------
    tiers
        The fitted tiers.
    frame
        One row a client, feature columns.
    assignment
        What `tiers.assign` gave for the same clients.
    churn
        The churn score in log-odds, shape (n,).
    """
    borders = border_distances(tiers, frame, assignment)
    tenure = _column(frame, "tenure_days")
    known = {
        "above": np.sqrt(borders["above"].to_numpy()),
        "below": np.sqrt(borders["below"].to_numpy()),
        **{name: np.log(np.clip(_column(frame, name), _LEAST, _MOST)) for name in _TRENDS},
        "year_filled": np.clip(tenure / 365.0, 0.0, 1.0),
        "tenure_days": np.log1p(np.maximum(tenure, 0.0)),
        "churn": churn,
    }
    return np.column_stack([known[name] for name in QUANTITIES])


def _column(frame: pd.DataFrame, name: str) -> Values:
    """The feature's values; NaN where the ledger does not have it."""
    if name not in frame:
        return np.full(len(frame), np.nan)
    return frame[name].to_numpy(np.float64)
