"""The gate before scores are published: what moved too far is told, or nothing is published."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.bundle import Bundle, churn_weights
from segml.evaluation import Seen, drift, drift_sentences
from segml.features import Moved, Weights, asked, moved, watched
from segml.flows.session import Session
from segml.ledger import Ledger, day_of, silences, volumes, worth
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
        seen = Seen(
            day=end,
            now=_now(bundle, scored),
            volumes=volumes(ledger.past(end), by_month=bundle.features.by_month),
            worth=worth(ledger.past(end), by_month=bundle.features.by_month),
            silences=silences(ledger.past(end)),
            weights={} if plan.reason == "off" else _weights(bundle, scored),
            moves=_moves(scored),
            gone=_gone(ledger, bundle, end),
            past=bundle.record.changed(ledger.past(bundle.as_of).rows),
        )
        found = drift(bundle.usual, seen, trained=bundle.as_of, plan=plan)
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
    active = _active(scored)
    scores = scored.scores.iloc[active]
    return watched(
        scored.features.iloc[active],
        bundle.encoder.columns,
        raw_churn=scores["raw_churn"].to_numpy(),
        tier=scores["tier"],
    )


def _weights(bundle: Bundle, scored: Scored) -> Weights:
    """How features weigh on the churn of the day's active clients; of many, some are asked."""
    active = _active(scored)
    places = active[asked(scored.scores["tier"].iloc[active])]
    tier = scored.scores["tier"].iloc[places]
    return churn_weights(bundle.churn, bundle.encoder, scored.features.iloc[places], tier)


def _gone(ledger: Ledger, bundle: Bundle, end: int) -> dict[str, int]:
    """The tables that the training knew and of which no row is left, with what they had then."""
    rows = ledger.past(end).rows
    had = bundle.record.rows
    return {table: count for table, count in had.items() if count and not rows.get(table)}


def _moves(scored: Scored) -> dict[str, Moved]:
    """What became of each tier since the last month start, among those who have bought."""
    bought = scored.scores[scored.scores["status"].ne("prospect").to_numpy(dtype=bool)]
    return moved(bought["previous_tier"], bought["tier"])


def _active(scored: Scored) -> npt.NDArray[np.intp]:
    """The places of the active clients."""
    return np.flatnonzero(scored.scores["status"].eq("active").to_numpy(dtype=bool))
