"""The parts of a score as `shap.Explanation`, so that SHAP's own plots work on them."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.bundle import Bundle
from segml.features import Snapshot
from segml.scoring.parts import Parts, Subject
from segml.scoring.taking_apart import take_apart, take_change_apart
from segml.tiers import TierSurrogate

if TYPE_CHECKING:
    import shap


def contributions(
    bundle: Bundle, snapshot: Snapshot, subject: Subject, *, previous: pd.Series | None = None
) -> shap.Explanation:
    """The contributions to a raw score, one row a client: base + values = raw score.

    Parameters
    ----------
    bundle
        The trained value.
    snapshot
        The clients.
    subject
        `tier`, `churn`, `buys` or `spends`.
    previous
        For `tier`: the tiers held before, by client id; None: nobody's.

    Returns
    -------
    shap.Explanation
        `values` (n, p), `base_values` (n,), `data` (n, p) with categories as codes,
        `display_data` with categories as text, `feature_names`.
    """
    return _explanation(bundle, take_apart(bundle, snapshot.frame, subject, held=previous))


def between(
    bundle: Bundle,
    before: Snapshot,
    after: Snapshot,
    subject: Subject,
    *,
    previous: pd.Series | None = None,
) -> shap.Explanation:
    """The contributions to the change of a raw score, for the clients known at both dates.

    Exact Shapley values against each client's own earlier row: an unchanged feature has exactly
    zero, and the values sum to the change.

    Parameters
    ----------
    bundle
        One model for both dates.
    before, after
        The two snapshots.
    subject
        `tier`, `churn`, `buys` or `spends`.
    previous
        For `tier`: the tiers held before the earlier date.

    Returns
    -------
    shap.Explanation
        As `contributions`; `base_values` are the scores at the earlier date, `data` the later.
    """
    return _explanation(bundle, take_change_apart(bundle, before, after, subject, held=previous))


def second_view(surrogate: TierSurrogate, frame: pd.DataFrame) -> shap.Explanation:
    """Why each client is in its tier, as forests that learnt the tiers see it, in log-odds.

    The first view, exact, is `contributions` with subject `tier`.

    Parameters
    ----------
    surrogate
        Of `fit_surrogate`.
    frame
        One row a client, feature columns.

    Returns
    -------
    shap.Explanation
        `values` (n, d): the log-odds of the own tier less those of its rival, taken apart.

    Raises
    ------
    GateRefused
        If the forests give too few held-out clients their own tier.
    """
    told = surrogate.contributions(frame)
    seen = surrogate.model.values(frame).to_numpy(np.float64)
    return _shap().Explanation(
        values=told.values,
        base_values=told.base,
        data=seen,
        display_data=seen,
        feature_names=list(told.columns),
    )


def coded(bundle: Bundle, parts: Parts) -> npt.NDArray[np.float64]:
    """The features' values of a score's parts as numbers, shape (n, p), categories as codes.

    With `parts.values` it is all that a summary plot needs, without shap, which takes seconds to
    load.

    Parameters
    ----------
    bundle
        The trained value.
    parts
        Of `take_apart`.
    """
    if parts.subject == "tier":
        return parts.data.to_numpy(dtype=np.float64)
    return bundle.encoder.matrix(parts.data).astype(np.float64)


def _shap() -> Any:
    with warnings.catch_warnings():
        # shap 0.51 sets colours in a way that matplotlib will deprecate; drop this with shap 0.52
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        import shap  # two seconds, and only for those who ask for its type

    return shap


def _explanation(bundle: Bundle, parts: Parts) -> shap.Explanation:
    return _shap().Explanation(
        values=parts.values,
        base_values=parts.base,
        data=coded(bundle, parts),
        display_data=parts.data.to_numpy(dtype=object),
        feature_names=list(parts.features),
    )
