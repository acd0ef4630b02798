"""Trials: a fold's rows foretold as production would have foretold them, nothing shared.

A fold's halves have seen neither the validating clients nor a label that ends after the validating
cut-off. What is fitted on top of a score (calibration, smearing, spread) must not see more than
that, or its own figures flatter it. So a trial carries, beside the scores of the rows that are
asked about, those of the rows whose labels were known by then, each by halves of the same date
that never saw its client: exactly what production calibrates on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segml.outcomes.folds import Fold, client_groups
from segml.outcomes.halves import Halves
from segml.outcomes.level import level_of
from segml.outcomes.rows import Rows, Values, weights_of
from segml.outcomes.stacking import Loss

Index = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Seen:
    """One fold, and the halves fitted on its learning rows."""

    fold: Fold
    halves: Halves


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What a fold could know, and what it was asked; indices of one set of rows, raw scores.

    Parameters
    ----------
    known, known_raw
        Shape (k,): the rows the fold could learn from, all of other clients, and their raw scores
        by halves that never saw their clients. Empty where no such halves were fitted.
    asked, asked_raw
        Shape (m,): the validating rows and their raw scores.
    """

    known: Index
    known_raw: Values
    asked: Index
    asked_raw: Values


def trials(
    rows: Rows, seen: Sequence[Seen], shares: Values, *, loss: Loss, teach: Mask
) -> tuple[Trial, ...]:
    """One trial a fold, its scores at the level of what the fold learnt on.

    Parameters
    ----------
    rows
        The rows that the folds split.
    seen
        Folds with their halves.
    shares
        Shape (2,), the weights of curves and forest.
    loss
        Of the score.
    teach
        Shape (n,): rows whose labels mean something.
    """
    replay = _Replay(rows, seen, client_groups(rows.client), shares)
    return tuple(replay.trial(one, loss=loss, teach=teach) for one in seen)


@dataclass(frozen=True)
class _Replay:
    """The rows, the halves of every fold, the group of every row, the weights of the halves."""

    rows: Rows
    seen: Sequence[Seen]
    groups: Index
    shares: Values

    def trial(self, one: Seen, *, loss: Loss, teach: Mask) -> Trial:
        learn = one.fold.learn
        taught = learn[teach[learn]]
        plain = self._told(one, learn)
        weight = weights_of(self.rows.client[taught])
        level = level_of(plain[teach[learn]], self.rows.y[taught], weight, loss)
        known, raw = [np.zeros(0, np.int64)], [np.zeros(0)]
        for group in np.unique(self.groups[learn]).tolist():
            other = self._stranger(group, last=self._last(one))
            if other is not None:
                theirs = self.groups[learn] == group
                told = self._told(other, learn[theirs])
                known.append(learn[theirs])
                raw.append(told + (plain[theirs] - told).mean() + level)
        return Trial(
            known=np.concatenate(known),
            known_raw=np.concatenate(raw),
            asked=one.fold.validate,
            asked_raw=self._told(one, one.fold.validate) + level,
        )

    def _told(self, one: Seen, at: Index) -> Values:
        parts = one.halves.parts(self.rows.X[at])
        return np.asarray(parts @ self.shares, dtype=np.float64)

    def _last(self, one: Seen) -> int:
        return int(self.rows.cutoff[one.fold.learn].max())

    def _stranger(self, group: int, *, last: int) -> Seen | None:
        """The latest halves that saw no client of the group and no cut-off after `last`."""
        fitting = [
            other
            for other in self.seen
            if self.groups[other.fold.validate[0]] == group and self._last(other) <= last
        ]
        return max(fitting, key=self._last, default=None)
