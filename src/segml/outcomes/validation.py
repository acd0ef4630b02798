"""How foretold numbers held on rows they had not seen: the arithmetic of the metrics.

A training's record and a backtest count with the same functions; `segml.evaluation` has one module
a metric, as their documented face.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

Values = npt.NDArray[np.float64]
Metrics = dict[str, float | None]


def auc(lost: Values, risk: Values) -> float:
    """The chance that a lost client has a higher risk than one that stayed; ties count half.

    Range 0 to 1, 0.5 is chance; higher is better. NaN where only one class is present.

    Parameters
    ----------
    lost
        0/1 labels of shape (n,).
    risk
        Scores of shape (n,), higher for more risk, in any unit.

    References
    ----------
    Hanley, McNeil (1982), The meaning and use of the area under a ROC curve, Radiology 143(1).

    Examples
    --------
    >>> auc(np.array([0.0, 0.0, 1.0]), np.array([0.1, 0.4, 0.3]))
    0.5
    """
    if len(np.unique(lost)) < 2:
        return float("nan")
    gone = lost == 1
    above = rankdata(risk)[gone].sum() - gone.sum() * (gone.sum() + 1) / 2
    return float(above / (gone.sum() * (~gone).sum()))


def average_precision(lost: Values, risk: Values) -> float:
    """The mean precision over the lost clients, each at its own place in the list of risks.

    Range 0 to 1, the share of lost clients is chance; higher is better. NaN where only one class is
    present.

    Parameters
    ----------
    lost
        0/1 labels of shape (n,).
    risk
        Scores of shape (n,), higher for more risk, in any unit.

    References
    ----------
    Zhu (2004), Recall, precision and average precision, University of Waterloo; clients of one risk
    share their place, as in scikit-learn's `average_precision_score`.

    Examples
    --------
    >>> average_precision(np.array([0.0, 1.0]), np.array([0.1, 0.4]))
    1.0
    """
    if len(np.unique(lost)) < 2:
        return float("nan")
    order = np.argsort(-risk, kind="stable")
    ends = np.flatnonzero(np.diff(risk[order], append=-np.inf))  # the last of each risk
    found = np.cumsum(lost[order])[ends]
    return float((np.diff(found, prepend=0.0) * found / (ends + 1)).sum() / found[-1])


def brier(lost: Values, probability: Values) -> float:
    """The mean squared distance of the probability from what happened.

    Range 0 to 1; lower is better. NaN where there are no rows.

    Parameters
    ----------
    lost
        0/1 labels of shape (n,).
    probability
        Probabilities of shape (n,).

    References
    ----------
    Brier (1950), Verification of forecasts expressed in terms of probability, Monthly Weather
    Review 78(1).

    Examples
    --------
    >>> brier(np.array([0.0, 1.0]), np.array([0.5, 0.5]))
    0.25
    """
    if len(lost) == 0:
        return float("nan")
    return float(np.mean((probability - lost) ** 2))


def log_loss(lost: Values, probability: Values) -> float:
    """The mean negative log-likelihood of what happened.

    Range 0 to infinity; lower is better. NaN where there are no rows.

    Parameters
    ----------
    lost
        0/1 labels of shape (n,).
    probability
        Probabilities of shape (n,).

    References
    ----------
    Good (1952), Rational decisions, Journal of the Royal Statistical Society B 14(1).

    Examples
    --------
    >>> round(log_loss(np.array([0.0, 1.0]), np.array([0.5, 0.5])), 3)
    0.693
    """
    if len(lost) == 0:
        return float("nan")
    nearest = float(np.finfo(np.float64).eps)  # never infinitely surprised, as scikit-learn's
    p = np.clip(probability, nearest, 1 - nearest)
    return float(-np.mean(np.log(np.where(lost == 1, p, 1 - p))))


def calibration_error(lost: Values, probability: Values) -> float:
    """The mean gap, over ten groups of equal size by probability, between it and the share lost.

    Range 0 to 1; lower is better. NaN where there are no rows.

    Parameters
    ----------
    lost
        0/1 labels of shape (n,).
    probability
        Probabilities of shape (n,).

    References
    ----------
    Naeini, Cooper, Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian
    binning, AAAI; here with groups of equal size.

    Examples
    --------
    >>> calibration_error(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    0.0
    """
    if len(lost) == 0:
        return float("nan")
    groups = equal_groups(probability)
    gaps = [abs(float(probability[g].mean() - lost[g].mean())) * len(g) for g in groups]
    return sum(gaps) / len(lost)


def equal_groups(probability: Values) -> list[npt.NDArray[np.int64]]:
    """The rows in ten groups of equal size by probability, the lowest first; of few rows fewer.

    Parameters
    ----------
    probability
        Shape (n,).
    """
    order = np.argsort(probability, kind="stable")
    return np.array_split(order, min(10, len(order)))


def mae(actual: Values, expected: Values) -> float:
    """The mean distance between what was expected and what came.

    Range 0 to infinity, in money; lower is better. NaN where there are no rows.

    Parameters
    ----------
    actual, expected
        Money of shape (n,).

    References
    ----------
    Willmott, Matsuura (2005), Advantages of the mean absolute error, Climate Research 30.

    Examples
    --------
    >>> mae(np.array([1.0, 3.0]), np.array([2.0, 2.0]))
    1.0
    """
    return float(np.abs(actual - expected).mean()) if len(actual) else float("nan")


def total_ratio(actual: Values, expected: Values) -> float:
    """The expected total over the total that came.

    Range any number; 1 is best. NaN where the total that came is not positive.

    Parameters
    ----------
    actual, expected
        Money of shape (n,).

    References
    ----------
    Fader, Hardie, Lee (2005), Counting your customers the easy way, Marketing Science 24(2): the
    tracking of cumulative totals.

    Examples
    --------
    >>> total_ratio(np.array([1.0, 3.0]), np.array([1.0, 1.0]))
    0.5
    """
    total = float(actual.sum())
    return float(expected.sum()) / total if total > 0 else float("nan")


def coverage(
    actual: Values,
    low: Values,
    high: Values,
) -> float:
    """The share of rows whose amount lies within low and high, both ends included.

    Range 0 to 1; best at the interval's nominal share. NaN where there are no rows.

    Parameters
    ----------
    actual, low, high
        Money of shape (n,).

    References
    ----------
    Vovk, Gammerman, Shafer (2005), Algorithmic Learning in a Random World.

    Examples
    --------
    >>> coverage(np.array([1.0, 3.0]), np.array([0.0, 0.0]), np.array([2.0, 2.0]))
    0.5
    """
    return float(((low <= actual) & (actual <= high)).mean()) if len(actual) else float("nan")


def of_probability(y: Values, p: Values) -> Metrics:
    """AUC, average precision, Brier score, log loss, calibration error; None where undefined.

    Parameters
    ----------
    y, p
        0/1 labels and probabilities, both of shape (n,).
    """
    return _defined(
        {
            "auc": auc(y, p),
            "average_precision": average_precision(y, p),
            "brier": brier(y, p),
            "log_loss": log_loss(y, p),
            "calibration_error": calibration_error(y, p),
        }
    )


def of_money(actual: Values, expected: Values, low: Values, high: Values) -> Metrics:
    """Mean absolute error, ratio of totals and coverage of an amount; None where undefined.

    Parameters
    ----------
    actual, expected, low, high
        Money, all of shape (n,).
    """
    return _defined(
        {
            "mae": mae(actual, expected),
            "total_ratio": total_ratio(actual, expected),
            "coverage": coverage(actual, low, high),
        }
    )


def _defined(found: dict[str, float]) -> Metrics:
    return {name: None if np.isnan(value) else value for name, value in found.items()}
