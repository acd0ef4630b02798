"""How a score held on rows it had not seen: a few numbers for the training record."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

Values = npt.NDArray[np.float64]


def of_probability(y: Values, p: Values) -> dict[str, float | None]:
    """AUC, average precision, Brier score and log loss of probabilities; None where undefined.

    Parameters
    ----------
    y, p
        0/1 labels and probabilities, both of shape (n,).
    """
    if len(np.unique(y)) < 2:
        return dict.fromkeys(("auc", "average_precision", "brier", "log_loss"))
    return {
        "auc": float(roc_auc_score(y, p)),
        "average_precision": float(average_precision_score(y, p)),
        "brier": float(brier_score_loss(y, p)),
        "log_loss": float(log_loss(y, p, labels=[0, 1])),
    }


def of_money(
    actual: Values, expected: Values, low: Values, high: Values
) -> dict[str, float | None]:
    """Mean absolute error, ratio of totals and coverage of an amount; None where undefined.

    Parameters
    ----------
    actual, expected, low, high
        Money, all of shape (n,).
    """
    if len(actual) == 0:
        return dict.fromkeys(("mae", "total_ratio", "coverage"))
    total = float(actual.sum())
    return {
        "mae": float(np.abs(actual - expected).mean()),
        "total_ratio": float(expected.sum()) / total if total > 0 else None,
        "coverage": float(np.mean((low <= actual) & (actual <= high))),
    }
