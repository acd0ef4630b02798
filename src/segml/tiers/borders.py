"""How far each client stands from the tiers above it and from those below."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.tiers.clusters import ClusterTiers
from segml.tiers.model import TierModel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def border_distances(
    model: TierModel, frame: pd.DataFrame, assignment: pd.DataFrame
) -> pd.DataFrame:
    """The distance to the nearest higher tier and to the nearest lower one, index as in `frame`.

    Parameters
    ----------
    model
        The fitted tiers.
    frame
        One row a client, feature columns.
    assignment
        What `model.assign` gave for the same clients; its previous tiers' hysteresis counts.

    Returns
    -------
    DataFrame
        `above` and `below`, float64, not negative; of clusters the straight distance to the border
        in value space, of a rule points of its score. NaN where there is no such tier.
    """
    values = model.values(frame).to_numpy(np.float64)
    names = pd.Index(model.names)
    previous = names.get_indexer(pd.Index(assignment["previous_tier"])).astype(np.int64)
    label = assignment["tier_rank"].to_numpy(np.int64) - 1
    own = assignment["pair_own"].to_numpy(np.int64)
    estimator = model.estimator
    points = estimator.centers_ if isinstance(estimator, ClusterTiers) else None
    tier_of = (
        estimator.center_tiers_ if isinstance(estimator, ClusterTiers) else np.arange(len(names))
    )
    found = np.full((len(frame), 2), np.inf)
    for rival, tier in enumerate(tier_of.tolist()):
        for side, here in enumerate((label > tier, label < tier)):
            at = np.flatnonzero(here)
            if not len(at):
                continue
            pair = np.column_stack([own[at], np.full(len(at), rival, dtype=np.int64)])
            margin = estimator.pair_margin(values[at], pair, previous[at])
            if (
                points is not None
            ):  # half the margin over the centroids' distance is the straight way
                margin = margin / (2.0 * _apart(points, pair))
            found[at, side] = np.minimum(found[at, side], margin)
    found = np.where(np.isinf(found), np.nan, np.maximum(found, 0.0))
    return pd.DataFrame(found, index=frame.index, columns=["above", "below"])


def _apart(points: Array, pair: Ints) -> Array:
    """The distance between the two centroids of each pair."""
    return np.asarray(np.sqrt(((points[pair[:, 0]] - points[pair[:, 1]]) ** 2).sum(axis=1)))
