"""The additive hazard of an onset: a sum of columns with weights that are never negative.

The hazard of client i in month m is ``Σ_j b_j z_ij(m)``, b_j >= 0, each column j of one cause.
Under the Poisson likelihood with identity link, ``Σ log hazard - Σ_j b_j mass_j`` with the first
sum over the onsets, a column enters by two things alone: its mass (its sum over all client-months
at risk) and its values at the onsets. So months without an onset need not be kept.

Beforehand a weight is exponential, with a mean under which each cause explains as many of the
onsets as any other; afterwards it is a Gamma, by variational inference: columns share an onset by
``exp(E log b_j) z_ij``. A column whose onsets do not tell it from others keeps what it had
beforehand, so that neither many columns nor many steps favour a cause. Of many of a kind, as events
are, the mean beforehand is learnt: it lies half-way, in logarithms, between what it was and what
all of the kind weigh afterwards. Learnt all the way it would end at nothing for a kind whose
members mostly weigh nothing, and take the few that do along.

References
----------
Aalen (1989), A linear regression model for the analysis of life times, Statistics in Medicine 8:
hazards that add up. Shepp and Vardi (1982), Maximum likelihood reconstruction for emission
tomography, IEEE Transactions on Medical Imaging 1: the EM step for Poisson counts whose means add
up. Cemgil (2009), Bayesian inference for nonnegative matrix factorisation models, Computational
Intelligence and Neuroscience: the same step for weights that are Gamma beforehand. Robbins (1956),
An empirical Bayes approach to statistics, 3rd Berkeley Symposium 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.special import digamma

Values = npt.NDArray[np.float64]
NONE_ALIKE = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weights:
    """What is believed of p weights: each a Gamma of its own.

    Parameters
    ----------
    shape
        (p,) one, and how many onsets a column explains; 0 for a column that weighs nothing.
    rate
        (p,) one over the mean beforehand, and the column's mass.
    usual
        (p,) the mean beforehand, as far as it was learnt.
    given
        (p,) the mean beforehand that was given.
    """

    shape: Values
    rate: Values
    usual: Values
    given: Values

    @property
    def mean(self) -> Values:
        """(p,) the expected weights."""
        return np.asarray(self.shape / self.rate, dtype=np.float64)

    @property
    def typical(self) -> Values:
        """(p,) exp(E log b): by these columns share what they explain together."""
        logs = digamma(np.where(self.shape > 0.0, self.shape, 1.0))
        return np.where(self.shape > 0.0, np.exp(logs) / self.rate, 0.0)


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
    def _parts(self) -> list[tuple[npt.NDArray[np.int64], csr_array]]:
        """Where each cause's columns stand, and what is met of them: most onsets meet few."""
        places = [np.flatnonzero(self.cause == each) for each in range(self.causes)]
        return [(at, csr_array(self.met[:, at])) for at in places]

    @cached_property
    def _kinds(self) -> npt.NDArray[np.bool_]:
        """(kinds, p) whether a column is of a kind."""
        kinds = np.unique(self.alike[self.alike != NONE_ALIKE])
        return np.asarray(kinds[:, None] == self.alike)

    def beforehand(self, onsets: float) -> Weights:
        """What is believed before so many onsets are looked at.

        Each cause explains as many of them as any other, `unknown` too, and of a cause each column,
        columns of a kind together as many as they are, each in proportion to its mass. A cause that
        no column shows leaves its part to the baseline: what is recorded changes no cause.
        """
        met = (self.met > 0).any(axis=0) | (self.alike != NONE_ALIKE)
        weighs = (self.mass > 0) & met
        columns = np.bincount(self.cause, weights=weighs, minlength=self.causes)
        share = np.where(weighs, 1.0 / np.maximum(columns, 1.0)[self.cause], 0.0)
        for kind in self._kinds:
            part = kind & weighs
            if part.any():
                share[part] = share[part].sum() * self.mass[part] / self.mass[part].sum()
        # what no column shows is brought about all the same, and nobody knows by what
        unseen = int(np.count_nonzero(columns[:-1] == 0))
        share = np.where(self.is_baseline, (1 + unseen) * share, share)
        explained = onsets * share / max(float(share.sum()), 1.0)
        usual = np.divide(explained, self.mass, out=np.zeros_like(self.mass), where=weighs)
        return _believed(usual, np.zeros_like(usual), np.zeros_like(usual), given=usual)

    def hazards(self, weights: Values) -> Values:
        """(n, causes) each cause's part of the hazard at the onsets, for weights of shape (p,)."""
        return np.stack([met @ weights[at] for at, met in self._parts], axis=1)

    def improved(self, weights: Weights, pull: Values) -> Weights:
        """What is believed after one step.

        Parameters
        ----------
        weights
            Of before.
        pull
            (n, causes) what a unit of a cause's hazard is worth in shares of the onset: one over
            the onset's whole hazard by typical weights, each cause's part weighed by what the signs
            say.
        """
        shared = np.zeros_like(self.mass)
        for cause, (at, met) in enumerate(self._parts):
            shared[at] = met.T @ pull[:, cause]
        explained = weights.typical * shared
        usual, mean = weights.usual, weights.mean
        for kind in self._kinds:
            part = kind & (usual > 0.0)
            if part.any():
                usual = np.where(part, np.sqrt(mean[part].mean() * weights.given), usual)
        return _believed(usual, explained, self.mass, given=weights.given)

    def shares(self, weights: Values, pull: Values) -> Values:
        """(n, p) each column's share of each onset, for the same `weights` and `pull`."""
        return np.asarray(self.met * weights * pull[:, self.cause], dtype=np.float64)


def _believed(usual: Values, explained: Values, mass: Values, *, given: Values) -> Weights:
    """The Gamma of each weight, exponential beforehand; a column without a usual weighs nothing."""
    weighs = usual > 0.0
    rate = np.divide(1.0, usual, out=np.ones_like(usual), where=weighs) + mass
    shape = np.where(weighs, 1.0 + explained, 0.0)
    return Weights(shape=shape, rate=rate, usual=usual, given=given)


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
