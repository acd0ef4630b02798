"""What the grade of a whole backtest rests on: its table's means and intervals over all origins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from segml.evaluation.calibration_error import calibration_beyond
from segml.evaluation.grade import Standing
from segml.evaluation.lead import Lead
from segml.evaluation.measures import MODEL

Figures = Mapping[tuple[str, str, str], tuple[float, float, float]]
CHANCE = 0.5
"""The AUC of no knowledge."""


def standing_over(
    table: pd.DataFrame, predictions: pd.DataFrame, baselines: Sequence[str]
) -> Standing:
    """What the grade of a backtest rests on.

    Parameters
    ----------
    table
        As `Backtest.table`: its intervals are the leads'.
    predictions
        As `Backtest.predictions`.
    baselines
        The simple rules; the one with the highest mean AUC is to be beaten, for key clients apart.
        The model itself, not retrained, is none.
    """
    told = _figures(table)
    baseline, over_all = _best_lead(told, "all", baselines)
    key_baseline, over_key = _best_lead(told, "key", baselines)
    auc, low, high = told["all", MODEL, "auc"]
    return Standing(
        baseline=baseline,
        key_baseline=key_baseline,
        over_all=over_all,
        over_key=over_key,
        signal=Lead(own=auc, other=CHANCE, low=low - CHANCE, high=high - CHANCE),
        calibration=_beyond_chance(predictions),
    )


def _figures(table: pd.DataFrame) -> Figures:
    """Mean, low and high by (slice, model, metric)."""
    names = zip(table["slice"], table["model"], table["metric"], strict=True)
    values = table[["mean", "low", "high"]].to_numpy(np.float64).tolist()
    return {
        (str(which), str(model), str(metric)): (mean, low, high)
        for (which, model, metric), (mean, low, high) in zip(names, values, strict=True)
    }


def _best_lead(told: Figures, which: str, baselines: Sequence[str]) -> tuple[str, Lead]:
    means = {name: told[which, name, "auc"][0] for name in baselines}
    best = max(means, key=lambda name: np.nan_to_num(means[name], nan=-1.0))
    _, low, high = told[which, best, "auc_lead"]
    auc, _, _ = told[which, MODEL, "auc"]
    return best, Lead(own=auc, other=means[best], low=low, high=high)


def _beyond_chance(predictions: pd.DataFrame) -> float:
    """The mean calibration error of the origins, less what right probabilities would show."""
    gaps = [
        calibration_beyond(at["lost"].to_numpy(np.float64), at[MODEL].to_numpy(np.float64))
        for _, at in predictions.dropna(subset=["lost"]).groupby("origin")
    ]
    return max(0.0, float(np.mean(gaps))) if gaps else float("nan")
