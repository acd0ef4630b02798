"""The reasons of a whole portfolio, gathered chunk by chunk so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from segml.bundle import Bundle
from segml.features import CATALOGUE, Snapshot
from segml.scoring.parts import SUBJECTS, Parts, Subject, Values
from segml.scoring.reasons import Chances, reason_rows
from segml.scoring.taking_apart import take_apart
from segml.words.feature import Feature

CHUNK = 10_000
"""Clients whose contributions are held in memory at once."""


def gather_reasons(
    bundle: Bundle, now: Snapshot, held: pd.Series, *, currency: str | None
) -> tuple[pd.DataFrame, float]:
    """The reasons of every client for every subject, and the greatest additive error.

    Parameters
    ----------
    bundle
        The trained value.
    now
        The clients.
    held
        The tiers held before, by client id.
    currency
        Put after money.
    """
    features = {feature.name: feature for feature in (*CATALOGUE, *bundle.encoder.features)}
    frames, error = [], 0.0
    for start in range(0, max(len(now.frame), 1), CHUNK):
        frame = now.frame.iloc[start : start + CHUNK]
        active = now.status.iloc[start : start + CHUNK].eq("active").to_numpy(dtype=bool)
        told = [take_apart(bundle, frame, subject, held=held) for subject in SUBJECTS]
        rows = [_rows(bundle, parts, active, features, currency) for parts in told]
        frames.append(_by_client(rows, frame.index))
        error = max([error, *(parts.error for parts in told)])
    return pd.concat(frames, ignore_index=True), error


def _rows(
    bundle: Bundle,
    parts: Parts,
    active: np.ndarray,
    features: dict[str, Feature],
    currency: str | None,
) -> pd.DataFrame:
    return reason_rows(
        parts,
        features,
        bundle.references[_MODEL[parts.subject]],
        chances=_chances(bundle, parts, active),
        currency=currency,
    )


_MODEL: Mapping[Subject, str] = {
    "tier": "tiers",
    "churn": "churn",
    "buys": "potential",
    "spends": "potential",
}


def _chances(bundle: Bundle, parts: Parts, active: np.ndarray) -> Chances | None:
    """The probabilities a subject stands for; churn's are published for active clients alone."""
    if parts.subject == "churn":
        at_raw: Values = bundle.churn.calibration.probability(parts.raw)
        at_base: Values = bundle.churn.calibration.probability(parts.base)
        return Chances(at_raw=np.where(active, at_raw, np.nan), at_base=at_base)
    if parts.subject == "buys":
        calibration = bundle.potential.calibration
        return Chances(
            at_raw=calibration.probability(parts.raw), at_base=calibration.probability(parts.base)
        )
    return None


def _by_client(rows: list[pd.DataFrame], clients: pd.Index) -> pd.DataFrame:
    """The subjects' rows, client by client; inside a client in the order of `SUBJECTS`."""
    frame = pd.concat(rows, ignore_index=True)
    order = clients.get_indexer(pd.Index(frame["client_id"]))
    return frame.iloc[np.argsort(order, kind="stable")]
