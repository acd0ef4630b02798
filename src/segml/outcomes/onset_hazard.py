"""The additive hazard of an onset: a sum of columns with weights that are never negative.

The hazard of client i in month m is ``Σ_j b_j z_ij(m)``, b_j >= 0, each column j of one cause.
Under the Poisson likelihood with identity link, ``Σ log hazard - Σ_j b_j mass_j`` with the first
sum over the onsets, a column enters by two things alone: its mass (its sum over all client-months
at risk) and its values at the onsets. So months without an onset need not be kept.

References
----------
Aalen (1989), A linear regression model for the analysis of life times, Statistics in Medicine 8:
hazards that add up. Shepp and Vardi (1982), Maximum likelihood reconstruction for emission
tomography, IEEE Transactions on Medical Imaging 1: the EM step for Poisson counts whose means add
up (Richardson-Lucy; the same rule as in Lee and Seung 2001, Algorithms for non-negative matrix
factorization).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
NOTHING = 1e-12
"""Onsets: a column that explains fewer in all weighs exactly nothing, and stays so."""
NONE_ALIKE = -1
USUAL_WORTH = 0.1
"""What all columns of a kind weigh counts beside each one's own evidence like so much of the mass
that a column of the kind has on average: among hundreds of events some coincide with onsets by
chance, and what few onsets say of one event is less than what is known of all."""
IMAGINED = 1.0
"""Onsets more that each column of a kind explains as all of the kind do: one that touched few
clients has no evidence of its own to speak of."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Columns:
    """The columns of the hazard, each with its cause.

    Parameters
    ----------
    met
        float64 of shape (n, p), finite, not negative: the columns' values at n onsets.
    mass
        float64 of shape (p,): the columns' sums over all client-months at risk. A column without
        mass weighs nothing.
    cause
        int64 of shape (p,): the cause of each column, 0 to causes - 1.
    causes
        How many causes there are; the last is the baseline.
    alike
        int64 of shape (p,): the kind of each column, 0 or more, or `NONE_ALIKE`. Columns of a kind
        are drawn to what all of the kind weigh.

    Raises
    ------
    ValueError
        If the shapes disagree.
        If a value or a mass is negative or not finite.
        If a column has a cause there is not.
        If an onset meets no column of the baseline.
    """

    met: Values
    mass: Values
    cause: npt.NDArray[np.int64]
    causes: int
    alike: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def __post_init__(self) -> None:
        if not len(self.alike):
            object.__setattr__(self, "alike", np.full(len(self.mass), NONE_ALIKE))
        if self.met.ndim != 2 or not (
            self.met.shape[1:] == self.mass.shape == self.cause.shape == self.alike.shape
        ):
            raise ValueError("columns (n, p) have p masses and p causes")
        for values in (self.met, self.mass):
            if not (np.isfinite(values).all() and (values >= 0).all()):
                raise ValueError("columns and their masses are finite and not negative")
        if not np.isin(self.cause, np.arange(self.causes)).all():
            raise ValueError(f"causes are numbered from 0 to {self.causes - 1}")
        if not (self.met[:, self.is_baseline & (self.mass > 0)] > 0).any(axis=1).all():
            raise ValueError("each onset meets a column of the baseline that has a mass")

    @property
    def is_baseline(self) -> npt.NDArray[np.bool_]:
        """(p,) whether a column belongs to the baseline."""
        return np.asarray(self.cause == self.causes - 1)

    def baseline(self) -> Columns:
        """The columns of the baseline alone, of the same causes."""
        keep = self.is_baseline
        return Columns(
            met=self.met[:, keep],
            mass=self.mass[keep],
            cause=self.cause[keep],
            causes=self.causes,
            alike=self.alike[keep],
        )

    @cached_property
    def _belongs(self) -> Values:
        """(p, causes) one where a column is of a cause."""
        return np.asarray(self.cause[:, None] == np.arange(self.causes), dtype=np.float64)

    @cached_property
    def _kinds(self) -> Values:
        """(kinds, p) one where a column is of a kind."""
        kinds = np.unique(self.alike[self.alike != NONE_ALIKE])
        return np.asarray(kinds[:, None] == self.alike, dtype=np.float64)

    @cached_property
    def _worth(self) -> Values:
        """(p,) the mass that what is usual for its kind counts beside each column's own."""
        average = (self._kinds @ self.mass) / np.maximum(self._kinds.sum(axis=1), 1.0)
        return np.asarray(USUAL_WORTH * (average @ self._kinds))

    def start(self) -> Values:
        """(p,) weights under which each cause explains as many of the onsets as any other.

        Columns that are nearly the same share what they explain as they started: beforehand, a
        decline has as likely one cause as another, and `unknown` is one of them. Columns of a kind
        start from one weight: an event that touched little explains little.
        """
        weighs = (self.mass > 0) & (self.met > 0).any(axis=0)
        columns = weighs @ self._belongs
        share = np.where(weighs, 1.0 / np.maximum(columns, 1.0)[self.cause], 0.0)
        for kind in self._kinds:
            part = (kind > 0) & weighs
            if part.any():
                share[part] = share[part].sum() * self.mass[part] / self.mass[part].sum()
        each = len(self.met) * share / max(float(share.sum()), 1.0)
        found = np.divide(each, self.mass, out=np.zeros_like(self.mass), where=weighs)
        return np.asarray(found, dtype=np.float64)

    def hazards(self, weights: Values) -> Values:
        """(n, causes) each cause's part of the hazard at the onsets, for weights of shape (p,)."""
        return np.asarray(self.met @ (self._belongs * weights[:, None]), dtype=np.float64)

    def improved(self, weights: Values, pull: Values) -> Values:
        """The weights after one EM step, shape (p,).

        Parameters
        ----------
        weights
            Of before, shape (p,).
        pull
            (n, causes) what a unit of a cause's hazard is worth in shares of the onset: one over
            the onset's whole hazard, each cause's part weighed by what the signs say.
        """
        shared = self.met.T @ pull
        explained = weights * shared[np.arange(len(self.cause)), self.cause]
        mass = self.mass
        if len(self._kinds):
            of_kind = (self._kinds @ explained) / np.maximum(self._kinds @ mass, NOTHING)
            usual = of_kind @ self._kinds
            one = np.divide(IMAGINED, usual, out=np.zeros_like(mass), where=usual > NOTHING)
            worth = self._worth + one
            explained, mass = explained + worth * usual, mass + worth
        kept = (explained > NOTHING) & (self.mass > 0)
        return np.divide(explained, mass, out=np.zeros_like(mass), where=kept)

    def shares(self, weights: Values, pull: Values) -> Values:
        """(n, p) each column's share of each onset, for the same `weights` and `pull`."""
        return np.asarray(self.met * weights * pull[:, self.cause], dtype=np.float64)


def columns_of(
    met: npt.ArrayLike, mass: npt.ArrayLike, cause: Any, causes: int, *, alike: Any = ()
) -> Columns:
    """The columns from arrays of any number type, checked; see `Columns`."""
    return Columns(
        met=np.ascontiguousarray(met, dtype=np.float64),
        mass=np.asarray(mass, dtype=np.float64),
        cause=np.asarray(cause, dtype=np.int64),
        causes=causes,
        alike=np.asarray(alike, dtype=np.int64),
    )
