"""How features weigh on the churn of one day's active clients, tier by tier."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.features import Encoder, asked, weighed
from segml.outcomes import ChurnModel


def churn_weights(
    churn: ChurnModel, encoder: Encoder, active: pd.DataFrame, tier: npt.ArrayLike
) -> dict[str, dict[str, float]]:
    """Tier to feature to the mean absolute SHAP value of the raw churn score.

    Parameters
    ----------
    churn, encoder
        Of one bundle.
    active
        One row an active client, sorted by id; other columns than the model's are passed over.
    tier
        Of the same clients, in the same order.

    Returns
    -------
    dict
        Tiers of few clients are left out; of large ones some clients are asked (`features.asked`).
    """
    return weights_by_day(churn, encoder, {0: (active, tier)})[0]


def weights_by_day(
    churn: ChurnModel, encoder: Encoder, days: Mapping[int, tuple[pd.DataFrame, npt.ArrayLike]]
) -> dict[int, dict[str, dict[str, float]]]:
    """The same of several days, which are told faster together than each alone.

    Parameters
    ----------
    churn, encoder
        Of one bundle.
    days
        Day to the `active` and the `tier` of `churn_weights`.
    """
    held = {day: (active, asked(tier), tier) for day, (active, tier) in days.items()}
    rows = [encoder.matrix(one.iloc[at][list(encoder.columns)]) for one, at, _ in held.values()]
    matrix = np.concatenate([np.zeros((0, len(encoder.columns)), np.float32), *rows])
    values, _ = churn.contributions(matrix)
    ends = np.cumsum([len(one) for one in rows]).tolist()
    found = {}
    for (day, (_, at, tier)), end in zip(held.items(), ends, strict=True):
        told, names = values[end - len(at) : end], np.asarray(tier, dtype=object)[at]
        found[day] = weighed(told, encoder.columns, names) if len(at) else {}
    return found
