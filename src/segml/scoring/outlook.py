"""The outlook of active clients: the chances of no order and of another tier, by horizon."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.bundle import Bundle, standing
from segml.features import Snapshot
from segml.outcomes import DOWN, UP

Values = npt.NDArray[np.float64]
NONE = (
    "no outlook: this version of the model was trained before outlooks were; "
    "train again with `segml train`"
)


def outlook_of(
    bundle: Bundle, now: Snapshot, assignment: pd.DataFrame, *, raw_churn: Values, p_churn: Values
) -> pd.DataFrame:
    """One row an active client and horizon; the frame `schema.OUTLOOK` asks for, and no rows more.

    Who is not active has no row: it has nothing to leave, and its sums of a year are nearly empty.

    Parameters
    ----------
    bundle
        The trained value; without an outlook there are no rows.
    now
        The snapshot of the date.
    assignment
        What the bundle's tiers gave for all its clients.
    raw_churn, p_churn
        Of all clients, shape (n,); the second is null for who is not active.
    """
    if bundle.outlook is None:
        return pd.DataFrame({name: [] for name in _COLUMNS})
    active = now.status.eq("active").to_numpy(dtype=bool)
    frame, calibration = now.frame[active], bundle.churn.calibration
    odds = calibration.intercept + calibration.slope * raw_churn[active]
    horizons = bundle.outlook.horizons
    lost = horizons.probabilities(
        p_churn[active], odds, bundle.encoder.matrix(frame), bundle.encoder.columns
    )
    moved = _moved(bundle, frame, assignment[active], odds)
    days = horizons.days
    return pd.DataFrame(
        {
            "client_id": np.repeat(frame.index.to_numpy(dtype=object), len(days)),
            "horizon_days": np.tile(np.array(days, dtype=np.int64), len(frame)),
            "p_churn": lost.ravel(),
            **{name: told.ravel() for name, told in moved.items()},
        }
    )


def outlook_notes(bundle: Bundle) -> list[str]:
    """What whoever reads the outlook must know of it."""
    return [NONE] if bundle.outlook is None else list(bundle.outlook.notes)


_COLUMNS = ("client_id", "horizon_days", "p_churn", "p_up", "p_down")


def _moved(
    bundle: Bundle, frame: pd.DataFrame, assignment: pd.DataFrame, odds: Values
) -> Mapping[str, Values]:
    """The chances of a higher and a lower tier, (n, horizons) each; null where nothing is known."""
    assert bundle.outlook is not None
    days = bundle.outlook.horizons.days
    quantities = standing(bundle.tiers, frame, assignment, churn=odds)
    rank = assignment["tier_rank"].to_numpy(np.int64)
    up, down = np.full((2, len(frame), len(days)), np.nan)
    for place, horizon in enumerate(days):
        moves = bundle.outlook.moves_at(horizon)
        if moves is not None:
            told = moves.probabilities(quantities, rank)
            up[:, place], down[:, place] = told[:, UP], told[:, DOWN]
    return {"p_up": up, "p_down": down}
