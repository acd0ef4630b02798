"""Learning the other horizons of churn, and trying each before it is believed.

A horizon is learnt on the churn score's own rows, as far as its label had ended by the as-of date,
from scores that never saw the row's client. It is tried as the score was: on later cut-offs and
other clients where the history allows, else on other clients of the same cut-offs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from segml.outcomes.additive import Learnt
from segml.outcomes.calibration import Calibration, fit_calibration
from segml.outcomes.folds import client_groups
from segml.outcomes.horizon_head import fit_head
from segml.outcomes.horizons import Horizons
from segml.outcomes.rows import Rows, Values
from segml.outcomes.validation import calibration_error, of_probability

Index = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Known:
    """What is known of the churn score's rows: their scores, and when each client came back.

    Parameters
    ----------
    rows
        Labelled for the primary horizon, in their order (`Rows.order`).
    learnt
        The additive score of exactly these rows.
    calibration
        Of the final score.
    wait
        Shape (n,): days from the label's first day to the first order, NaN where none was seen.
    seen_days
        Shape (n,): days of the label that had passed by the as-of date.
    gap_days, primary_days
        The label's days.
    """

    rows: Rows
    learnt: Learnt
    calibration: Calibration
    wait: Values
    seen_days: npt.NDArray[np.int64]
    gap_days: int
    primary_days: int

    @property
    def odds(self) -> Values:
        """The primary risk of every row in log-odds, by halves that never saw its client."""
        return self.calibration.intercept + self.calibration.slope * self.learnt.raw

    def none(self, at: Index, horizon_days: int) -> Values:
        """1 where no order came in the horizon, of the rows at `at`."""
        return (~(self.wait[at] < horizon_days)).astype(np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Tried:
    """Horizons learnt without some rows, those rows, and their primary log-odds."""

    horizons: Horizons
    asked: Index
    odds: Values


def fit_horizons(known: Known, horizons: Sequence[int]) -> Horizons:
    """The horizons that are asked for; the rows of each must hold an ended label.

    Parameters
    ----------
    known
        The churn score's rows.
    horizons
        Days; the primary one among them is passed over.
    """
    every = np.arange(len(known.rows))
    found = _learn(known, every, known.odds, known.seen_days, horizons)
    in_time = list(_by_time(known, horizons))
    by_client = list(_by_client(known, horizons))
    heads = tuple(
        replace(head, record=_record(known, head.horizon_days, in_time, by_client))
        for head in found.heads
    )
    return replace(found, heads=heads)


def _learn(known: Known, at: Index, odds: Values, seen: Index, horizons: Sequence[int]) -> Horizons:
    """The horizons as far as rows at `at`, with their first `seen` days known, teach them."""
    primary, heads = known.primary_days, []
    shorter = sorted({days for days in horizons if days < primary}, reverse=True)
    longer = sorted({days for days in horizons if days > primary})
    for side in (shorter, longer):
        given = primary
        for days in side:
            ended = seen >= max(days, given)
            if not ended.any():
                break
            # a shorter step is of those who ordered within the neighbour, a longer of who did not
            reach = known.none(at, given) == float(days > primary)
            chosen = np.flatnonzero(ended & reach)
            rows = known.rows.take(at[chosen]).labelled(known.none(at[chosen], days))
            heads.append(
                fit_head(
                    rows,
                    odds[chosen],
                    horizon_days=days,
                    given_days=given,
                    primary_days=primary,
                )
            )
            given = days
    ordered = tuple(sorted(heads, key=lambda head: head.horizon_days))
    return Horizons(primary_days=primary, heads=ordered)


def _by_time(known: Known, horizons: Sequence[int]) -> Iterator[_Tried]:
    """The score's own trials: by what its labels had shown at the cut-off asked about."""
    if known.learnt.record["folds"] != "time and client":
        return
    for trial in known.learnt.trials:
        if not (len(trial.known) and len(trial.asked)):
            continue
        told = known.rows.take(trial.known)
        calibration = fit_calibration(
            trial.known_raw, told.y, client=told.client, cutoff=told.cutoff, seed=0, count=0
        )
        odds, asked = (
            calibration.intercept + calibration.slope * raw
            for raw in (trial.known_raw, trial.asked_raw)
        )
        day = int(known.rows.cutoff[trial.asked].min())
        seen = day - told.cutoff - known.gap_days
        horizons_then = _learn(known, trial.known, odds, seen, horizons)
        yield _Tried(horizons=horizons_then, asked=trial.asked, odds=asked)


def _by_client(known: Known, horizons: Sequence[int]) -> Iterator[_Tried]:
    """The same cut-offs, each group of clients told by the others."""
    groups, odds = client_groups(known.rows.client), known.odds
    for group in np.unique(groups):
        learn, asked = np.flatnonzero(groups != group), np.flatnonzero(groups == group)
        if len(learn):
            told = _learn(known, learn, odds[learn], known.seen_days[learn], horizons)
            yield _Tried(horizons=told, asked=asked, odds=odds[asked])


def _record(
    known: Known, days: int, in_time: Sequence[_Tried], by_client: Sequence[_Tried]
) -> dict[str, Any]:
    """What a horizon was learnt on, and how it held on rows that were not known."""
    ended = np.flatnonzero(known.seen_days >= days)
    kinds = {"time and client": _told(known, days, in_time)}
    if not len(kinds["time and client"][0]):
        kinds = {"client": _told(known, days, by_client)}
    [(kind, (y, p))] = kinds.items()
    error = calibration_error(y, p)
    return {
        "rows": len(ended),
        "cutoffs": len(np.unique(known.rows.cutoff[ended])),
        "label_rate": float(known.none(ended, days).mean()),
        "folds": kind if len(y) else "none",
        "validated_rows": len(y),
        "metrics": {
            **of_probability(y, p),
            "calibration_error": None if np.isnan(error) else error,
        },
    }


def _told(known: Known, days: int, tried: Sequence[_Tried]) -> tuple[Values, Values]:
    """Labels and probabilities of the rows asked about whose label has ended."""
    came, told = [np.zeros(0)], [np.zeros(0)]
    for one in tried:
        here = np.flatnonzero(known.seen_days[one.asked] >= days)
        if days not in one.horizons.days or not len(here):
            continue
        at, odds = one.asked[here], one.odds[here]
        p = one.horizons.probabilities(expit(odds), odds, known.rows.X[at], known.rows.columns)
        told.append(p[:, one.horizons.days.index(days)])
        came.append(known.none(at, days))
    return np.concatenate(came), np.concatenate(told)
