"""Lift: how much richer in lost clients the top tenth is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def lift(lost: npt.NDArray[np.float64], risk: npt.NDArray[np.float64]) -> float:
    """The share of lost clients among the riskiest tenth over their share among all.

    Range 0 to 10, 1 is chance; higher is better. NaN where only one class is present.

    Parameters
    ----------
    lost
        0/1 labels of shape (n,).
    risk
        Scores of shape (n,), higher for more risk, in any unit.

    References
    ----------
    Ling, Li (1998), Data mining for direct marketing, KDD-98; here the first decile. Ties are
    shared evenly.

    Examples
    --------
    >>> lift(np.array([1.0] + [0.0] * 9), np.arange(10.0)[::-1].copy())
    10.0
    """
    if len(np.unique(lost)) < 2:
        return float("nan")
    top = -(-len(lost) // 10)
    edge = np.sort(risk)[-top]
    above, level = risk > edge, risk == edge
    found = lost[above].sum() + lost[level].mean() * (top - above.sum())
    return float(found / top / lost.mean())
