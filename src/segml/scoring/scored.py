"""Scoring: bundle and ledger in, every client's scores and reasons out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from segml.bundle import NO_SEASON, ONE_SEASON, Bundle, support_of
from segml.features import Snapshot, snapshot
from segml.ledger import Engine, Ledger, date_of, ended
from segml.ledger.days import as_day
from segml.outcomes import AGE
from segml.scoring.across import across, chunks_of
from segml.scoring.actions import actions, silent_for, undue
from segml.scoring.criteria import Criteria
from segml.scoring.gathering import Reasons
from segml.scoring.lacking import require_parts
from segml.scoring.outlook import outlook_notes, outlook_of
from segml.scoring.parts import Subject, Values
from segml.scoring.progress import Progress, silent
from segml.scoring.prospects import Foretold, foretell_prospects
from segml.scoring.replaying import replay
from segml.scoring.roles import is_key, roles_of
from segml.scoring.schema import (
    CLIENTS,
    LEVERS,
    OUTLOOK,
    PROSPECT_REASONS,
    PROSPECTS,
    REASONS,
    ROLES,
    SCORES,
    conform,
)
from segml.scoring.taking_apart import score_of
from segml.tiers import Roles, lever_moves

_RAW: tuple[Subject, ...] = ("churn", "buys", "spends")


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
        `as_of`, `client_id` and the features, as the model saw them; then what else is known of
        prospects at first contact (`prospects.contact_columns`), null of who has bought.
    clients
        Who they are, columns of `schema.CLIENTS`.
    roles
        The evidence of every role, columns of `schema.ROLES`.
    levers
        What would move each active client, columns of `schema.LEVERS`.
    criteria
        What a rule says of each client, chunk by chunk; no rows where tiers are no rule.
    counts
        Counts by status, tier and role, notes; plain values.
    prospects, prospect_reasons
        One row a prospect, and the reasons of its expected profit: columns of `schema.PROSPECTS`
        and `schema.PROSPECT_REASONS`.
    outlook
        One row an active client and horizon, columns of `schema.OUTLOOK`.
    """

    scores: pd.DataFrame
    told: Reasons
    features: pd.DataFrame
    clients: pd.DataFrame
    roles: pd.DataFrame
    levers: pd.DataFrame
    criteria: Criteria
    counts: Mapping[str, Any]
    prospects: pd.DataFrame
    prospect_reasons: pd.DataFrame
    outlook: pd.DataFrame

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
    require_parts(bundle, ledger.past(day))
    progress("previous tiers", 0, 3)
    held = replay(bundle, ledger, day)
    progress("features", 1, 3)
    now = snapshot(ledger.past(day), bundle.features)
    progress("scores", 2, 3)
    tiers, raw = bundle.tiers.assign(now.frame, held), _raw(bundle, now.frame, ledger.engine)
    foretold = foretell_prospects(bundle, ledger, day, _prospects(now))
    potential, gone = _potential(bundle, now, raw, foretold), ended(ledger.past(day))
    scores, roles = _scores(bundle, now, (tiers, potential), raw, gone)
    active = now.status.eq("active").to_numpy(dtype=bool)
    levers = lever_moves(bundle.tiers, now.frame[active], tiers[active])
    outlook = outlook_of(
        bundle, now, tiers, raw_churn=raw["churn"], p_churn=scores["p_churn"].to_numpy(np.float64)
    )
    scores["model_version"], scores["currency"] = version, ledger.currency
    progress("scores", 3, 3)
    told = Reasons(
        bundle=bundle,
        now=now,
        raw=raw,
        assignment=tiers,
        currency=ledger.currency,
        progress=progress,
        engine=ledger.engine,
    )
    return Scored(
        scores=conform(_dated(scores, day), SCORES),
        told=told,
        features=_dated(now.frame.join(foretold.contact), day),
        clients=conform(now.clients.reset_index(), CLIENTS),
        prospects=conform(_of_day(foretold.prospects, day), PROSPECTS),
        prospect_reasons=conform(_of_day(foretold.reasons, day), PROSPECT_REASONS),
        roles=conform(_of_day(roles.evidence, day), ROLES),
        levers=conform(_of_day(levers, day), LEVERS),
        outlook=conform(outlook, OUTLOOK),
        counts=_counts_of(scores, roles, ledger, bundle, day=day, version=version),
        criteria=Criteria(tiers=bundle.tiers, frame=now.frame, assignment=tiers),
    )


def _prospects(now: Snapshot) -> pd.Index:
    return now.frame.index[now.status.eq("prospect").to_numpy()]


def _raw(bundle: Bundle, frame: pd.DataFrame, engine: Engine | None) -> dict[Subject, Values]:
    """The raw scores of all clients by subject, predicted chunk by chunk."""
    chunks = (frame.iloc[rows] for rows in chunks_of(len(frame)))
    parts = list(across(engine, bundle, raw_of, chunks))
    return {subject: np.concatenate([part[subject] for part in parts]) for subject in _RAW}


def raw_of(bundle: Bundle, chunk: pd.DataFrame) -> pd.DataFrame:
    """The raw scores of some clients, one column a subject."""
    X = bundle.encoder.matrix(chunk)
    return pd.DataFrame({subject: score_of(bundle, subject).raw(X) for subject in _RAW})


def _scores(
    bundle: Bundle,
    now: Snapshot,
    told: tuple[pd.DataFrame, pd.DataFrame],
    raw: Mapping[Subject, Values],
    gone: frozenset[str],
) -> tuple[pd.DataFrame, Roles]:
    """The scores, indexed by client, without those columns that are the same for all; the roles."""
    tiers, potential = told
    churn = _churn(bundle, now, raw["churn"])
    scores = pd.concat([now.status.rename("status"), tiers, churn, potential], axis=1)
    scores = scores.join(now.money[list(_MONEY)])
    expected = scores["expected_profit"].to_numpy(np.float64)
    roles = roles_of(bundle, now, scores["tier_rank"], expected=expected)
    scores["roles"] = roles.text
    scores["is_key"] = is_key(bundle, scores["tier_rank"], roles)
    days, before = bundle.plan.potential.horizon_days, now.money["profit_prev_365"]
    horizon = bundle.plan.churn.horizon_days
    scores["action"] = actions(
        scores,
        before,
        horizon_days=days,
        ended=gone,
        awaiting=undue(now.frame, horizon),
        silent=silent_for(now.frame, horizon),
    )
    return scores, roles


_MONEY = ("profit_365", "revenue_365", "cost_to_serve_365", "referral_profit_365", "value_365")


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


def _potential(
    bundle: Bundle, now: Snapshot, raw: Mapping[Subject, Values], foretold: Foretold
) -> pd.DataFrame:
    """Of who has bought by the potential model, of prospects by the model of first years or null.

    The potential model learnt from clients with a history: it has no word on who has none.
    """
    age = now.frame[AGE].to_numpy(np.float64)
    expected = bundle.potential.joint(raw["buys"], raw["spends"], age)
    low, median, high = bundle.potential.interval_of(raw["buys"], expected, age)
    told = pd.DataFrame(
        {
            "raw_potential": raw["spends"],
            "expected_profit": expected,
            "expected_profit_low": low,
            "expected_profit_high": high,
            "median_profit": median,
        },
        index=now.frame.index,
    )
    names = [name for name in told if name != "raw_potential"]
    told.loc[_prospects(now), names] = np.nan
    if len(foretold.expected):
        told.loc[foretold.expected.index, names] = foretold.expected[names]
    told["recommendation"] = foretold.expected.get("recommendation")
    return told


def _dated(frame: pd.DataFrame, day: int) -> pd.DataFrame:
    """The frame with `as_of` and `client_id` as its first columns."""
    return _of_day(frame.rename_axis(index="client_id").reset_index(), day)


def _of_day(table: pd.DataFrame, day: int) -> pd.DataFrame:
    """The table with `as_of` as its first column."""
    dated = table.copy(deep=False)
    dated.insert(0, "as_of", pd.Series([date_of(day)] * len(dated), dtype=object))
    return dated


def _counts_of(
    scores: pd.DataFrame, roles: Roles, ledger: Ledger, bundle: Bundle, *, day: int, version: str
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
        "by_role": {name: int(held.sum()) for name, held in roles.held.items()},
        "key_clients": int(scores["is_key"].sum()),
        "support": support.to_json() if support else None,
        "notes": [
            *ledger.notes,
            *roles.notes,
            # what whoever reads a risk or an expected profit must know of the training
            *(note for note in bundle.record.notes if note in (NO_SEASON, ONE_SEASON)),
            *outlook_notes(bundle),
            *(support.sentences() if support else ()),
        ],
    }


def _counts(values: pd.Series) -> dict[str, int]:
    return {str(name): int(count) for name, count in values.value_counts().sort_index().items()}
