"""Realised performance: what became of published scores, held against the model's card.

===========  ============================================  =========================================
metric       value and [low, high]                         worse where
===========  ============================================  =========================================
auc          of the published risks, 90 % interval         the whole interval lies below the card's
lost_ratio   clients expected to be lost over those that   1 lies outside, by more than chance: so
             were; of both ends of the model's intervals   many were lost in no season it foresaw
total_ratio  expected profit over the profit that came,    the whole interval is farther from 1, on
             90 % interval                                 one side, than the card's
===========  ============================================  =========================================

The intervals say what chance can do with so many clients. They do not hold the luck of a season,
which all clients share: one month that is worse is a reason to look, several are one to train.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from segml.evaluation.lead import COVERAGE, auc_lead
from segml.evaluation.total_ratio import total_ratio

READS = (
    *("client_id", "status", "p_churn", "p_churn_low", "p_churn_high", "expected_profit"),
    "model_version",
)
"""The columns of published scores that are read."""
COLUMNS = ("outcome", "metric", "value", "low", "high", "card", "clients", "is_worse")
_REACH = float(norm.ppf((1 + COVERAGE) / 2))

Values = npt.NDArray[np.float64]
_Row = tuple[str, str, float, float, float, float, int, bool]


def realised(
    scores: pd.DataFrame,
    *,
    lost: pd.Series | None,
    profit: pd.Series | None,
    card: Mapping[str, float | None],
) -> pd.DataFrame:
    """How the scores of one day held.

    Parameters
    ----------
    scores
        Published scores, `READS`.
    lost
        1.0 for each client without an order in the churn horizon, else 0.0, by client id; None
        where that horizon has not passed.
    profit
        The profit of the potential horizon, likewise.
    card
        The version's figures: `churn/auc`, `potential/total_ratio`.

    Returns
    -------
    DataFrame
        `COLUMNS`, a row a metric. A figure is missing where it is undefined, all of them where
        nobody was active (churn) or had bought (potential).
    """
    rows: list[_Row] = []
    if lost is not None:
        active = scores[scores["status"].eq("active").to_numpy(dtype=bool)]
        came = lost.reindex(active["client_id"]).to_numpy(np.float64)
        rows += [_auc(active, came, _of(card, "churn/auc")), _lost_ratio(active, came)]
    if profit is not None:
        bought = scores[scores["status"].ne("prospect").to_numpy(dtype=bool)]
        earned = profit.reindex(bought["client_id"]).to_numpy(np.float64)
        rows.append(_total_ratio(bought, earned, _of(card, "potential/total_ratio")))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of(card: Mapping[str, float | None], name: str) -> float:
    found = card.get(name)
    return np.nan if found is None else found


def _auc(active: pd.DataFrame, lost: Values, card: float) -> _Row:
    lead = auc_lead(lost, active["p_churn"].to_numpy(np.float64), np.zeros(len(lost)))
    low, high = (float(np.clip(0.5 + end, 0.0, 1.0)) for end in (lead.low, lead.high))
    return ("churn", "auc", lead.own, low, high, card, len(lost), bool(high < card))


def _lost_ratio(active: pd.DataFrame, lost: Values) -> _Row:
    """The interval is the one that the model gave; chance is the spread of the sum of labels."""
    names = ("p_churn", "p_churn_low", "p_churn_high")
    chances = {name: active[name].to_numpy(np.float64) for name in names}
    told = [float(each.sum()) for each in chances.values()]
    total = float(lost.sum())
    reach = _REACH * float(np.sqrt(((lost - chances["p_churn"]) ** 2).sum()))
    is_worse = total + reach < told[1] or total - reach > told[2]
    value, low, high = (each / total if total > 0 else np.nan for each in told)
    return ("churn", "lost_ratio", value, low, high, np.nan, len(lost), bool(is_worse))


def _total_ratio(bought: pd.DataFrame, profit: Values, card: float) -> _Row:
    """The interval by the delta method, in the ratio's logarithm: Cochran (1977), chapter 6."""
    expected = bought["expected_profit"].to_numpy(np.float64)
    value = total_ratio(profit, expected)
    low = high = np.nan
    if value > 0:
        off = expected - value * profit
        reach = _REACH * float(np.sqrt((off**2).sum())) / float(expected.sum())
        low, high = (float(value * np.exp(side * reach)) for side in (-1, 1))
    nearest = max(np.log(low), -np.log(high), 0.0) if value > 0 else np.nan
    is_worse = bool(nearest > abs(np.log(card))) if card > 0 else False
    return ("potential", "total_ratio", value, low, high, card, len(profit), is_worse)


def realised_sentences(found: pd.DataFrame) -> list[str]:
    """A sentence for each figure that is worse than the card says.

    Parameters
    ----------
    found
        Rows of `realised`, each with the day it was scored for as `as_of`.
    """
    rows = found[found["is_worse"]].to_dict("records")
    return [_SENTENCES[str(row["metric"])].format_map(row) for row in rows]


_SENTENCES = {
    "auc": (
        "scores of {as_of}: the risks told who would be lost with an AUC of {value:.3f} (at most "
        "{high:.3f}), less than the {card:.3f} of the model's card"
    ),
    "lost_ratio": (
        "scores of {as_of}: {value:.2f} times as many clients were expected to be lost as were, "
        "by the model's own intervals {low:.2f} to {high:.2f}"
    ),
    "total_ratio": (
        "scores of {as_of}: {value:.2f} times the profit that came was expected ({low:.2f} to "
        "{high:.2f}), on the model's card {card:.2f}"
    ),
}
