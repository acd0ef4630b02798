"""Parts of the validated rows that are judged apart: key clients and newcomers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from segml.outcomes.rows import Rows
from segml.outcomes.validation import Metrics

Mask = npt.NDArray[np.bool_]

KEY_SHARE = 10
"""Key rows are the top tenth by spend of their cut-off: a rule that no model made."""
NEW_DAYS = 365
"""Newcomers have been clients for less than this."""


def slices(rows: Rows) -> dict[str, Mask]:
    """Masks of the rows' parts, by name; a part whose feature is absent is left out.

    Parameters
    ----------
    rows
        Of any cut-offs, n in all.

    Returns
    -------
    dict
        `key` (top tenth by `spend_365` of its cut-off) and `new` (`tenure_days` under a year),
        each bool of shape (n,).
    """
    found = {}
    if "spend_365" in rows.columns:
        found["key"] = top_tenth(_column(rows, "spend_365"), rows.cutoff)
    if "tenure_days" in rows.columns:
        found["new"] = _column(rows, "tenure_days") < NEW_DAYS
    return found


def top_tenth(spend: npt.NDArray[np.floating], cutoff: npt.NDArray[np.int64]) -> Mask:
    """Whether a row is among the top tenth by spend of its cut-off, rounded up: the key rows.

    Parameters
    ----------
    spend
        Money of shape (n,); of equal ones the first in order goes first, NaN comes last.
    cutoff
        Shape (n,): rows of one cut-off are ranked together.

    Examples
    --------
    >>> top_tenth(np.array([5.0, 9.0, 2.0]), np.array([0, 0, 1])).tolist()
    [False, True, True]
    """
    top = np.zeros(len(spend), dtype=bool)
    for day in np.unique(cutoff):
        inside = np.flatnonzero(cutoff == day)
        ranked = inside[np.argsort(-spend[inside], kind="stable")]
        top[ranked[: -(-len(ranked) // KEY_SHARE)]] = True
    return top


def by_slice(rows: Rows, measure: Callable[[Mask], Metrics]) -> Metrics:
    """A measure of all rows and of each part: `auc`, `auc/key`, `auc/new`.

    Parameters
    ----------
    rows
        The validated rows.
    measure
        Takes a mask of them, gives metrics by name.
    """
    found = measure(np.ones(len(rows), dtype=bool))
    for part, mask in slices(rows).items():
        found |= {f"{name}/{part}": value for name, value in measure(mask).items()}
    return found


def _column(rows: Rows, name: str) -> npt.NDArray[np.float32]:
    return rows.X[:, rows.columns.index(name)]
