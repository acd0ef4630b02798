"""Exact path-dependent TreeSHAP for every row, at about the price of a prediction.

The value of a set S of features is the forest's output where a split on a feature of S sends the
row its way, and any other sends it both ways, in the shares of the training rows that went there
(Lundberg, Erion, Lee 2018, arXiv:1802.03888). A leaf of value v whose path holds d features, with
o_j = 1 where the row keeps to the path at all splits on feature j and z_j the share of training
rows that do, is the game v * prod over S of o_j * prod outside S of z_j. Its Shapley values are

    v (o_j - z_j) * integral over t in [0, 1] of prod over i ≠ j of (z_i + t (o_i - z_i)),

a polynomial of degree d - 1 under the integral, which ceil(d / 2) Gauss-Legendre nodes give exactly
(the integral over an inclusion probability: Owen 1972, Management Science 18, 64-79).

Only *which* conditions hold matters, so the answers are written down once for every pattern of
conditions of a few leaves (`groups`, `tables`), and a row needs no more than its patterns and the
sums of the answers (`kernels`). Leafwise tables are in Nadel 2025 (arXiv:2411.08105) as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segml.boosting.matrix import Matrix
from segml.boosting.stretches import side_by_side
from segml.boosting.tables import ShapTables

Values = npt.NDArray[np.float64]
Places = npt.NDArray[np.int32]
Extra = Sequence[tuple[int, Values]]
"""Columns, each with float64 of shape (n,); a column may stand there more than once."""


@dataclass(frozen=True, slots=True, eq=False)
class Leading:
    """The largest contributions of every row.

    Parameters
    ----------
    columns
        int32 of shape (n, top): their features, largest magnitude first, equal ones in column
        order; -1 where fewer features speak.
    values
        float64 of shape (n, top): the contributions; 0 where the column is -1.
    told
        float64 of shape (n,): the sum of all contributions of a row, the small ones too.
    """

    columns: Places
    values: Values
    told: Values


def contributions(tables: ShapTables, X: Matrix) -> Values:
    """The contribution of every feature to every row's raw score: float64 of shape (n, p).

    Parameters
    ----------
    tables
        Of the forest.
    X
        float32 of shape (n, p), already checked.
    """
    from segml.boosting.kernels import explain_rows  # half a second: when needed

    out = np.empty(X.shape)

    def explain(first: int, end: int) -> None:
        explain_rows(X, first, end, tables.rows, tables.forest, out)

    side_by_side(explain, len(X))
    return out


def leading(tables: ShapTables, X: Matrix, *, top: int, weight: float, extra: Extra) -> Leading:
    """The `top` largest contributions of every row; the whole (n, p) never exists.

    Parameters
    ----------
    tables
        Of the forest.
    X
        float32 of shape (n, p), already checked.
    top
        How many, at least one.
    weight
        What the forest's contributions are multiplied by.
    extra
        Added in turn to columns' contributions.
    """
    from segml.boosting.kernels import leading_rows  # half a second: when needed

    found = Leading(np.empty((len(X), top), np.int32), np.empty((len(X), top)), np.empty(len(X)))
    places = np.array([column for column, _ in extra], dtype=np.int64)
    more = np.array([values for _, values in extra], dtype=np.float64).reshape(len(extra), len(X))

    def explain(first: int, end: int) -> None:
        blend, told = (weight, places, more), (found.columns, found.values, found.told)
        leading_rows(X, first, end, tables.rows, tables.forest, blend, told)

    side_by_side(explain, len(X))
    return found


def largest(values: Values, *, top: int) -> Leading:
    """The same of contributions that are all there, float64 of shape (n, p).

    Examples
    --------
    >>> largest(np.array([[0.5, 0.0, -2.0]]), top=2).columns
    array([[2, 0]], dtype=int32)
    """
    columns = np.full((len(values), top), -1, dtype=np.int32)
    order = np.argsort(-np.abs(values), axis=1, kind="stable")[:, :top]
    picked = np.zeros((len(values), top))
    picked[:, : order.shape[1]] = np.take_along_axis(values, order, axis=1)
    columns[:, : order.shape[1]] = order
    columns[picked == 0] = -1
    return Leading(columns=columns, values=picked, told=values.sum(axis=1))
