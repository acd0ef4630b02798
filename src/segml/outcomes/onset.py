"""Why declines began: what drivers explain of the onsets, and what is left to the unknown.

The hazard of an onset is a sum over causes (`onset_hazard`), fitted over all client-months at
risk. What was seen after an onset speaks for some causes too (`onset_signs`): by Bayes' rule a
cause's part of the hazard counts as much more as it makes what came after likelier. What the signs
say of an onset is what it teaches the hazard, too: two rounds, each from the beginning.

A driver is paid only for onsets beyond what the baseline and the other drivers would have brought
in the same months. A cause that is met as often by those who stay explains nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from segml.outcomes.onset_hazard import Columns, Weights, columns_of
from segml.outcomes.onset_signs import Kinds, Signs, likelihood_ratios, pull_of
from segml.words.one_thread import one_thread

Values = npt.NDArray[np.float64]
MOST_STEPS = 200
"""Steps by which what is believed of the weights has settled, or as good as."""
CADENCE = 5
"""Steps between two looks at whether anything still moves."""
SETTLED = 1e-4
"""The greatest change of a cause's hazard between two looks, of the whole, that counts as none."""
ROUNDS = 2
"""How often the hazard is learnt anew from what the signs say by what it taught before."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Causes:
    """What was learnt of the causes of n onsets.

    Parameters
    ----------
    weights
        (p,) the hazard a month that a unit of each column adds, not negative.
    hazards
        (n, causes) each cause's part of the hazard at the onsets.
    teaches
        (n,) how often each onset was learnt from.
    design
        The columns.
    """

    weights: Values
    hazards: Values
    teaches: Values
    design: Columns

    @property
    def gained(self) -> Values:
        """(n,) the log likelihood each onset gained over the baseline alone."""
        return self.gained_by(self.design.met)

    def gained_by(self, met: Values) -> Values:
        """(k,) the log likelihood that client-months with columns (k, p) gain over the baseline."""
        usual = self._alone
        told = self.teaches > 0
        hazards = self.hazards.sum(axis=1), self.design.met @ usual
        return _log(met @ self.weights, hazards[0][told]) - _log(met @ usual, hazards[1][told])

    def tempered(self, trust: float) -> Causes:
        """The same, believed as far as `trust`, 0 to 1; what is left has the baseline alone.

        A mixture of two hazards is a hazard, and its weights are the mixture of theirs.
        """
        weights = trust * self.weights + (1.0 - trust) * self._alone
        return replace(self, weights=weights, hazards=self.design.hazards(weights))

    @property
    def alone(self) -> Values:
        """(n,) the hazard at the onsets by the baseline alone."""
        return np.asarray(self.design.met @ self._alone, dtype=np.float64)

    @cached_property
    def _alone(self) -> Values:
        """(p,) the weights of the baseline alone, nothing of the others."""
        with one_thread():
            weights = np.zeros_like(self.weights)
            weights[self.design.is_baseline] = _fit(self.design.baseline(), self.teaches).mean
        return weights


def learn_causes(
    met: npt.ArrayLike,
    mass: npt.ArrayLike,
    cause: npt.ArrayLike,
    causes: int,
    *,
    teaches: npt.ArrayLike | None = None,
    alike: npt.ArrayLike = (),
    signs: Sequence[Signs | Kinds] = (),
) -> Causes:
    """The causes of onsets, learnt over all months at risk.

    Parameters
    ----------
    met
        (n, p) values of the columns at the n onsets, not negative, in a fixed order.
    mass
        (p,) each column's sum over all client-months at risk, those of the onsets included.
    cause
        (p,) int, the cause of each column, 0 to causes - 1.
    causes
        How many causes; the last is the baseline, `unknown`. A cause without columns has no share,
        and beforehand leaves its part to the baseline.
    teaches
        (n,) how often each onset is learnt from, or whether it is; those that are not are told by
        what the others taught: how well drivers explain onsets they were not fitted to. None: all
        once.
    alike
        (p,) int, the kind of each column that is one of many of its kind, as events are, and
        `NONE_ALIKE` for the others: those of a kind are drawn to what all of the kind weigh. Empty:
        none is.
    signs
        What was seen after the onsets; none: the hazard is learnt from the columns alone.

    Raises
    ------
    ValueError
        If the columns are not as `Columns` asks.
        If a sign is of other onsets, or speaks for the baseline or a cause there is not.

    Examples
    --------
    Nine of ten onsets meet the driver, which is there in a tenth of the months:

    >>> met = [[1.0, 1.0]] * 9 + [[0.0, 1.0]]
    >>> found = learn_causes(met, mass=[100.0, 1000.0], cause=[0, 1], causes=2)
    >>> shares = found.hazards * told_by(found.hazards)
    >>> shares[0].round(3).tolist(), shares[9].round(3).tolist()
    ([0.979, 0.021], [0.0, 1.0])
    """
    design = columns_of(met, mass, cause, causes, alike=alike)
    of = np.ones(len(design.met)) if teaches is None else np.asarray(teaches, dtype=np.float64)
    with one_thread():
        weights = _fit(design, of).mean
        hazards = design.hazards(weights)
        for _ in range(ROUNDS if signs else 0):
            weights = _fit(design, of, _said(signs, hazards)).mean
            hazards = design.hazards(weights)
    return Causes(weights=weights, hazards=hazards, teaches=of, design=design)


def told_by(hazards: Values, signs: Sequence[Signs | Kinds] = ()) -> Values:
    """What a unit of each cause's hazard is worth in shares of each onset, (n, causes).

    Parameters
    ----------
    hazards
        (n, causes) each cause's part of the hazard at the onsets.
    signs
        What was seen after the same n onsets.

    Raises
    ------
    ValueError
        If a sign is of other clients, or speaks for the baseline or a cause there is not.
    """
    return pull_of(hazards, _said(signs, hazards))


def _said(signs: Sequence[Signs | Kinds], hazards: Values) -> Values:
    """(n, causes) what the signs say of the causes, by what the hazard tells of them."""
    causes = hazards.shape[1]
    for sign in signs:
        if sign.onsets != len(hazards):
            raise ValueError("a sign tells of each onset once")
        if not set(sign.speaks_for) <= set(range(causes - 1)):
            raise ValueError(f"a sign speaks for causes from 0 to {causes - 2}")
    return likelihood_ratios(signs, hazards)


def _log(hazard: Values, taught: Values) -> Values:
    """The logarithm; no hazard at all counts as the least of those of the onsets learnt from."""
    return np.asarray(np.log(np.maximum(hazard, taught.min(initial=1.0))), dtype=np.float64)


def _fit(design: Columns, of: Values, ratios: Values | None = None) -> Weights:
    """What is believed of the weights, learnt from onsets weighed by `of`."""
    weights = design.beforehand(float(of.sum()))
    before = np.zeros((len(design.met), design.causes))
    said = np.ones_like(before) if ratios is None else ratios
    for step in range(MOST_STEPS):
        hazards = design.hazards(weights.typical)
        pull = pull_of(hazards, said)
        if step % CADENCE == 0:
            # the part of a hazard, not the share of it: the baseline alone has all of the shares
            if (np.abs(hazards - before) * pull).max(initial=0.0) < SETTLED:
                break
            before = hazards
        weights = design.improved(weights, pull * of[:, None])
    return weights
