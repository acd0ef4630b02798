"""Who is lost next: the chance that an active client is lost, or begins to be, within a horizon.

The label is a loss of any kind (it left, shrank, became unprofitable), not the missing order that
`churn` foretells: a client that still buys a little is lost all the same. It is learnt from all
clients, since the few key clients of a portfolio could not teach it, and its level is calibrated
on the key clients' own rows, scored by a forest that never saw their client.

What else is said of the same clients is pooled with it, log odds with log odds and alike: the
labels are losses that were found, which a forest foretells better than those that came, so they
cannot say whom to believe more.

References
----------
Friedman (2001), Greedy Function Approximation: A Gradient Boosting Machine, Annals of Statistics
29; Platt (1999) for the calibration; Genest and Zidek (1986), Combining Probability Distributions,
Statistical Science 1, for the logarithmic pool.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.boosting import fit_forest
from segml.outcomes.calibration import Calibration, fit_calibration
from segml.outcomes.rows import Matrix, Rows, Values

ROUNDS = 100
PARAMS: dict[str, float | int] = {
    "learning_rate": 0.04,
    "num_leaves": 8,
    "max_depth": 4,
    "min_data_in_leaf": 60,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "feature_fraction": 0.4,
    "lambda_l2": 10.0,
}
"""Shallow and slow: more or deeper trees ranked key clients worse on made worlds."""
LEAST_LOST = 30
"""With fewer different clients lost nothing is learnt."""
TOP = 0.1


@dataclass(frozen=True, kw_only=True, eq=False)
class NextLoss:
    """What was learnt, and what it says of the clients asked about.

    Parameters
    ----------
    chance
        (m,) the probability of each client asked about.
    held_out
        (n,) the same of the rows learnt from, each told by a forest that saw nothing of its client.
    lost
        How many different clients were lost among those learnt from.
    """

    chance: Values
    held_out: Values
    lost: int


def learn_next_loss(
    rows: Rows,
    asked: Matrix,
    *,
    like: Sequence[npt.NDArray[np.bool_]],
    seed: int,
    threads: int = 2,
    beside: tuple[Values, Values] | None = None,
) -> NextLoss | None:
    """The chances of the clients asked about; None where too few losses are known.

    Parameters
    ----------
    rows
        One a client and past cut-off; y is 1.0 where it was lost, or began to be, in the horizon.
    asked
        float32 of shape (m, p), the same columns today.
    like
        (n,) each, which rows are like those asked about, the most alike first: the first among
        whom enough were lost set the level; all rows where none has enough.
    seed, threads
        Of LightGBM.
    beside
        (n,) and (m,) log odds of the rows and of the clients asked about that something else gives;
        None: the forest speaks alone.
    """
    order = rows.order
    rows, like = rows.take(order), [each[order] for each in like]
    lost = len(set(rows.client[rows.y > 0]))
    codes, _ = pd.factorize(rows.client, sort=True)
    half = np.random.default_rng(seed).permutation(int(codes.max(initial=-1)) + 1)[codes] % 2
    both = all(0.0 < rows.y[half == side].mean() < 1.0 for side in (0, 1) if (half == side).any())
    if lost < LEAST_LOST or not both:
        return None
    raw = np.zeros(len(rows))
    for side in (0, 1):
        mine = half == side
        learnt = rows.take(np.flatnonzero(~mine))
        raw[mine] = _raw(learnt, rows.X[mine], seed, threads)
    now = _raw(rows, asked, seed, threads)
    if beside is not None:
        raw, now = (raw + beside[0][order]) / 2, (now + beside[1]) / 2
    calibration = _calibrated(rows, raw, like, seed)
    held_out = np.empty(len(rows))
    held_out[order] = calibration.probability(raw)
    return NextLoss(
        chance=calibration.probability(now),
        held_out=held_out,
        lost=lost,
    )


def _raw(rows: Rows, asked: Matrix, seed: int, threads: int) -> Values:
    forest = fit_forest(
        rows.X,
        rows.y,
        columns=rows.columns,
        objective="binary",
        rounds=ROUNDS,
        params=PARAMS,
        categorical=rows.categorical,
        seed=seed,
        threads=threads,
    )
    return np.asarray(forest.raw(asked), dtype=np.float64)


def _calibrated(
    rows: Rows, raw: Values, like: Sequence[npt.NDArray[np.bool_]], seed: int
) -> Calibration:
    enough = (each for each in like if len(set(rows.client[each & (rows.y > 0)])) >= LEAST_LOST)
    chosen = np.flatnonzero(next(enough, np.ones(len(rows), dtype=bool)))
    told = rows.take(chosen)
    return fit_calibration(
        raw[chosen], told.y, client=told.client, cutoff=told.cutoff, seed=seed, count=0
    )


def caught(score: Values, y: Values, *, top: float = TOP) -> float | None:
    """The share of the lost among the rows with the highest scores, in [0, 1]; higher is better.

    Parameters
    ----------
    score
        (n,) higher is riskier; ties count as far as they fall inside, in proportion.
    y
        (n,) 1.0 where lost.
    top
        The share of the rows that is looked at.

    Returns
    -------
    float or None
        None where nobody was lost.

    Examples
    --------
    >>> caught(np.array([3.0, 1.0, 1.0, 1.0]), np.array([1.0, 1.0, 0.0, 0.0]), top=0.5)
    0.6666666666666666
    """
    total, room = float(y.sum()), int(np.ceil(top * len(y)))
    if total == 0.0:
        return None
    line = np.sort(score)[::-1][room - 1]
    above, level = score > line, score == line
    left = room - int(above.sum())
    return float((y[above].sum() + y[level].sum() * left / level.sum()) / total)
