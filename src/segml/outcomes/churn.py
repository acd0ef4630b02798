"""Churn: an active client that buys nothing in the horizon. Its label and its model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.ledger import Future
from segml.outcomes.additive import Learnt, fit_additive
from segml.outcomes.calibration import DRAWS, Calibration, fit_calibration
from segml.outcomes.curve import Curve
from segml.outcomes.folds import split
from segml.outcomes.halves import Recipe
from segml.outcomes.level import fit_level_error
from segml.outcomes.rows import Matrix, Rows, Values
from segml.outcomes.score import AdditiveScore
from segml.outcomes.season import Season, with_season, without_season
from segml.outcomes.skill import brier_skill, common_rates
from segml.outcomes.slices import by_slice
from segml.outcomes.trials import Trial
from segml.outcomes.validation import of_probability
from segml.words.forest import ForestPlan

CURVES = (
    Curve(feature="expected_orders_own", shape="log", sign=-1, prior=1.0),
    Curve(feature="expected_orders_own", shape="sqrt", sign=-1),
    Curve(feature="silence_over_gap", shape="log1p", sign=1),
)
"""What buy-till-you-die theory says: few orders expected, and a silence long for its own rhythm.

With E orders expected, the log-odds of none fall like log E where E is small, and faster where it
is large: how fast is learnt, by two curves of the one feature.
"""
ORDER = "spend_per_order_365"
"""What that theory leaves out: it counts orders, and does not ask what they are worth."""
SMALLEST_ORDER = 0.01
"""Of the usual order; a smaller one is as good as none."""


def label(future: Future, client_ids: pd.Index) -> pd.Series:
    """The churn label: 1.0 where a client has no order in the horizon, else 0.0.

    A return is no order: who only sends goods back has not come back to buy.

    Parameters
    ----------
    future
        The horizon.
    client_ids
        The clients asked about.

    Returns
    -------
    Series
        float64 named `churn`, index `client_ids`.
    """
    bought = future.frame(
        "select distinct c.client_id from {lines} l join {clients} c using (client) "
        "where l.is_order"
    )["client_id"]
    return pd.Series(np.where(client_ids.isin(bought), 0.0, 1.0), index=client_ids, name="churn")


def population(status: pd.Series) -> pd.Series:
    """Who can churn: true for active clients; lapsed ones and prospects have nothing to leave.

    Parameters
    ----------
    status
        `active`, `lapsed` or `prospect`, one a client.
    """
    return status.eq("active").rename("can_churn")


@dataclass(frozen=True, kw_only=True)
class ChurnModel:
    """The raw churn score, its calibration, and how both were learnt.

    Parameters
    ----------
    score
        The raw score, in log-odds before calibration.
    calibration
        Raw score to probability, strictly increasing.
    record
        Folds, rounds, weights, validation metrics and notes, as plain values.
    """

    score: AdditiveScore
    calibration: Calibration
    record: Mapping[str, Any]

    def raw(self, X: Matrix) -> Values:
        """The raw scores of X, float32 of shape (n, p), as float64 of shape (n,)."""
        return self.score.raw(X)

    def probability(self, X: Matrix) -> Values:
        """The probability of no order in the horizon, shape (n,), between 0 and 1."""
        return self.calibration.probability(self.raw(X))

    def interval(self, X: Matrix) -> tuple[Values, Values]:
        """The lower and upper end of the probability's interval, each (n,).

        It is to hold the share of alike clients that is lost in four seasons of five.
        """
        return self.calibration.interval(self.raw(X))

    def contributions(self, X: Matrix) -> tuple[Values, float]:
        """The SHAP values of the raw score, (n, p), and their base; see `AdditiveScore`."""
        return self.score.contributions(X)

    def between(self, X0: Matrix, X1: Matrix) -> Values:
        """The exact shares, (m, p), of the raw score's change; see `AdditiveScore`."""
        return self.score.between(X0, X1)

    def forests(self) -> dict[str, str]:
        """The LightGBM texts by name; empty where the labels taught no forest."""
        return {} if self.score.forest is None else {"churn": self.score.forest.text}

    def to_json(self) -> dict[str, Any]:
        """Everything but the forest, as plain values."""
        return {
            "score": self.score.to_json(),
            "calibration": self.calibration.to_json(),
            "record": dict(self.record),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any], forests: Mapping[str, str]) -> ChurnModel:
        """The model read back from `to_json` and `forests`, whose digests the caller compared."""
        return cls(
            score=AdditiveScore.from_json(value["score"], forests.get("churn")),
            calibration=Calibration.from_json(value["calibration"]),
            record=value["record"],
        )


def fit_churn(
    rows: Rows,
    *,
    horizon_days: int,
    gap_days: int,
    seed: int,
    threads: int = 2,
    forest: ForestPlan | None = None,
) -> ChurnModel:
    """The churn model of rows from many cut-offs, validated by time and by client.

    Parameters
    ----------
    rows
        Rows of active clients; y is `label`.
    horizon_days, gap_days
        The label's days; what a fold must wait for.
    seed, threads
        Of LightGBM and the bootstrap.
    forest
        How the forest grows; as by default if None.

    Notes
    -----
    Labels of one class teach nothing: the score is then the curves' prior, the probability
    follows the base rate, and the record says so.
    """
    return fit_churn_told(
        rows,
        horizon_days=horizon_days,
        gap_days=gap_days,
        seed=seed,
        threads=threads,
        forest=forest,
    )[0]


def fit_churn_told(
    rows: Rows,
    *,
    horizon_days: int,
    gap_days: int,
    seed: int,
    threads: int = 2,
    forest: ForestPlan | None = None,
    season: Season | None = None,
    pool: Executor | None = None,
) -> tuple[ChurnModel, Learnt]:
    """The same, and what its score said of rows whose clients it had not seen.

    Parameters
    ----------
    rows, horizon_days, gap_days, seed, threads, forest
        As for `fit_churn`; what was said is of `rows.take(rows.order)`.
    season
        The portfolio's days up to the day of the training; None: the level follows no season.
    pool
        Whose free threads help; changes nothing but the time.
    """
    rows = without_season(rows.take(rows.order))
    folds = split(rows, label_days=gap_days + horizon_days).teaching(rows.y)
    recipe = Recipe(
        loss="logistic",
        curves=_curves(rows),
        seed=seed,
        threads=threads,
        forest=forest or ForestPlan(),
        pool=pool,
    )
    learnt, level = with_season(fit_additive(rows, folds, recipe), rows, season)
    held, p = foretold(rows, learnt.trials, seed=seed)
    validated = rows.take(held)
    skill = brier_skill(validated, p, common_rates(rows, learnt.trials), seed=seed)
    in_time = np.arange(len(held) if folds.kind == "time and client" else 0)
    level_error = fit_level_error(
        p[in_time],
        validated.y[in_time],
        validated.cutoff[in_time],
        label_days=gap_days + horizon_days,
    )
    calibration = fit_calibration(
        learnt.raw, rows.y, client=rows.client, cutoff=rows.cutoff, seed=seed
    )
    model = ChurnModel(
        score=learnt.score,
        calibration=calibration.unsteady(level_error.draws(DRAWS, seed=seed)),
        record={
            **learnt.record,
            "metrics": by_slice(validated, lambda part: of_probability(validated.y[part], p[part])),
            "level_error": level_error.to_json(),
            "season": level,
            "skill": None if skill is None else skill.to_json(),
            "label_rate": float(rows.y.mean()) if len(rows) else None,
            "notes": notes(rows, folds.note, what="churn"),
        },
    )
    return model, learnt


def _curves(rows: Rows) -> tuple[Curve, ...]:
    """`CURVES`, and one of the size of the orders, in orders of the usual size."""
    sizes = rows.X[:, rows.columns.index(ORDER)] if ORDER in rows.columns else np.empty(0)
    sizes = sizes[sizes > 0.0]
    if not len(sizes):
        return CURVES
    usual = float(np.median(sizes))
    size = Curve(feature=ORDER, shape="log", sign=-1, scale=usual, floor=SMALLEST_ORDER)
    return (*CURVES, size)


def foretold(
    rows: Rows, trials: Sequence[Trial], *, seed: int
) -> tuple[npt.NDArray[np.int64], Values]:
    """The validating rows, shape (m,), and their probabilities, each by its own trial alone.

    Parameters
    ----------
    rows
        The rows that the trials index.
    trials
        What each fold could know; its calibration is fitted on that.
    seed
        Of the calibration.
    """
    held, told = [np.zeros(0, np.int64)], [np.zeros(0)]
    for trial in trials:
        known = rows.take(trial.known)
        calibration = fit_calibration(
            trial.known_raw, known.y, client=known.client, cutoff=known.cutoff, seed=seed, count=0
        )
        held.append(trial.asked)
        told.append(calibration.probability(trial.asked_raw))
    return np.concatenate(held), np.concatenate(told)


def notes(rows: Rows, weaker: str | None, *, what: str) -> list[str]:
    """Sentences on what the labels could not teach; empty when all is well."""
    if len(rows) and len(np.unique(rows.y)) < 2:
        found = f"{what}: all {len(rows)} labels are {rows.y[0]:g}"
        return [f"{found}, so nothing tells clients apart but their expected orders"]
    return [f"{what}: {weaker}"] if weaker else []
