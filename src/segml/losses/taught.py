"""What the other declines taught of each: shares of reasons, and whether drivers explain anything.

The declines are dealt into folds, and those of each are told by a hazard fitted to the others alone
(cross-fitting).

References
----------
Stone (1974), Cross-Validatory Choice and Assessment of Statistical Predictions, JRSS B 36; James
and Stein (1961), Estimation with Quadratic Loss, 4th Berkeley Symposium 1 (the positive part).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from segml.losses.exposures import Column
from segml.losses.history import Days, Numbers
from segml.losses.onset_months import OnsetMonths
from segml.outcomes.onset import Causes, learn_causes, told_by
from segml.outcomes.onset_hazard import NONE_ALIKE
from segml.outcomes.onset_signs import Kinds, Signs
from segml.words.feature import REASONS

FOLDS = 5
SURELY = 2.326
"""Standard errors by which a gain must be beyond chance (99 %): no reason beats a vain one."""
BLOCK = 16
"""Columns whose client-months are held at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What drivers gain an onset beyond chance, and how sure that is.

    Parameters
    ----------
    gain
        Log likelihood an onset over the baseline, less what onsets laid by chance gained.
    error
        Its standard error, were it chance.
    explained
        From 0, where it may be chance or helps nobody, to 1.
    """

    gain: float
    error: float
    explained: float


def gain_of(met: Sequence[Numbers], columns: Sequence[Column], fold: Days) -> Gain:
    """What drivers gain on the first onsets, beyond the same onsets laid on clients by chance.

    What other folds taught tells the onsets of a fold, and those that are laid in their place: by
    the same weights, so that it matters to whom an onset came, and not how much there is to learn.
    Weights that promise too much gain little or nothing on any onsets; how far they are believed is
    another question (`tempered`).

    Parameters
    ----------
    met
        (n, p) the columns' values at the onsets as they were, then laid on clients drawn by chance.
    columns
        Of all of them, the calendar's among them.
    fold
        (n,) of each onset, 0 to `FOLDS` - 1.
    """
    # a column that none meets weighs nothing: which ones a fold meets is not known either
    taught = [_learn(met[0][fold != held], columns) for held in range(FOLDS)]
    own, *chance = (
        np.stack([each.gained_by(values) for each in taught])[fold, np.arange(len(fold))]
        for values in met
    )
    spread = float(np.mean([each.var(ddof=1) for each in chance]))
    error = float(np.sqrt(spread / len(own) * (1.0 + 1.0 / len(chance))))
    beyond = float(own.mean()) - float(np.mean(chance))
    explained = 1.0 - (SURELY * error / beyond) ** 2 if beyond > SURELY * error else 0.0
    return Gain(gain=beyond, error=error, explained=explained)


def tempered(taught: Sequence[Causes], fold: Days, signs: Sequence[Signs | Kinds]) -> list[Causes]:
    """What the folds taught, believed so far that the onsets they were not fitted to are likeliest.

    The onsets, and what was seen after them. What is not believed has the baseline alone: a mixture
    of both. Weights that cannot be negative have more to take from chance than to lose to it: the
    fewer the onsets, the more they promise that is not kept.

    Parameters
    ----------
    taught
        What all folds but one taught, fold by fold.
    fold
        (n,) of each onset, 0 to `FOLDS` - 1.
    signs
        What was seen after the onsets, and of what kind the declines are.

    References
    ----------
    Smyth and Wolpert (1999), Linearly Combining Density Estimators via Stacking, Machine Learning
    36.
    """
    mine = fold, np.arange(len(fold))
    alone, hazards = (
        np.stack(told)[mine]
        for told in ([each.alone for each in taught], [each.hazards for each in taught])
    )
    # a unit of the baseline's hazard is worth one over all of it, weighed by what the signs say
    times = 1.0 / (told_by(hazards, signs)[:, -1] * alone)
    found = minimize_scalar(
        lambda trust: -float(np.log1p(trust * (times - 1.0)).mean()),
        bounds=(0.0, 1.0),
        method="bounded",
    )
    return [each.tempered(float(found.x)) for each in taught]


def shares_of(taught: Sequence[Causes], fold: Days, signs: Sequence[Signs | Kinds]) -> Numbers:
    """(n, p) the probability of each column, each onset's by what the other folds taught.

    Parameters
    ----------
    taught
        What all folds but one taught, fold by fold.
    fold
        (n,) of each onset, 0 to `FOLDS` - 1.
    signs
        What was seen after the onsets, and of what kind the declines are.
    """
    hazards = np.stack([each.hazards for each in taught])[fold, np.arange(len(fold))]
    pull = told_by(hazards, signs)
    shares = np.zeros_like(taught[0].design.met)
    for held, each in enumerate(taught):
        mine = fold == held
        shares[mine] = each.design.shares(each.weights, pull)[mine]
    return shares


def met_by(every: Sequence[OnsetMonths], columns: Sequence[Column]) -> list[Numbers]:
    """(n, p) the columns' means over the client-months of each set's onsets, set by set.

    A block of columns after the other: the months of all sets are many times the onsets.
    """
    count = len(every[0].first)
    found = [np.empty((count, len(columns))) for _ in every]
    for first in range(0, len(columns), BLOCK):
        part = slice(first, first + BLOCK)
        met = np.stack([column.met for column in columns[part]], axis=1)
        met = met[: sum(len(each.weight) for each in every)]  # the others are asked about
        values = met.reshape(len(every), -1, met.shape[1])
        for place, each in enumerate(every):
            found[place][:, part] = each.mean(values[place])
    return found


def crossed(
    met: Numbers, columns: Sequence[Column], fold: Days, signs: Sequence[Signs | Kinds] = ()
) -> list[Causes]:
    """What all folds but one taught, fold by fold.

    Parameters
    ----------
    met
        (n, p) the columns' values at the onsets.
    columns
        Their masses, kinds and reasons.
    fold
        (n,) of each onset, 0 to `FOLDS` - 1.
    signs
        What was seen after the onsets, and of what kind the declines are.
    """
    return [_learn(met, columns, teaches=fold != held, signs=signs) for held in range(FOLDS)]


def _learn(
    met: Numbers,
    columns: Sequence[Column],
    *,
    teaches: np.ndarray | None = None,
    signs: Sequence[Signs | Kinds] = (),
) -> Causes:
    """What some of the onsets taught, or all."""
    kinds = sorted({column.kind for column in columns if column.kind})
    alike = [kinds.index(column.kind) if column.kind else NONE_ALIKE for column in columns]
    return learn_causes(
        met,
        [column.mass for column in columns],
        [REASONS.index(column.reason) for column in columns],
        len(REASONS),
        teaches=teaches,
        alike=alike,
        signs=signs,
    )
