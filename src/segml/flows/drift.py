"""The gate before scores are published: what moved too far is told, or nothing is published."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from segml.bundle import Bundle
from segml.evaluation import drift, drift_sentences
from segml.features import watched
from segml.flows.session import Session
from segml.ledger import Ledger, day_of, volumes
from segml.scoring import Scored
from segml.words.errors import DriftRefused

NO_USUAL = (
    "no drift of features is known: the model is of an older segml, or knew too few active clients"
)


def drift_of(
    run: Session, ledger: Ledger, bundle: Bundle, scored: Scored, day: dt.date, *, notes: list[str]
) -> pd.DataFrame:
    """What moved since the training, for `drift.parquet`.

    Parameters
    ----------
    run
        The session, for its settings and times.
    ledger, bundle, scored, day
        What was scored, by what, and when.
    notes
        Gains a sentence for all that lies beyond its limit.

    Raises
    ------
    DriftRefused
        If something lies beyond it whose subject the configuration refuses.
    """
    plan, end = run.settings.drift, day_of(day)
    with run.timed("drift"):
        found = drift(
            bundle.usual,
            _now(bundle, scored),
            volumes(ledger.past(end)),
            day=end,
            trained=bundle.as_of,
            plan=plan,
        )
    if bundle.usual is None:
        notes.append(NO_USUAL)
    said = drift_sentences(found, trained=bundle.as_of)
    refused = {
        subject
        for subject in found.loc[found["is_beyond"], "subject"]
        if plan.answer(subject) == "refuse"
    }
    if refused:
        raise DriftRefused(
            "; ".join(said),
            allowed="what moved in as many days before; limits are in docs/method.md#drift",
            next_step=(
                "see whether a source changed or stopped; is the change real, train anew, or set "
                + " and ".join(f"`drift.{subject}: warn`" for subject in sorted(refused))
            ),
        )
    notes.extend(said)
    return found


def _now(bundle: Bundle, scored: Scored) -> pd.DataFrame:
    """The day's active clients as the training's were watched."""
    active = scored.scores["status"].eq("active").to_numpy(dtype=bool)
    scores = scored.scores[active]
    return watched(
        scored.features[active],
        bundle.encoder.columns,
        raw_churn=scores["raw_churn"].to_numpy(),
        tier=scores["tier"],
    )
