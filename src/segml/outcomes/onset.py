"""Why declines began: what drivers explain of the onsets, and what is left to the unknown.

The hazard of an onset is a sum over causes (`onset_hazard`), fitted over all client-months at risk;
what was seen after an onset speaks for some causes too (`onset_signs`). Both are one mixture: the
causes' parts of the hazard say what is likely before, the signs how likely each made what came
after, and EM learns the weights and the distributions of the signs together.

A driver is paid only for onsets beyond what the baseline and the other drivers would have brought
in the same months. A cause that is met as often by those who stay explains nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no stubs

from segml.outcomes.onset_hazard import Columns, columns_of
from segml.outcomes.onset_signs import Signs, likelihood_ratios

Values = npt.NDArray[np.float64]
MOST_STEPS = 300
"""Of EM, which creeps at the end: later steps trade weight among columns that are nearly alike."""
BURN_IN = 60
"""Steps of the weights alone: signs are asked once the weights tell causes apart."""
CADENCE = 5
"""Steps between two looks: at the signs, and at whether anything still moves."""
SETTLED = 1e-4
"""The greatest change of a share between two looks that counts as none."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Causes:
    """What was learnt of the causes of n onsets.

    Parameters
    ----------
    weights
        (p,) the hazard a month that a unit of each column adds, not negative.
    shares
        (n, causes) the probability of each cause; rows sum to one.
    hazard_shares
        (n, causes) the same before the signs were seen.
    gained
        (n,) the log likelihood each onset gained over the baseline alone, signs aside.
    design
        The columns.
    pull
        (n, causes) what a unit of a cause's hazard is worth in shares.
    """

    weights: Values
    shares: Values
    hazard_shares: Values
    gained: Values
    design: Columns
    pull: Values

    def columns(self) -> Values:
        """(n, p) the probability of each column; over the columns of a cause they sum to its."""
        return self.design.shares(self.weights, self.pull)


def learn_causes(
    met: npt.ArrayLike,
    mass: npt.ArrayLike,
    cause: npt.ArrayLike,
    causes: int,
    *,
    signs: Sequence[Signs] = (),
    teaches: npt.ArrayLike | None = None,
) -> Causes:
    """The causes of onsets, by maximum likelihood over all months at risk.

    Parameters
    ----------
    met
        (n, p) values of the columns at the n onsets, not negative, in a fixed order.
    mass
        (p,) each column's sum over all client-months at risk, those of the onsets included.
    cause
        (p,) int, the cause of each column, 0 to causes - 1.
    causes
        How many causes; the last is the baseline, `unknown`. A cause without columns has no share.
    signs
        What was seen after the same n onsets.
    teaches
        (n,) bool, which onsets are learnt from; the others are told by what these taught, which is
        how well drivers explain onsets they were not fitted to. None: all.

    Raises
    ------
    ValueError
        If the columns are not as `Columns` asks.
        If a sign is of other clients, or speaks for the baseline or a cause there is not.

    Examples
    --------
    Nine of ten onsets meet the driver, which is there in a tenth of the months:

    >>> met = [[1.0, 1.0]] * 9 + [[0.0, 1.0]]
    >>> found = learn_causes(met, mass=[100.0, 1000.0], cause=[0, 1], causes=2)
    >>> found.shares[0].round(3).tolist(), found.shares[9].round(3).tolist()
    ([0.988, 0.012], [0.0, 1.0])
    """
    design = columns_of(met, mass, cause, causes)
    for sign in signs:
        if len(sign.level) != len(design.met):
            raise ValueError("a sign has one level for each onset")
        if not set(sign.speaks_for) <= set(range(causes - 1)):
            raise ValueError(f"a sign speaks for causes from 0 to {causes - 2}")
    of = np.ones(len(design.met)) if teaches is None else np.asarray(teaches, dtype=np.float64)
    with threadpool_limits(limits=1):
        weights, ratios = _fit(design, signs, of)
        alone = design.baseline()
        usual = alone.hazards(_fit(alone, (), of)[0]).sum(axis=1)
        hazards = design.hazards(weights)
    whole, pull = hazards.sum(axis=1), _pull(hazards, ratios)
    told = of > 0
    return Causes(
        weights=weights,
        shares=hazards * pull,
        hazard_shares=hazards * _pull(hazards, np.ones_like(hazards)),
        gained=_log(whole, told) - _log(usual, told),
        design=design,
        pull=pull,
    )


def _pull(hazards: Values, ratios: Values) -> Values:
    """What a unit of each cause's hazard is worth in shares of each onset, (n, causes).

    Nothing for an onset that what was learnt from others gives no hazard at all.
    """
    whole = (hazards * ratios).sum(axis=1, keepdims=True)
    return np.asarray(np.divide(ratios, whole, out=np.zeros_like(ratios), where=whole > 0.0))


def _log(hazard: Values, told: npt.NDArray[np.bool_]) -> Values:
    """The logarithm; an onset without hazard counts as the least likely of those learnt from."""
    least = hazard[told].min(initial=1.0)
    return np.asarray(np.log(np.maximum(hazard, least)), dtype=np.float64)


def _fit(design: Columns, signs: Sequence[Signs], of: Values) -> tuple[Values, Values]:
    """The weights, and the likelihood ratios of the signs, learnt from onsets weighed by `of`."""
    of = of[:, None]
    weights = design.start()
    ratios = np.ones((len(design.met), design.causes))
    before = np.zeros_like(ratios)
    for step in range(MOST_STEPS):
        hazards = design.hazards(weights)
        pull = _pull(hazards, ratios)
        if step >= BURN_IN and step % CADENCE == 0:
            shares = hazards * pull
            if np.abs(shares - before).max(initial=0.0) < SETTLED:
                break
            before = shares
            ratios = likelihood_ratios(signs, shares * of)
            pull = _pull(hazards, ratios)
        weights = design.improved(weights, pull * of)
    return weights, ratios
