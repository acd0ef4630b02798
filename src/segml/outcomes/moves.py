"""Tier moves: whether a client will stand in a higher or a lower tier some days from now.

A multinomial logistic regression on few quantities, one a horizon: how far the tiers above and
below are, how the value ran lately against its year, the churn score, how long the client has been
one, and the tier itself. It is shrunk twice: by a ridge, and by the share of what the quantities
say that later cut-offs bore out; what is left is the tier's own rate of moves.

Nobody rises above the top or falls below the lowest tier: there the chance is exactly zero.

References
----------
Guo, Pleiss, Sun, Weinberger (2017), On calibration of modern neural networks, ICML: the one
temperature of a multinomial score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from segml.outcomes.rows import Values, weights_of
from segml.words.one_thread import one_thread

Ints = npt.NDArray[np.int64]
DOWN, STAY, UP = 0, 1, 2
"""The classes, in their order."""
RIDGE = 3.0
"""How many clients the tiers' own rates are worth."""
LEAST_MOVED = 20
"""With fewer different clients than this that rose, or that fell, nothing is said."""
LEAST_SHARE, MOST_SHARE = 0.0, 1.5
"""Of what the quantities say; above one where the ridge held back too much."""
FARTHEST = 4.0
"""Quantities are cut at so many spreads from their mean: one odd client tells no more than that."""


@dataclass(frozen=True, kw_only=True, eq=False)
class MoveRows:
    """Rows of several cut-offs: where clients stood, and where they stood later.

    Parameters
    ----------
    quantities
        float64 of shape (n, q), NaN for missing.
    columns
        The q names.
    rank
        int64 of shape (n,), the tier at the cut-off, 1 = top.
    move
        int64 of shape (n,): `DOWN`, `STAY` or `UP`.
    client, cutoff
        Whose and of when each row is, shape (n,).
    """

    quantities: Values
    columns: tuple[str, ...]
    rank: Ints
    move: Ints
    client: npt.NDArray[np.object_]
    cutoff: Ints

    def __len__(self) -> int:
        return len(self.move)

    def take(self, at: npt.NDArray[np.int64]) -> MoveRows:
        """The rows at the indices `at`."""
        return replace(
            self,
            quantities=self.quantities[at],
            rank=self.rank[at],
            move=self.move[at],
            client=self.client[at],
            cutoff=self.cutoff[at],
        )

    @property
    def weight(self) -> Values:
        """What each row counts, shape (n,)."""
        return weights_of(self.client)

    @property
    def moved(self) -> int:
        """Different clients that rose, or those that fell, whichever are fewer."""
        return min(len(set(self.client[self.move == way])) for way in (DOWN, UP))


@dataclass(frozen=True, kw_only=True)
class Moves:
    """The chances of a higher and of a lower tier after one horizon.

    Parameters
    ----------
    horizon_days
        The horizon.
    tiers
        How many tiers there are.
    columns, centre, spread
        The q quantities, their means and spreads over the rows learnt on.
    of_rank
        Each tier's own scores, (tiers, 3): down, stay, up.
    of_quantity
        What a spread more of each quantity adds, (q, 3).
    share
        How much of the quantities' word later cut-offs bore out.
    record
        How it was learnt and how it held, as plain values.
    """

    horizon_days: int
    tiers: int
    columns: tuple[str, ...]
    centre: tuple[float, ...]
    spread: tuple[float, ...]
    of_rank: tuple[tuple[float, ...], ...]
    of_quantity: tuple[tuple[float, ...], ...]
    share: float
    record: Mapping[str, Any]

    def probabilities(self, quantities: Values, rank: Ints) -> Values:
        """The chances of down, stay and up, shape (n, 3); rows sum to 1.

        Parameters
        ----------
        quantities
            float64 of shape (n, q), NaN for missing: the mean is then taken.
        rank
            Shape (n,), 1 = top.
        """
        z = _standardised(quantities, np.array(self.centre), np.array(self.spread))
        score = np.array(self.of_rank)[rank - 1]
        for column, weights in zip(z.T, np.array(self.of_quantity), strict=True):
            score = score + self.share * column[:, None] * weights[None, :]
        score[rank == 1, UP] = -np.inf
        score[rank == self.tiers, DOWN] = -np.inf
        return np.asarray(softmax(score, axis=1), dtype=np.float64)

    def to_json(self) -> dict[str, Any]:
        """The moves as plain values."""
        return {
            **{name: getattr(self, name) for name in ("horizon_days", "tiers", "share")},
            **{name: list(getattr(self, name)) for name in ("columns", "centre", "spread")},
            **{name: [list(one) for one in getattr(self, name)] for name in _TABLES},
            "record": dict(self.record),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Moves:
        """The moves read back, equal to those written."""
        lists = {name: tuple(value[name]) for name in ("columns", "centre", "spread")}
        tables = {name: tuple(tuple(one) for one in value[name]) for name in _TABLES}
        return cls(**{**value, **lists, **tables})


_TABLES = ("of_rank", "of_quantity")


def fit_moves(
    rows: MoveRows, *, horizon_days: int, tiers: int, share: float, record: Mapping[str, Any]
) -> Moves:
    """The moves of labelled rows, as far as `share` trusts the quantities.

    Parameters
    ----------
    rows
        Not all of one class.
    horizon_days, tiers
        The horizon, and how many tiers there are.
    share
        Of `Moves`.
    record
        What is to be kept with it.
    """
    known = ~np.isnan(rows.quantities)
    count = np.maximum(known.sum(axis=0), 1)
    filled = np.where(known, rows.quantities, 0.0)
    centre = filled.sum(axis=0) / count
    spread = np.sqrt((np.where(known, filled - centre, 0.0) ** 2).sum(axis=0) / count)
    spread = np.where(spread > 1e-9, spread, 1.0)
    z = _standardised(rows.quantities, centre, spread)
    ranks = (rows.rank[:, None] == np.arange(1, tiers + 1)).astype(np.float64)
    # a handful of steps where gradients alone take hundreds: there are few columns and many rows
    model = LogisticRegression(C=1.0 / RIDGE, tol=1e-6, max_iter=2000, solver="newton-cholesky")
    # one thread: sums in another order would change last bits
    with one_thread():
        model.fit(np.hstack([ranks, z]), rows.move, sample_weight=rows.weight)
    coef = np.full((3, tiers + z.shape[1]), 0.0)
    level = np.full(3, -np.inf)
    binary = len(model.classes_) == 2
    coef[model.classes_] = np.vstack([-model.coef_, model.coef_]) / 2 if binary else model.coef_
    level[model.classes_] = (
        np.append(-model.intercept_, model.intercept_) / 2 if binary else model.intercept_
    )
    level = np.maximum(level, -30.0)
    return Moves(
        horizon_days=horizon_days,
        tiers=tiers,
        columns=rows.columns,
        centre=tuple(map(float, centre)),
        spread=tuple(map(float, spread)),
        of_rank=tuple(tuple(map(float, level + coef[:, t])) for t in range(tiers)),
        of_quantity=tuple(tuple(map(float, coef[:, tiers + j])) for j in range(z.shape[1])),
        share=share,
        record=record,
    )


def best_share(moves: Moves, rows: MoveRows) -> float:
    """How much of the quantities' word these rows bear out: the least surprise of what came.

    Parameters
    ----------
    moves
        Learnt without these rows.
    rows
        Of later cut-offs, or of other clients.
    """
    weight = rows.weight

    def surprise(share: float) -> float:
        told = replace(moves, share=share).probabilities(rows.quantities, rows.rank)
        return float(weight @ -np.log(np.maximum(_came(told, rows), 1e-12)))

    found = minimize_scalar(
        surprise, bounds=(LEAST_SHARE, MOST_SHARE), method="bounded", options={"xatol": 1e-3}
    )
    return float(found.x)


def _came(told: Values, rows: MoveRows) -> Values:
    return np.asarray(told[np.arange(len(rows)), rows.move])


def _standardised(quantities: Values, centre: Values, spread: Values) -> Values:
    return np.nan_to_num(np.clip((quantities - centre) / spread, -FARTHEST, FARTHEST))
