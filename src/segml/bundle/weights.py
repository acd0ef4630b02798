"""How features weigh on the churn of one day's active clients, tier by tier."""

from __future__ import annotations

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
    places = asked(tier)
    if not len(places):
        return {}
    rows = active.iloc[places][list(encoder.columns)]
    values, _ = churn.contributions(encoder.matrix(rows))
    return weighed(values, encoder.columns, np.asarray(tier, dtype=object)[places])
