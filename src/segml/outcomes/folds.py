"""Splits by time and by client: no client on both sides, no label that reaches into the test.

Pooling cut-offs and splitting at random looks splendid and then falls apart, because a client's
neighbouring cut-offs share most of their days. So a fold validates one cut-off and one group of
clients; it learns from the other groups alone, and only from cut-offs whose labels have ended by
the validating cut-off, exactly as in production.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.outcomes.rows import Rows, Values

Kind = Literal["time and client", "client", "none"]
GROUPS = 2
"""Groups of clients; two, because each more is one more fit a cut-off and changes little."""
VALIDATED = 3
"""How many of the latest cut-offs validate: more than one season, and bounded time."""


@dataclass(frozen=True)
class Fold:
    """One split: row indices to learn from, row indices to validate on."""

    learn: npt.NDArray[np.int64]
    validate: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Folds:
    """The splits of one set of rows and how strict they are.

    Parameters
    ----------
    kind
        `time and client`: purged as this module says. `client`: the cut-offs lie closer
        together than a label is long, so no earlier label has ended when a later cut-off begins;
        clients are kept apart all the same. `none`: too few clients to split.
    folds
        The splits; every row validates at most once.
    cutoffs
        The cut-offs that validate, days since 1970-01-01.
    """

    kind: Kind
    folds: tuple[Fold, ...]
    cutoffs: tuple[int, ...]

    @property
    def note(self) -> str | None:
        """What is weaker than it should be, in a sentence; None when nothing is."""
        return {
            "time and client": None,
            "client": "history too short to validate by time: validated on other clients of the "
            "same cut-offs, which looks a little better than the future will",
            "none": "too few clients or labels to validate: prior weights are used",
        }[self.kind]

    def teaching(self, y: Values, teach: npt.NDArray[np.bool_] | None = None) -> Folds:
        """The folds from whose teaching rows something can be learnt of labels y, both (n,).

        A fold that learns from a single label learns nothing.
        """
        teach = np.ones(len(y), dtype=bool) if teach is None else teach
        kept = tuple(
            fold for fold in self.folds if len(np.unique(y[fold.learn[teach[fold.learn]]])) > 1
        )
        return replace(self, folds=kept) if kept else Folds("none", (), ())


def split(rows: Rows, *, label_days: int) -> Folds:
    """The splits of rows by time and client, or by client where history is too short for time.

    Parameters
    ----------
    rows
        The rows to split.
    label_days
        Gap and horizon together: a label of cut-off c has ended on day c + label_days.
    """
    groups = client_groups(rows.client)
    cutoffs = np.unique(rows.cutoff)
    validating = [int(c) for c in cutoffs if (cutoffs + label_days <= c).any()][-VALIDATED:]
    folds = [
        _fold((rows.cutoff + label_days <= c) & (groups != g), at & (groups == g))
        for c in validating
        for at in [rows.cutoff == c]
        for g in range(GROUPS)
    ]
    if kept := tuple(fold for fold in folds if fold is not None):
        return Folds("time and client", kept, tuple(validating))
    folds = [_fold(groups != g, groups == g) for g in range(GROUPS)]
    if kept := tuple(fold for fold in folds if fold is not None):
        return Folds("client", kept, tuple(int(c) for c in cutoffs))
    return Folds("none", (), ())


def client_groups(client: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    """The group of every row's client, 0 to GROUPS - 1: a checksum of the id and nothing else.

    Parameters
    ----------
    client
        str of shape (n,).

    Examples
    --------
    >>> client_groups(np.array(["a", "e", "a"], dtype=object)).tolist()
    [1, 0, 1]
    """
    codes, names = pd.factorize(client)
    marks = [zlib.crc32(str(name).encode()) for name in names]
    return (np.array(marks, dtype=np.int64) % GROUPS)[codes] if marks else np.zeros(0, np.int64)


def _fold(learn: npt.NDArray[np.bool_], validate: npt.NDArray[np.bool_]) -> Fold | None:
    """The fold, or None where one side is empty."""
    if not (validate.any() and learn.any()):
        return None
    return Fold(np.flatnonzero(learn), np.flatnonzero(validate))
