"""Learning an additive score: curves, a forest, and the weights between the two.

Both halves are fitted on every fold's learning rows and meet on rows neither has seen. With few
past cut-offs the forest has seen little, its weight is small, and the curves carry the score.

The share of clients that are lost changes with the season. A fold's halves come from earlier
seasons than its validating rows, so the weights are learnt with a level of each fold's own, and
what a fold says is moved to the final score's level before the final score is calibrated on it.
Otherwise a change of season between two folds would be counted a second time. How far such a change
can go is asked of the trials, which are not moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from segml.boosting import Forest
from segml.outcomes.folds import Fold, Folds, client_groups
from segml.outcomes.halves import MOST_BINS, Halves, Recipe, fit_halves, grow
from segml.outcomes.helped import each
from segml.outcomes.level import level_of
from segml.outcomes.rows import Rows, Values
from segml.outcomes.score import AdditiveScore
from segml.outcomes.stacking import Loss, Weights, fit_weights
from segml.outcomes.trials import Seen, Trial, trials

Mask = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
STACK_RIDGE = 300.0
"""How many clients the prior weights of curves against forest are worth."""
EVEN = np.array([0.5, 0.5])
"""The prior of curves against forest."""


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """A score, what was said of rows it had not seen, and how it came about.

    Parameters
    ----------
    score
        Fitted on all rows.
    raw
        Shape (n,): each row's raw score by halves that never saw its client, at the level of
        `score`. Where there are no folds, the score's own, which flatters it.
    trials
        The validating rows, foretold fold by fold by the strictest split there was.
    record
        Folds, rounds and weights, as plain values.
    refits
        The scores of the latest fold of each group of clients, which learnt on none of it; they
        share their weights of curves against forest. Empty where there are no folds.
    """

    score: AdditiveScore
    raw: Values
    trials: tuple[Trial, ...]
    record: dict[str, Any]
    refits: tuple[AdditiveScore, ...] = ()


def fit_additive(rows: Rows, folds: Folds, recipe: Recipe, *, teach: Mask | None = None) -> Learnt:
    """The additive score of rows, its weights learnt on the folds.

    Parameters
    ----------
    rows
        Labelled rows in a fixed order (`Rows.order`).
    folds
        Splits of exactly these rows, each with something to learn (`Folds.teaching`).
    recipe
        Loss, curves, seed.
    teach
        Shape (n,): rows whose labels mean something; the others are only scored. Default: all.
    """
    if len(rows) and teach is None:  # else bins would be drawn at values of rows that teach nothing
        rows = rows.in_bins(MOST_BINS)
    teach = np.ones(len(rows), dtype=bool) if teach is None else teach
    stopped = each(
        [partial(_stopped, rows, fold, recipe, teach) for fold in folds.folds], recipe.pool
    )
    rounds = _rounds(stopped, fewest=recipe.forest.fewest_rounds)
    taught = rows.take(np.flatnonzero(teach))

    def halves(fold: Fold, grown: Forest | None) -> Halves:
        learn = rows.take(_taught(fold.learn, teach))
        return fit_halves(learn, recipe, rounds=rounds, grown=grown)

    jobs = [partial(halves, *both) for both in zip(folds.folds, stopped, strict=True)]
    whole = partial(fit_halves, taught, recipe, rounds=rounds)
    *of_folds, of_all = each([*jobs, whole], recipe.pool)
    seen = [Seen(*both) for both in zip(folds.folds, of_folds, strict=True)]
    shares = _shares(rows, seen, recipe, teach)
    score = _joined(of_all, shares, taught, recipe.loss)
    record = {
        "folds": folds.kind,
        "fold_count": len(seen),
        "validated_cutoffs": list(folds.cutoffs),
        "validated_rows": sum(len(fold.validate) for fold in folds.folds),
        "rounds": rounds,
        "forest_weight": score.forest_weight,
        "curve_weights": {curve.name: curve.weight for curve in score.curves},
    }
    return Learnt(
        score=score,
        raw=_unseen(rows, seen, shares, score),
        trials=trials(rows, seen, shares, loss=recipe.loss, teach=teach),
        record=record,
        refits=_refits(rows, seen, shares, recipe.loss, teach),
    )


def _taught(index: Index, teach: Mask) -> Index:
    return index[teach[index]]


def _stopped(rows: Rows, fold: Fold, recipe: Recipe, teach: Mask) -> Forest | None:
    """A fold's forest, stopped where its unseen rows no longer gain; None where it has none."""
    learn, choose = _taught(fold.learn, teach), _taught(fold.validate, teach)
    if not len(choose):
        return None
    return grow(
        rows.take(learn), recipe, rounds=recipe.forest.most_rounds, unseen=rows.take(choose)
    )


def _rounds(stopped: Sequence[Forest | None], *, fewest: int) -> int:
    """The median over folds of the best number of rounds, each on its unseen rows."""
    best = [forest.rounds for forest in stopped if forest is not None]
    return max(fewest, int(np.median(best))) if best else fewest


def _shares(rows: Rows, seen: Sequence[Seen], recipe: Recipe, teach: Mask) -> Values:
    """The weights of curves and forest, shape (2,); one half alone has the whole weight."""
    has_curves = bool(recipe.known(rows.columns))
    learnable = len(np.unique(rows.y[teach])) > 1
    prior = EVEN if has_curves and learnable else np.array([has_curves, learnable], dtype=float)
    held = [_taught(one.fold.validate, teach) for one in seen]
    unseen = rows.take(np.concatenate([np.zeros(0, np.int64), *held]))
    if len(np.unique(unseen.y)) < 2:
        return prior
    stack = fit_weights(
        np.concatenate([one.halves.parts(rows.X[at]) for one, at in zip(seen, held, strict=True)]),
        unseen.y,
        unseen.weight,
        loss=recipe.loss,
        prior=prior,
        ridge=STACK_RIDGE,
        group=np.repeat(np.arange(len(held)), [len(at) for at in held]),
    )
    return np.array(stack.values)


def _joined(halves: Halves, shares: Values, rows: Rows, loss: Loss) -> AdditiveScore:
    """Both halves with their shares, at the level of the rows they were fitted on."""
    curve_share, forest_share = (float(share) for share in shares)
    plain = Weights(intercept=0.0, values=(curve_share, forest_share)).score(halves.parts(rows.X))
    level = level_of(plain, rows.y, rows.weight, loss)
    return AdditiveScore(
        columns=halves.columns,
        intercept=level + curve_share * halves.weights.intercept,
        forest_weight=forest_share if halves.forest is not None else 0.0,
        forest=halves.forest if forest_share > 0 else None,
        curves=tuple(
            replace(curve, weight=curve_share * value)
            for curve, value in zip(halves.curves, halves.weights.values, strict=True)
        ),
    )


def _refits(
    rows: Rows, seen: Sequence[Seen], shares: Values, loss: Loss, teach: Mask
) -> tuple[AdditiveScore, ...]:
    """The latest fold's score of each group that was left out, by group."""
    groups = client_groups(rows.client)
    latest = {int(groups[one.fold.validate[0]]): one for one in seen}
    return tuple(
        _joined(one.halves, shares, rows.take(_taught(one.fold.learn, teach)), loss)
        for _, one in sorted(latest.items())
    )


def _unseen(rows: Rows, seen: Sequence[Seen], shares: Values, score: AdditiveScore) -> Values:
    """Every row's score by halves that never saw its client, at the final score's level.

    A row that no fold validates (its cut-off is too early) is scored by the last fold that leaves
    its client out.
    """
    final = score.raw(rows.X)
    raw, groups = final.copy(), client_groups(rows.client)
    by = np.full(len(rows), -1)
    for number, one in enumerate(seen):
        by[groups == groups[one.fold.validate[0]]] = number
    for number, one in enumerate(seen):
        by[one.fold.validate] = number
    for number, one in enumerate(seen):
        at = np.flatnonzero(by == number)
        told = one.halves.parts(rows.X[at]) @ shares
        raw[at] = told + (final[at] - told).mean()
    return raw
