"""The gate before scores are published: what moved too far is told, or nothing is published."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.bundle import Bundle, churn_weights
from segml.evaluation import Seen, drift, drift_sentences
from segml.features import Moved, Weights, asked, moved, watched
from segml.flows.session import Session
from segml.ledger import Ledger, day_of, missing_days, region_days, silences, volumes, worth
from segml.scoring import Scored
from segml.words.drift import DriftPlan
from segml.words.errors import DriftRefused

OF_SOURCES = ("volume", "worth")
IF_A_FAULT = "; if that is a fault of the source, mend it and train anew"
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
    plan = run.settings.drift
    with run.timed("drift"):
        seen = replace(
            _sources(ledger, bundle, day_of(day)),
            now=_now(bundle, scored),
            weights={} if plan.reason == "off" else _weights(bundle, scored),
            moves=_moves(scored),
        )
        found = drift(bundle.usual, seen, trained=bundle.as_of, plan=plan)
    if bundle.usual is None:
        notes.append(NO_USUAL)
    for subject, beyond in found.groupby("subject")["is_beyond"]:
        run.pulse.counts["drift_beyond", "subject", str(subject)] = int(beyond.sum())
    notes.extend(_said(found, bundle, plan))
    return found


def source_drift(run: Session, ledger: Ledger, bundle: Bundle, day: dt.date) -> list[str]:
    """A sentence for all of the sources that lies beyond its limit on a day.

    Parameters
    ----------
    run, ledger, bundle, day
        As for `drift_of`.

    Raises
    ------
    DriftRefused
        If something lies beyond it whose subject the configuration refuses.
    """
    with run.timed("drift"):
        found = _of_sources(ledger, bundle, day_of(day), run.settings.drift)
    return _said(found, bundle, run.settings.drift)


def noted(run: Session, ledger: Ledger, bundle: Bundle, previous: Bundle | None) -> Bundle:
    """The bundle, its record noting what lies beyond its limit in the sources that it learnt from.

    Nothing is refused: where a change is real, to train anew is the answer to it.

    Parameters
    ----------
    run, ledger, bundle
        As for `drift_of`; the day is the bundle's.
    previous
        The version before, whose tables and rows are asked for if it is no younger.
    """
    with run.timed("drift"):
        known = previous if previous and previous.as_of <= bundle.as_of else bundle
        found = _of_sources(ledger, known, bundle.as_of, run.settings.drift)
    said = [f"{each}{IF_A_FAULT}" for each in drift_sentences(found, trained=known.as_of)]
    return replace(bundle, record=replace(bundle.record, notes=(*bundle.record.notes, *said)))


def _of_sources(ledger: Ledger, bundle: Bundle, end: int, plan: DriftPlan) -> pd.DataFrame:
    found = drift(None, _sources(ledger, bundle, end), trained=bundle.as_of, plan=plan)
    return found[found["subject"].isin(OF_SOURCES)]


def _sources(ledger: Ledger, bundle: Bundle, end: int) -> Seen:
    past, by_month = ledger.past(end), bundle.features.by_month
    return Seen(
        day=end,
        now=pd.DataFrame(),
        volumes=volumes(past, by_month=by_month),
        worth=worth(past, by_month=by_month),
        silences=silences(past),
        regions=region_days(past),
        missing=missing_days(past),
        gone=_gone(ledger, bundle, end),
        past=bundle.record.changed(ledger.past(bundle.as_of).rows),
    )


def _said(found: pd.DataFrame, bundle: Bundle, plan: DriftPlan) -> list[str]:
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
    return said


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
