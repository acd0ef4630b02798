"""Why declines began: what drivers explain of the onsets, and what is left to the unknown.

The hazard of an onset is a sum over causes (`onset_hazard`), fitted over all client-months at
risk. What was seen after an onset speaks for some causes too (`onset_signs`): by Bayes' rule a
cause's part of the hazard counts as much more as it makes what came after likelier. How likely is
told by the hazard's own shares, asked twice and no more: signs that teach themselves soon know
everything.

A driver is paid only for onsets beyond what the baseline and the other drivers would have brought
in the same months. A cause that is met as often by those who stay explains nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no stubs

from segml.outcomes.onset_hazard import Columns, columns_of
from segml.outcomes.onset_signs import Signs, likelihood_ratios

Values = npt.NDArray[np.float64]
MOST_STEPS = 20
"""Of EM, which creeps at the end: later steps trade weight among columns that are nearly alike, and
explain onsets that they were not fitted to hardly better. Stopping holds the causes to what was
likely beforehand, where the onsets do not say."""
GAIN_STEPS = 60
"""Where it is asked whether drivers explain anything: there they are held against a baseline that
has found all it can."""
BASELINE_STEPS = 300
"""Of the baseline alone, which drivers are held against: what it has not found yet would count as
theirs."""
CADENCE = 5
"""Steps between two looks at whether anything still moves."""
SETTLED = 1e-4
"""The greatest change of a cause's hazard between two looks, of the whole, that counts as none."""
PASSES = 2
"""How often the signs are asked: first of the hazard's shares, then of the shares they led to."""


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

    @cached_property
    def gained(self) -> Values:
        """(n,) the log likelihood each onset gained over the baseline alone."""
        alone = self.design.baseline()
        with threadpool_limits(limits=1):
            weights = _fit(alone, self.teaches, steps=BASELINE_STEPS)
            usual = alone.hazards(weights).sum(axis=1)
        told = self.teaches > 0
        return _log(self.hazards.sum(axis=1), told) - _log(usual, told)


def learn_causes(
    met: npt.ArrayLike,
    mass: npt.ArrayLike,
    cause: npt.ArrayLike,
    causes: int,
    *,
    teaches: npt.ArrayLike | None = None,
    alike: npt.ArrayLike = (),
    steps: int = MOST_STEPS,
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
    teaches
        (n,) how often each onset is learnt from, or whether it is; those that are not are told by
        what the others taught: how well drivers explain onsets they were not fitted to. None: all
        once.
    alike
        (p,) int, the kind of each column that is one of many of its kind, as events are, and
        `NONE_ALIKE` for the others: those of a kind are drawn to what all of the kind weigh. Empty:
        none is.
    steps
        Of EM at most; fewer hold the causes more to what was likely beforehand.

    Raises
    ------
    ValueError
        If the columns are not as `Columns` asks.

    Examples
    --------
    Nine of ten onsets meet the driver, which is there in a tenth of the months:

    >>> met = [[1.0, 1.0]] * 9 + [[0.0, 1.0]]
    >>> found = learn_causes(met, mass=[100.0, 1000.0], cause=[0, 1], causes=2)
    >>> shares = found.hazards * told_by(found.hazards)
    >>> shares[0].round(3).tolist(), shares[9].round(3).tolist()
    ([0.988, 0.012], [0.0, 1.0])
    """
    design = columns_of(met, mass, cause, causes, alike=alike)
    of = np.ones(len(design.met)) if teaches is None else np.asarray(teaches, dtype=np.float64)
    with threadpool_limits(limits=1):
        weights = _fit(design, of, steps=steps)
        hazards = design.hazards(weights)
    return Causes(weights=weights, hazards=hazards, teaches=of, design=design)


def told_by(hazards: Values, signs: Sequence[Signs] = ()) -> Values:
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
    causes = hazards.shape[1]
    for sign in signs:
        if sign.level.shape[-1] != len(hazards):
            raise ValueError("a sign has one level for each onset")
        if not set(sign.speaks_for) <= set(range(causes - 1)):
            raise ValueError(f"a sign speaks for causes from 0 to {causes - 2}")
    pull = _pull(hazards, np.ones_like(hazards))
    for _ in range(PASSES if signs else 0):
        pull = _pull(hazards, likelihood_ratios(signs, hazards * pull))
    return pull


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


def _fit(design: Columns, of: Values, *, steps: int) -> Values:
    """The weights, learnt from onsets weighed by `of` in so many steps at most."""
    weights = design.start()
    before = np.zeros((len(design.met), design.causes))
    for step in range(steps):
        hazards = design.hazards(weights)
        pull = _pull(hazards, np.ones_like(hazards))
        if step % CADENCE == 0:
            # the part of a hazard, not the share of it: the baseline alone has all of the shares
            if (np.abs(hazards - before) * pull).max(initial=0.0) < SETTLED:
                break
            before = hazards
        weights = design.improved(weights, pull * of[:, None])
    return weights
