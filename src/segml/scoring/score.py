"""Scoring: bundle and ledger in, every client's scores and reasons out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from segml.bundle import NO_SEASON, Bundle, support_of
from segml.features import Snapshot, snapshot
from segml.ledger import Ledger, date_of
from segml.ledger.days import as_day
from segml.scoring.actions import actions
from segml.scoring.criteria import Criteria
from segml.scoring.gathering import Reasons, chunks_of
from segml.scoring.parts import Subject, Values
from segml.scoring.progress import Progress, silent
from segml.scoring.replay import replay
from segml.scoring.schema import CLIENTS, REASONS, SCORES, conform
from segml.scoring.taking_apart import score_of


@dataclass(frozen=True, kw_only=True, eq=False)
class Scored:
    """What scoring one date gives.

    Parameters
    ----------
    scores
        One row a client, columns of `schema.SCORES`, in the order of client ids.
    told
        The reasons, chunk by chunk: made when iterated over, and never all at once.
    features
        `as_of`, `client_id` and the features, as the model saw them.
    clients
        Who they are, columns of `schema.CLIENTS`.
    criteria
        What a rule says of each client, chunk by chunk; no rows where tiers are no rule.
    counts
        Counts by status and tier, notes; plain values.
    """

    scores: pd.DataFrame
    told: Reasons
    features: pd.DataFrame
    clients: pd.DataFrame
    criteria: Criteria
    counts: Mapping[str, Any]

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """All reasons in one frame, columns of `schema.REASONS`: forty rows a client."""
        return pd.concat([conform(chunk, REASONS) for chunk in self.told], ignore_index=True)

    @property
    def summary(self) -> dict[str, Any]:
        """The counts, and the greatest additive error of the reasons (which must be told first)."""
        return {**self.counts, "additive_error": self.told.error}


def score(
    bundle: Bundle,
    ledger: Ledger,
    as_of: dt.date | int,
    *,
    version: str,
    progress: Progress = silent,
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
        Called before each step, and for each chunk of reasons when they are told.

    Raises
    ------
    DataRefused
        If the ledger lacks a column the bundle was trained with.
    """
    day = as_day(as_of)
    progress("previous tiers", 0, 3)
    held = replay(bundle, ledger, day)
    progress("features", 1, 3)
    now = snapshot(ledger.past(day), bundle.features)
    progress("scores", 2, 3)
    tiers, raw = bundle.tiers.assign(now.frame, held), _raw(bundle, now.frame)
    scores = _scores(bundle, now, tiers, raw)
    scores["model_version"], scores["currency"] = version, ledger.currency
    progress("scores", 3, 3)
    told = Reasons(
        bundle=bundle,
        now=now,
        raw=raw,
        assignment=tiers,
        currency=ledger.currency,
        progress=progress,
    )
    return Scored(
        scores=conform(_dated(scores, day), SCORES),
        told=told,
        features=_dated(now.frame, day),
        clients=conform(now.clients.reset_index(), CLIENTS),
        criteria=Criteria(tiers=bundle.tiers, frame=now.frame, assignment=tiers),
        counts=_counts_of(scores, ledger, bundle, day=day, version=version),
    )


def _raw(bundle: Bundle, frame: pd.DataFrame) -> dict[Subject, Values]:
    """The raw scores of all clients by subject, predicted chunk by chunk."""
    subjects: tuple[Subject, ...] = ("churn", "buys", "spends")
    raw = {subject: np.empty(len(frame)) for subject in subjects}
    for rows in chunks_of(len(frame)):
        X = bundle.encoder.matrix(frame.iloc[rows])
        for subject in subjects:
            raw[subject][rows] = score_of(bundle, subject).raw(X)
    return raw


def _scores(
    bundle: Bundle, now: Snapshot, tiers: pd.DataFrame, raw: Mapping[Subject, Values]
) -> pd.DataFrame:
    """The scores, indexed by client, without those columns that are the same for all."""
    churn, potential = _churn(bundle, now, raw["churn"]), _potential(bundle, now, raw)
    scores = pd.concat([now.status.rename("status"), tiers, churn, potential], axis=1)
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


def _churn(bundle: Bundle, now: Snapshot, raw: Values) -> pd.DataFrame:
    """Raw for everybody, probability and interval for active clients alone."""
    calibration = bundle.churn.calibration
    active = now.status.eq("active").to_numpy(dtype=bool)
    told = np.full((3, len(raw)), np.nan)
    told[:, active] = (
        calibration.probability(raw[active]),
        *calibration.interval(raw[active]),
    )
    columns = dict(zip(("p_churn", "p_churn_low", "p_churn_high"), told, strict=True))
    return pd.DataFrame(columns, index=now.frame.index).assign(raw_churn=raw)


def _potential(bundle: Bundle, now: Snapshot, raw: Mapping[Subject, Values]) -> pd.DataFrame:
    expected = bundle.potential.joint(raw["buys"], raw["spends"])
    low, median, high = bundle.potential.spread.interval(expected)
    return pd.DataFrame(
        {
            "raw_potential": raw["spends"],
            "expected_profit": expected,
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


def _counts_of(
    scores: pd.DataFrame, ledger: Ledger, bundle: Bundle, *, day: int, version: str
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
        "support": support.to_json() if support else None,
        "notes": [*ledger.notes, *_season(bundle), *(support.sentences() if support else ())],
    }


def _season(bundle: Bundle) -> list[str]:
    """What whoever reads a risk or an expected profit must know of the training."""
    return [note for note in bundle.record.notes if note == NO_SEASON]


def _counts(values: pd.Series) -> dict[str, int]:
    return {str(name): int(count) for name, count in values.value_counts().sort_index().items()}
