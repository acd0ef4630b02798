"""Each subject's raw score taken apart: for one snapshot, and between two of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from segml.boosting import largest
from segml.bundle import Bundle
from segml.features import Snapshot
from segml.ledger import Engine
from segml.outcomes import AdditiveScore
from segml.scoring.across import across, chunks_of, under
from segml.scoring.parts import SUBJECTS, LeadingParts, Parts, Subject, Values

_THEN, _NOW, _HELD = "(then) ", "(now) ", "(held)"
"""What stands before the columns of the two dates in a chunk, and the column of tiers held."""
_BASE, _SCORE = "(base)", "(raw)"
"""The earlier and the later score, beside the parts of their difference."""


def take_apart(
    bundle: Bundle, frame: pd.DataFrame, subject: Subject, *, held: pd.Series | None = None
) -> Parts:
    """The exact parts of one subject's raw score, base and features.

    Parameters
    ----------
    bundle
        The trained value.
    frame
        A snapshot's feature frame, or some of its rows.
    subject
        What is explained.
    held
        For `tier`: the tiers held before, by client id (see `replay`); None: nobody's.
    """
    if subject == "tier":
        return _tier(bundle, frame, held)
    score = score_of(bundle, subject)
    X = bundle.encoder.matrix(frame)
    values, base = score.contributions(X)
    return Parts(
        subject=subject,
        clients=frame.index,
        features=bundle.encoder.columns,
        values=values,
        base=np.full(len(frame), base),
        raw=score.raw(X),
        data=frame[list(bundle.encoder.columns)],
    )


def take_leading_apart(
    bundle: Bundle,
    frame: pd.DataFrame,
    raw: Mapping[Subject, Values],
    assignment: pd.DataFrame,
    *,
    top: int,
    clients: int,
) -> tuple[LeadingParts, ...]:
    """The largest parts of every subject's raw score for some of many clients, by `SUBJECTS`.

    Parameters
    ----------
    bundle
        The trained value.
    frame
        Some rows of a snapshot's feature frame.
    raw
        Their raw scores by subject (but the tier's), each shape (n,), as the models predict them.
    assignment
        Their tiers, as the tiers assigned them.
    top
        How many parts of a score are told.
    clients
        How many clients are explained in all: the same parts come out whatever share `frame` is.
    """
    X = bundle.encoder.matrix(frame)
    data = frame[list(bundle.encoder.columns)]
    told = bundle.tiers.contributions(frame, assignment)
    parts = [
        LeadingParts(
            subject="tier",
            clients=frame.index,
            features=told.columns,
            leading=largest(told.values, top=top),
            base=told.base,
            raw=assignment["tier_margin"].to_numpy(np.float64),
            data=_known(bundle, frame),
        )
    ]
    for subject in SUBJECTS[1:]:
        leading, base = score_of(bundle, subject).leading(X, top=top, rows=clients)
        parts.append(
            LeadingParts(
                subject=subject,
                clients=frame.index,
                features=bundle.encoder.columns,
                leading=leading,
                base=np.full(len(frame), base),
                raw=raw[subject],
                data=data,
            )
        )
    return tuple(parts)


def take_change_apart(
    bundle: Bundle,
    before: Snapshot,
    after: Snapshot,
    subject: Subject,
    *,
    held: pd.Series | None = None,
    engine: Engine | None = None,
) -> Parts:
    """The exact parts of the change of a raw score, for the clients known at both dates.

    Each client's own earlier row is the background: a feature that did not change has exactly
    zero, the rest sum to the change. The base is the earlier score, the raw score the later one.

    Parameters
    ----------
    bundle
        One model for both dates.
    before, after
        The two snapshots.
    subject
        What is explained. For `tier`, the pair of centroids that decides at the earlier date
        serves both, so the later margin is negative where the rival has become the nearer one.
    held
        For `tier`: the tiers held before the earlier date.
    engine
        Whose workers take the clients apart; None: this process does.
    """
    common = before.frame.index.intersection(after.frame.index)
    then, now = before.frame.loc[common], after.frame.loc[common]
    both = pd.concat([then.add_prefix(_THEN), now.add_prefix(_NOW)], axis=1)
    if held is not None:
        both[_HELD] = held.reindex(common)
    chunks = (both.iloc[rows] for rows in chunks_of(len(both)))
    told = pd.concat(across(engine, bundle, partial(change_of, subject=subject), chunks))
    base, raw = (told.pop(name).to_numpy(np.float64) for name in (_BASE, _SCORE))
    tier = subject == "tier"
    return Parts(
        subject=subject,
        clients=common,
        features=tuple(told.columns),
        values=told.to_numpy(np.float64),
        base=base,
        raw=raw,
        data=_known(bundle, now) if tier else now[list(bundle.encoder.columns)],
    )


def change_of(bundle: Bundle, chunk: pd.DataFrame, *, subject: Subject) -> pd.DataFrame:
    """The parts of the change of the clients of one chunk, and their score at both dates.

    Parameters
    ----------
    bundle
        One model for both dates.
    chunk
        Features of both dates, and the tier held, under the names of this file.
    subject
        What is explained.
    """
    then, now = (under(prefix, chunk) for prefix in (_THEN, _NOW))
    if subject == "tier":
        assignment = bundle.tiers.assign(then, chunk.get(_HELD))
        columns = bundle.tiers.columns
        values = bundle.tiers.between(then, now, assignment)
        scores = [bundle.tiers.pair_margin(each, assignment) for each in (then, now)]
    else:
        score, columns = score_of(bundle, subject), bundle.encoder.columns
        X0, X1 = bundle.encoder.matrix(then), bundle.encoder.matrix(now)
        values, scores = score.between(X0, X1), [score.raw(X0), score.raw(X1)]
    told = pd.DataFrame(values, index=chunk.index, columns=list(columns))
    return told.assign(**dict(zip((_BASE, _SCORE), scores, strict=True)))


def score_of(bundle: Bundle, subject: Subject) -> AdditiveScore:
    """The raw score that a subject is about; the tier has none."""
    scores: dict[Subject, AdditiveScore] = {
        "churn": bundle.churn.score,
        "buys": bundle.potential.buys,
        "spends": bundle.potential.spends,
    }
    return scores[subject]


def _tier(bundle: Bundle, frame: pd.DataFrame, held: pd.Series | None) -> Parts:
    assignment = bundle.tiers.assign(frame, held)
    told = bundle.tiers.contributions(frame, assignment)
    return Parts(
        subject="tier",
        clients=frame.index,
        features=told.columns,
        values=told.values,
        base=told.base,
        raw=assignment["tier_margin"].to_numpy(np.float64),
        data=_known(bundle, frame),
    )


def _known(bundle: Bundle, frame: pd.DataFrame) -> pd.DataFrame:
    """The values that tiers are told by; what fills a gap of the ledger is no client's figure."""
    values = bundle.tiers.values(frame)
    return values.where(frame.reindex(columns=values.columns).notna().to_numpy())
