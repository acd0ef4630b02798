"""Learning the other horizons of churn, and trying each before it is believed.

A horizon is learnt on the churn score's own rows, as far as its label had ended by the as-of date,
from scores that never saw the row's client. It is tried as the score was: on later cut-offs and
other clients where the history allows, else on other clients of the same cut-offs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from segml.outcomes.additive import Learnt
from segml.outcomes.calibration import Calibration, fit_calibration
from segml.outcomes.folds import client_groups
from segml.outcomes.horizon_head import fit_head
from segml.outcomes.horizons import Horizons
from segml.outcomes.level import level_of
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

    def labelled(self, at: Index, horizon_days: int) -> Rows:
        """The rows at `at`, y is 1 where no order came in the horizon."""
        wait = self.wait[at]
        return self.rows.take(at).labelled(~(wait < horizon_days))

    def level(self, at: Index, odds: Values) -> float:
        """What brings the primary log-odds of the rows at `at` to the rate that came of them.

        A longer horizon has only the older cut-offs. That more, or fewer, were lost then is no
        part of what it adds to the primary risk, and must not be learnt as if it were.
        """
        rows = self.rows.take(at)
        return level_of(odds, rows.y, rows.weight, "logistic")

    @property
    def odds(self) -> Values:
        """The primary risk of every row in log-odds, by halves that never saw its client."""
        return self.calibration.intercept + self.calibration.slope * self.learnt.raw


@dataclass(frozen=True, kw_only=True, eq=False)
class _Try:
    """Rows to learn from and rows to try on, each with its primary log-odds."""

    learn: Index
    learn_odds: Values
    asked: Index
    asked_odds: Values


def fit_horizons(known: Known, horizons: Sequence[int]) -> Horizons:
    """The horizons that are asked for; the rows of each must hold an ended label.

    Parameters
    ----------
    known
        The churn score's rows.
    horizons
        Days; the primary one among them is passed over.
    """
    in_time = _trials(known) if known.learnt.record["folds"] == "time and client" else []
    heads = []
    for days in sorted({*horizons} - {known.primary_days}):
        ended = np.flatnonzero(known.seen_days >= days)
        tries, kind = list(_by_time(known, in_time, days)), "time and client"
        if not tries:
            tries, kind = list(_by_client(known, ended)), "client" if len(ended) else "none"
        rows = known.labelled(ended, days)
        record = {
            "rows": len(rows),
            "cutoffs": len(np.unique(rows.cutoff)),
            "label_rate": float(rows.y.mean()),
            **_held(known, tries, days),
            "folds": kind if tries else "none",
        }
        heads.append(
            fit_head(
                rows,
                known.odds[ended] + known.level(ended, known.odds[ended]),
                horizon_days=days,
                primary_days=known.primary_days,
                record=record,
            )
        )
    return Horizons(primary_days=known.primary_days, heads=tuple(heads))


def _trials(known: Known) -> list[_Try]:
    """The score's own trials, each calibrated on what it could know."""
    found = []
    for trial in known.learnt.trials:
        if not len(trial.known):
            continue
        told = known.rows.take(trial.known)
        calibration = fit_calibration(
            trial.known_raw, told.y, client=told.client, cutoff=told.cutoff, seed=0, count=0
        )
        odds = (
            calibration.intercept + calibration.slope * raw
            for raw in (trial.known_raw, trial.asked_raw)
        )
        learn_odds, asked_odds = odds
        found.append(
            _Try(
                learn=trial.known,
                learn_odds=learn_odds,
                asked=trial.asked,
                asked_odds=asked_odds,
            )
        )
    return found


def _by_time(known: Known, trials: Sequence[_Try], days: int) -> Iterator[_Try]:
    """The trials of one horizon: labels that had ended by the cut-off asked about, and by now."""
    for one in trials:
        asked = np.flatnonzero(known.seen_days[one.asked] >= days)
        day = int(known.rows.cutoff[one.asked].min(initial=np.iinfo(np.int64).max))
        ends = known.rows.cutoff[one.learn] + known.gap_days + days
        learn = np.flatnonzero(ends <= day)
        if len(asked) and len(learn):
            yield _Try(
                learn=one.learn[learn],
                learn_odds=one.learn_odds[learn],
                asked=one.asked[asked],
                asked_odds=one.asked_odds[asked],
            )


def _by_client(known: Known, ended: Index) -> Iterator[_Try]:
    """The same cut-offs, each group of clients told by the others."""
    groups, odds = client_groups(known.rows.client[ended]), known.odds[ended]
    for group in np.unique(groups):
        asked, learn = groups == group, groups != group
        if learn.any():
            # the same cut-offs have the same level, as far as the learning clients show it
            level = known.level(ended[learn], odds[learn])
            yield _Try(
                learn=ended[learn],
                learn_odds=odds[learn],
                asked=ended[asked],
                asked_odds=odds[asked] + level,
            )


def _held(known: Known, tries: Sequence[_Try], days: int) -> dict[str, Any]:
    """How the horizon held on rows whose clients, or labels, were not known."""
    told, lost = [np.zeros(0)], [np.zeros(0)]
    for one in tries:
        head = fit_head(
            known.labelled(one.learn, days),
            one.learn_odds + known.level(one.learn, one.learn_odds),
            horizon_days=days,
            primary_days=known.primary_days,
            record={},
        )
        asked = known.labelled(one.asked, days)
        told.append(expit(head.odds(one.asked_odds, asked.X, asked.columns)))
        lost.append(asked.y)
    y, p = np.concatenate(lost), np.concatenate(told)
    error = calibration_error(y, p)
    return {
        "validated_rows": len(y),
        "metrics": {
            **of_probability(y, p),
            "calibration_error": None if np.isnan(error) else error,
        },
    }
