"""Which metric is measured on which columns of a backtest's predictions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from segml.evaluation.auc import auc
from segml.evaluation.average_precision import average_precision
from segml.evaluation.brier import brier
from segml.evaluation.calibration_error import calibration_error
from segml.evaluation.calibration_slope import calibration_slope
from segml.evaluation.coverage import coverage
from segml.evaluation.empb import empb
from segml.evaluation.gini import gini
from segml.evaluation.lift import lift
from segml.evaluation.log_loss import log_loss
from segml.evaluation.mae import mae
from segml.evaluation.money_saved import money_saved
from segml.evaluation.pinball import pinball
from segml.evaluation.profit_caught import profit_caught
from segml.evaluation.spearman import spearman
from segml.evaluation.total_ratio import total_ratio
from segml.evaluation.width import width

Values = npt.NDArray[np.float64]
Metric = Callable[[Values, Values], float]
Weighed = Callable[[Values, Values, Values], float]
Found = dict[tuple[str, str], float]

RANKING: Mapping[str, Metric] = MappingProxyType(
    {"auc": auc, "average_precision": average_precision, "lift": lift}
)
"""Of any risk."""
PROBABILITY: Mapping[str, Metric] = MappingProxyType(
    {
        "brier": brier,
        "log_loss": log_loss,
        "calibration_error": calibration_error,
        "calibration_slope": calibration_slope,
    }
)
"""Of a probability of being lost."""
DECISION: Mapping[str, Weighed] = MappingProxyType(
    {"empb": empb, "profit_caught": profit_caught, "money_saved": money_saved}
)
"""Of any risk and what each client is worth."""
MONEY: Mapping[str, Metric] = MappingProxyType(
    {"spearman": spearman, "gini": gini, "total_ratio": total_ratio}
)
"""Of the expected, mean profit."""
MEDIAN: Mapping[str, Metric] = MappingProxyType({"mae": mae})
"""Of the median profit: it is what makes an absolute error least."""
INTERVAL: Mapping[str, Weighed] = MappingProxyType(
    {"coverage": coverage, "pinball": pinball, "width": width}
)
"""Of the profit and the two ends of its interval."""

RANGE: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        **dict.fromkeys(("auc", "average_precision", "brier"), (0.0, 1.0)),
        **dict.fromkeys(("calibration_error", "coverage", "profit_caught"), (0.0, 1.0)),
        **dict.fromkeys(("auc_lead", "spearman", "gini"), (-1.0, 1.0)),
        **dict.fromkeys(("log_loss", "mae", "pinball", "width", "empb"), (0.0, float("inf"))),
        "lift": (0.0, 10.0),
    }
)
"""Between what a metric lies, where it is bounded."""
OUTCOME: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys((*RANKING, *PROBABILITY, *DECISION, "auc_lead"), "lost"),
        **dict.fromkeys((*MONEY, *MEDIAN, *INTERVAL), "profit"),
    }
)
"""The column a metric's rows must know: where it is NaN the row is not measured."""
MODEL, PREVIOUS = "segml", "previous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """Whose columns are measured, `segml`'s first.

    Parameters
    ----------
    risks
        A column each, and one of its probability.
    money
        Four columns each: mean, median, low, high.
    """

    risks: tuple[str, ...]
    money: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is measured."""
        told = dict.fromkeys(name for risk in self.risks for name in (risk, chance_column(risk)))
        spreads = dict.fromkeys(name for money in self.money for name in money_columns(money))
        return (*told, *spreads)


def chance_column(risk: str) -> str:
    """The column of a model's probability: its own where its risk is one.

    Examples
    --------
    >>> chance_column("segml"), chance_column("recency")
    ('segml', 'p_recency')
    """
    return risk if risk in (MODEL, PREVIOUS) else f"p_{risk}"


def money_columns(model: str) -> tuple[str, str, str, str]:
    """The columns of a model's expected profit: mean, median, low and high.

    Examples
    --------
    >>> money_columns("last_year")
    ('last_year', 'last_year', 'last_year_low', 'last_year_high')
    """
    if model == MODEL:
        return ("expected_profit", "median_profit", "expected_profit_low", "expected_profit_high")
    return (model, model, f"{model}_low", f"{model}_high")


def measure(columns: Mapping[str, Values], models: Models, *, brief: bool = False) -> Found:
    """Every metric of one slice of one origin, by (model, metric).

    Parameters
    ----------
    columns
        Arrays of shape (n,): `lost` (NaN for who cannot churn), `profit` (NaN where its horizon is
        not over), `worth`, and `Models.columns`. A model with an unknown value has no metric.
    models
        Who is measured.
    brief
        Whether baselines are measured by AUC alone.

    Returns
    -------
    dict
        Metric values, NaN where undefined; `auc_lead` is the model's AUC less that baseline's.
    """
    found: Found = {}
    can = ~np.isnan(columns["lost"])
    asked = ("lost", "worth", *{n: 1 for r in models.risks for n in (r, chance_column(r))})
    rows = {name: columns[name][can] for name in asked}
    for risk in models.risks:
        found |= _of_risk(rows, risk, brief=brief and risk != MODEL)
        if risk != MODEL:
            found[risk, "auc_lead"] = found[MODEL, "auc"] - found[risk, "auc"]
    over = ~np.isnan(columns["profit"])
    actual = columns["profit"][over]
    for money in models.money:
        if money == MODEL or not brief:
            told = [columns[name][over] for name in money_columns(money)]
            found |= {(money, name): value for name, value in _of_money(actual, told).items()}
    return found


def _of_risk(rows: Mapping[str, Values], model: str, *, brief: bool) -> Found:
    lost, worth, risk = rows["lost"], rows["worth"], rows[model]
    told = rows[chance_column(model)]
    known = not np.isnan(risk).any()
    chances = {} if brief or np.isnan(told).any() else PROBABILITY
    ranking = {"auc": auc} if brief else RANKING
    found = {name: metric(lost, risk) if known else np.nan for name, metric in ranking.items()}
    if not brief:
        found |= dict.fromkeys(PROBABILITY, np.nan)
        found |= {name: metric(lost, told) for name, metric in chances.items()}
        found |= {n: m(lost, risk, worth) if known else np.nan for n, m in DECISION.items()}
    return {(model, name): value for name, value in found.items()}


def _of_money(actual: Values, told: list[Values]) -> dict[str, float]:
    mean, median, low, high = told
    found = {name: metric(actual, mean) for name, metric in MONEY.items()}
    found |= {name: metric(actual, median) for name, metric in MEDIAN.items()}
    has = not (np.isnan(low).any() or np.isnan(high).any())
    spread = {n: metric(actual, low, high) if has else np.nan for n, metric in INTERVAL.items()}
    return found | spread
