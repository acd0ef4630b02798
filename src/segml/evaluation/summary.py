"""From predictions to a table: means over origins with intervals by bootstrap over clients."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.evaluation.measures import OUTCOME, RANGE, Models, measure
from segml.evaluation.slices import FULL, slices_of

Values = npt.NDArray[np.float64]
TABLE = ("slice", "model", "metric", "mean", "low", "high", "origins", "clients")
BY_ORIGIN = ("origin", "slice", "model", "metric", "value", "clients")
COVERAGE = 0.9


def by_origin(predictions: pd.DataFrame, models: Models) -> pd.DataFrame:
    """Every metric at every origin.

    Parameters
    ----------
    predictions
        As `Backtest.predictions`.
    models
        Who is measured.

    Returns
    -------
    DataFrame
        Columns `BY_ORIGIN`: origin (a date), slice, model, metric, value, clients
        (whose outcome the metric knows: the label of churn, or the profit).
    """
    rows = [
        (origin, which, model, metric, value, int(part[OUTCOME[metric]].notna().sum()))
        for origin, at in predictions.groupby("origin")
        for which, part in slices_of(at)
        for (model, metric), value in measure(
            _arrays(part, models), models, brief=which not in FULL
        ).items()
    ]
    return pd.DataFrame(rows, columns=list(BY_ORIGIN))


def summarise(predictions: pd.DataFrame, models: Models, *, draws: int, seed: int) -> pd.DataFrame:
    """The mean of every metric over origins, each origin counting once.

    Parameters
    ----------
    predictions, models
        As for `by_origin`.
    draws
        Bootstrap draws of clients; a client is drawn with all its origins.
    seed
        Of the bootstrap.

    Returns
    -------
    DataFrame
        Columns `TABLE`: slice, model, metric, mean, low, high (a 90 % interval), origins (in
        which the metric is defined) and clients (distinct ones whose outcome the metric knows).

    Notes
    -----
    The interval is that of the draws, moved by what their mean is off the table's own. Of most
    metrics that is nothing; a calibration error is a mean of absolute gaps, which every draw's own
    chance widens, so that its draws lie too high.

    References
    ----------
    Efron, Tibshirani (1993), An Introduction to the Bootstrap, chapter 10: the estimate of bias.
    """
    single = by_origin(predictions, models)
    drawn = _drawn(predictions, models, draws=draws, seed=seed)
    sizes = {
        (which, outcome): part.loc[part[outcome].notna(), "client_id"].nunique()
        for which, part in slices_of(predictions)
        for outcome in sorted(set(OUTCOME.values()))
    }
    rows = []
    for key, values in single.groupby(["slice", "model", "metric"], sort=False)["value"]:
        which, model, metric = (str(name) for name in key)
        known = values.dropna()
        mean = float(known.mean()) if len(known) else np.nan
        low, high = _interval(drawn[which, model, metric], mean, metric)
        clients = sizes[which, OUTCOME[metric]]
        rows.append((which, model, metric, mean, low, high, len(known), clients))
    return pd.DataFrame(rows, columns=list(TABLE))


def _interval(draws: Values, mean: float, metric: str) -> tuple[float, float]:
    """The middle of the draws, moved by their bias and kept within the metric's range."""
    if len(draws) == 0:
        return np.nan, np.nan
    tail = (1 - COVERAGE) / 2
    ends = np.quantile(draws, [tail, 1 - tail]) - (draws.mean() - mean)
    low, high = np.clip(ends, *RANGE.get(metric, (-np.inf, np.inf)))
    return float(low), float(high)


def _arrays(part: pd.DataFrame, models: Models) -> dict[str, Values]:
    names = ("lost", "profit", "worth", *models.columns)
    return {name: part[name].to_numpy(np.float64) for name in names}


def _drawn(
    predictions: pd.DataFrame, models: Models, *, draws: int, seed: int
) -> Mapping[tuple[str, str, str], Values]:
    """The mean over origins of every metric in every draw, by (slice, model, metric)."""
    rng = np.random.default_rng(seed)
    codes, clients = pd.factorize(predictions["client_id"], sort=True)
    parts = [
        (which, _arrays(part, models), codes[predictions.index.get_indexer(part.index)])
        for _, at in predictions.groupby("origin")
        for which, part in slices_of(at)
    ]
    found: dict[tuple[str, str, str], list[float]] = {}
    for _ in range(draws):
        often = rng.multinomial(len(clients), np.full(len(clients), 1 / len(clients)))
        single: dict[tuple[str, str, str], list[float]] = {}
        for which, columns, who in parts:
            chosen = np.repeat(np.arange(len(who)), often[who])
            picked = {name: values[chosen] for name, values in columns.items()}
            for (model, metric), value in measure(picked, models, brief=which not in FULL).items():
                single.setdefault((which, model, metric), []).append(value)
        for key, values in single.items():
            known = [value for value in values if not np.isnan(value)]
            found.setdefault(key, []).extend([float(np.mean(known))] if known else [])
    return {key: np.array(values) for key, values in found.items()}
