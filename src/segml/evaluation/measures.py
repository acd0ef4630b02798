"""Which metric is measured on which columns of a backtest's predictions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from segml.evaluation.auc import auc
from segml.evaluation.average_precision import average_precision
from segml.evaluation.brier import brier
from segml.evaluation.calibration_error import calibration_error
from segml.evaluation.coverage import coverage
from segml.evaluation.gini import gini
from segml.evaluation.lift import lift
from segml.evaluation.log_loss import log_loss
from segml.evaluation.mae import mae
from segml.evaluation.spearman import spearman
from segml.evaluation.total_ratio import total_ratio

Values = npt.NDArray[np.float64]
Metric = Callable[[Values, Values], float]

RANKING: Mapping[str, Metric] = MappingProxyType(
    {"auc": auc, "average_precision": average_precision, "lift": lift}
)
"""Of any risk."""
PROBABILITY: Mapping[str, Metric] = MappingProxyType(
    {"brier": brier, "log_loss": log_loss, "calibration_error": calibration_error}
)
"""Of a probability of being lost."""
MONEY: Mapping[str, Metric] = MappingProxyType(
    {"spearman": spearman, "gini": gini, "mae": mae, "total_ratio": total_ratio}
)
"""Of expected profit."""

RANGE: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        **dict.fromkeys(("auc", "average_precision", "brier"), (0.0, 1.0)),
        **dict.fromkeys(("calibration_error", "coverage"), (0.0, 1.0)),
        **dict.fromkeys(("auc_lead", "spearman", "gini"), (-1.0, 1.0)),
        **dict.fromkeys(("log_loss", "mae"), (0.0, float("inf"))),
        "lift": (0.0, 10.0),
    }
)
"""Between what a metric lies, where it is bounded."""
OUTCOME: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys((*RANKING, *PROBABILITY, "auc_lead"), "lost"),
        **dict.fromkeys((*MONEY, "coverage"), "profit"),
    }
)
"""The column a metric's rows must know: where it is NaN the row is not measured."""
MODEL = "segml"


def measure(columns: Mapping[str, Values], risks: tuple[str, ...]) -> dict[tuple[str, str], float]:
    """Every metric of one slice of one origin, by (model, metric).

    Parameters
    ----------
    columns
        Arrays of shape (n,): `lost` (NaN for who cannot churn), one of risks a model, `profit`
        (NaN where its horizon is not over), `expected_profit` and its low and high.
    risks
        The names of the models' columns, `segml`'s own first.

    Returns
    -------
    dict
        Metric values, NaN where undefined; `auc_lead` is the model's AUC less that baseline's.
    """
    found = _of_churn(columns, risks)
    known = ~np.isnan(columns["profit"])
    actual, expected, low, high = (
        columns[name][known]
        for name in ("profit", "expected_profit", "expected_profit_low", "expected_profit_high")
    )
    found |= {(MODEL, name): metric(actual, expected) for name, metric in MONEY.items()}
    found[MODEL, "coverage"] = coverage(actual, low, high)
    return found


def _of_churn(
    columns: Mapping[str, Values], risks: tuple[str, ...]
) -> dict[tuple[str, str], float]:
    can = ~np.isnan(columns["lost"])
    lost = columns["lost"][can]
    found = {
        (model, name): metric(lost, columns[model][can])
        for model in risks
        for name, metric in RANKING.items()
    }
    for name, metric in PROBABILITY.items():
        found[MODEL, name] = metric(lost, columns[MODEL][can])
    for model in risks:
        if model != MODEL:
            found[model, "auc_lead"] = found[MODEL, "auc"] - found[model, "auc"]
    return found
