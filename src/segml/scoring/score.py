"""Scoring: bundle and ledger in, every client's scores and reasons out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from segml.bundle import NO_SEASON, Bundle, support_of
from segml.features import Snapshot, snapshot
from segml.ledger import Ledger, date_of
from segml.ledger.days import as_day
from segml.scoring.actions import actions
from segml.scoring.gathering import gather_reasons
from segml.scoring.replay import replay
from segml.scoring.schema import CLIENTS, REASONS, SCORES, conform

Progress = Callable[[str, int, int], None]
"""Called as (what is done next, steps done, steps in all)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """What scoring one date gives.

    Parameters
    ----------
    scores
        One row a client, columns of `schema.SCORES`, in the order of client ids.
    reasons
        Long, columns of `schema.REASONS`.
    features
        `as_of`, `client_id` and the features, as the model saw them.
    clients
        Who they are, columns of `schema.CLIENTS`.
    summary
        Counts by status and tier, notes, the greatest additive error; plain values.
    """

    scores: pd.DataFrame
    reasons: pd.DataFrame
    features: pd.DataFrame
    clients: pd.DataFrame
    summary: Mapping[str, Any]


def score(
    bundle: Bundle,
    ledger: Ledger,
    as_of: dt.date | int,
    *,
    version: str,
    progress: Progress | None = None,
) -> Scored:
    """The scores and reasons of every client known before a date.

    Parameters
    ----------
    bundle
        The trained value.
    ledger
        A checked ledger; rows dated on the day or later are not seen.
    as_of
        The date.
    version
        The bundle's version name; written beside every score.
    progress
        Called before each step.

    Raises
    ------
    DataRefused
        If the ledger lacks a column the bundle was trained with.
    """
    day, tell = as_day(as_of), progress or _silent
    tell("previous tiers", 0, 3)
    held = replay(bundle, ledger, day)
    tell("features", 1, 3)
    now = snapshot(ledger.past(day), bundle.features)
    tell("reasons", 2, 3)
    scores = _scores(bundle, now, held)
    scores["model_version"], scores["currency"] = version, ledger.currency
    reasons, error = gather_reasons(bundle, now, held, currency=ledger.currency)
    tell("done", 3, 3)
    return Scored(
        scores=conform(_dated(scores, day), SCORES),
        reasons=conform(reasons.assign(as_of=date_of(day)), REASONS),
        features=_dated(now.frame, day),
        clients=conform(now.clients.reset_index(), CLIENTS),
        summary=_summary(scores, ledger, bundle, day=day, version=version, error=error),
    )


def _silent(step: str, done: int, steps: int) -> None:
    del step, done, steps


def _scores(bundle: Bundle, now: Snapshot, held: pd.Series) -> pd.DataFrame:
    """The scores, indexed by client, without those columns that are the same for all."""
    tiers = bundle.tiers.assign(now.frame, held)
    scores = pd.concat(
        [now.status.rename("status"), tiers, _churn(bundle, now), _potential(bundle, now)], axis=1
    )
    scores = scores.join(now.money[list(_MONEY)])
    scores["roles"] = ""  # a declared role is read, and none is found or used yet
    scores["is_key"] = scores["tier_rank"].isin(bundle.plan.tiers.key)
    scores["action"] = actions(
        scores,
        now.money["profit_prev_365"],
        horizon_days=bundle.plan.potential.horizon_days,
    )
    return scores


_MONEY = (
    "profit_365",
    "revenue_365",
    "cost_to_serve_365",
    "referral_profit_365",
    "value_365",
)


def _churn(bundle: Bundle, now: Snapshot) -> pd.DataFrame:
    """Raw for everybody, probability and interval for active clients alone."""
    model = bundle.churn
    raw = model.raw(bundle.encoder.matrix(now.frame))
    low, high = model.calibration.interval(raw)
    frame = pd.DataFrame(
        {
            "p_churn": model.calibration.probability(raw),
            "p_churn_low": low,
            "p_churn_high": high,
        },
        index=now.frame.index,
    )
    frame = frame.where(now.status.eq("active"), np.nan)
    return frame.assign(raw_churn=raw)


def _potential(bundle: Bundle, now: Snapshot) -> pd.DataFrame:
    X = bundle.encoder.matrix(now.frame)
    low, median, high = bundle.potential.interval(X)
    return pd.DataFrame(
        {
            "raw_potential": bundle.potential.raw(X),
            "expected_profit": bundle.potential.expected(X),
            "expected_profit_low": low,
            "expected_profit_high": high,
            "median_profit": median,
        },
        index=now.frame.index,
    )


def _dated(frame: pd.DataFrame, day: int) -> pd.DataFrame:
    """The frame with `as_of` and `client_id` as its first columns."""
    dated = frame.rename_axis(index="client_id").reset_index()
    dated.insert(0, "as_of", pd.Series([date_of(day)] * len(dated), dtype=object))
    return dated


def _summary(
    scores: pd.DataFrame, ledger: Ledger, bundle: Bundle, *, day: int, version: str, error: float
) -> dict[str, Any]:
    support = support_of(bundle)
    return {
        "as_of": date_of(day).isoformat(),
        "model_version": version,
        "data_fingerprint": ledger.past(day).fingerprint,
        "clients": len(scores),
        "by_status": _counts(scores["status"]),
        "by_tier": _counts(scores["tier"]),
        "by_action": _counts(scores["action"]),
        "key_clients": int(scores["is_key"].sum()),
        "additive_error": error,
        "support": support.to_json() if support else None,
        "notes": [*ledger.notes, *_season(bundle), *(support.sentences() if support else ())],
    }


def _season(bundle: Bundle) -> list[str]:
    """What whoever reads a risk or an expected profit must know of the training."""
    return [note for note in bundle.record.notes if note == NO_SEASON]


def _counts(values: pd.Series) -> dict[str, int]:
    return {str(name): int(count) for name, count in values.value_counts().sort_index().items()}
