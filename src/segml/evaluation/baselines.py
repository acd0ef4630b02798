"""Four answers to "who will be lost?" that cost nothing; a model must be ahead of every one.

To add one: write a function of `Baseline`'s signature and name it in `BASELINES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

Values = npt.NDArray[np.float64]
Baseline = Callable[[pd.DataFrame, pd.DataFrame, Values], Values]
"""(rows to rank, rows of past cut-offs, their labels) -> risks, higher for more risk."""
USES = (
    "silence_days",
    "silence_over_gap",
    "median_gap_days",
    "orders_365",
    "spend_365",
    "expected_orders",
)
"""The features the baselines read."""


def recency(now: pd.DataFrame, past: pd.DataFrame, lost: Values) -> Values:
    """The days since the last order.

    Parameters
    ----------
    now
        Rows to rank, with the features of `USES`.
    past, lost
        Rows of past cut-offs and their 0/1 labels; not used.
    """
    del past, lost
    return now["silence_days"].to_numpy(np.float64)


def recency_over_gap(now: pd.DataFrame, past: pd.DataFrame, lost: Values) -> Values:
    """The days since the last order over the client's own median gap.

    A client with one order has no gap of its own; the median client's stands in for it.

    Parameters
    ----------
    now, past, lost
        As for `recency`.
    """
    del past, lost
    typical = float(now["median_gap_days"].median())
    silence = now["silence_days"].to_numpy(np.float64)
    own = now["silence_over_gap"].to_numpy(np.float64)
    stand_in = silence / typical if typical > 0 else silence
    return np.asarray(np.where(np.isnan(own), stand_in, own), dtype=np.float64)


def rfm_logistic(now: pd.DataFrame, past: pd.DataFrame, lost: Values) -> Values:
    """The log-odds of a logistic regression on log recency, frequency and money of a year.

    Parameters
    ----------
    now, past, lost
        As for `recency`; learnt on the very cut-offs the model learns on. With one class among
        the labels every client has the same risk.
    """
    if len(np.unique(lost)) < 2:
        return np.zeros(len(now))
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    return np.asarray(model.fit(_rfm(past), lost).decision_function(_rfm(now)), dtype=np.float64)


def bgnbd(now: pd.DataFrame, past: pd.DataFrame, lost: Values) -> Values:
    """Minus the orders that BG/NBD expects over the horizon.

    Parameters
    ----------
    now, past, lost
        As for `recency`.

    References
    ----------
    Fader, Hardie, Lee (2005), Counting your customers the easy way, Marketing Science 24(2).
    """
    del past, lost
    return -now["expected_orders"].to_numpy(np.float64)


BASELINES: Mapping[str, Baseline] = MappingProxyType(
    {
        "recency": recency,
        "recency_over_gap": recency_over_gap,
        "rfm_logistic": rfm_logistic,
        "bgnbd": bgnbd,
    }
)
"""Every baseline by name, weakest idea first."""


def _rfm(rows: pd.DataFrame) -> Values:
    chosen = rows[["silence_days", "orders_365", "spend_365"]].to_numpy(np.float64)
    return np.asarray(np.log1p(np.maximum(np.nan_to_num(chosen), 0.0)), dtype=np.float64)
