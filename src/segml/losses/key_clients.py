"""Who was a key client on a date, and how risky its tier and churn score said it was."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segml.bundle import Bundle
from segml.features import Snapshot
from segml.scoring import key_at

HIGH_RISK_LEVEL = 0.9


def standing(bundle: Bundle, now: Snapshot, held: pd.Series) -> pd.DataFrame:
    """Where every client stands on a date, as scoring publishes it.

    Parameters
    ----------
    bundle
        The model; its plan names the key ranks and the key roles.
    now
        The snapshot of the date.
    held
        The tiers held before it (see `scoring.replaying`), by client id.

    Returns
    -------
    pandas.DataFrame
        By client id: `tier`, `tier_rank` (1 is the top), `is_key` (holds a key tier or a key
        role), `is_active`, `value` (profit and referral profit of 365 days), `p_churn` (missing
        where not active).
    """
    tiers = bundle.tiers.assign(now.frame, held)
    return pd.DataFrame(
        {
            "tier": tiers["tier"],
            "tier_rank": tiers["tier_rank"],
            "is_key": key_at(bundle, now, tiers["tier_rank"]),
            "is_active": now.status.eq("active"),
            "value": now.money["value_365"],
            "p_churn": churn_chance(bundle, now),
        },
        index=now.frame.index,
    )


def churn_chance(bundle: Bundle, now: Snapshot) -> pd.Series:
    """The probability of churn of every client by id; missing for those that are not active."""
    chance = bundle.churn.probability(bundle.encoder.matrix(now.frame))
    known = np.where(now.status.eq("active"), chance, np.nan)
    return pd.Series(known, index=now.frame.index, name="p_churn")


def high_risk_line(chances: pd.Series) -> float:
    """The probability of churn that the riskiest tenth of some clients exceeds; NaN for none.

    Parameters
    ----------
    chances
        Their probabilities on a day; missing where they are not active.
    """
    known = chances.dropna()
    return float(known.quantile(HIGH_RISK_LEVEL)) if len(known) else float("nan")
