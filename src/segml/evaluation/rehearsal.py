"""How parameters of forests would have done: by folds of time and client, learnt as a version is.

Clients are parted in four by a checksum of their ids. Three parts are searched on; the fourth is
seen by no trial and decides at the end, because the best of many is better than it is by the luck
that it was chosen for.

Churn is judged by log loss: a probability is what is published, and log loss is proper. Potential
is judged by the pinball loss of the published low, median and high, over the mean size of the
profits: proper too, and not a question to the three largest clients alone, as squared error is.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segml.bundle import Rehearsal
from segml.ledger import date_of
from segml.outcomes import fit_churn, fit_potential
from segml.outcomes.folds import VALIDATED
from segml.words.forest import ForestPlan

Values = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
PARTS, DECIDING = 4, 0
"""Parts of the clients, and the one that decides."""
SHARES = (0.1, 0.5, 0.9)
"""The quantiles that low, median and high of a profit claim to be."""
DRAWS, COVERAGE = 1000, 0.95


@dataclass(frozen=True, kw_only=True, eq=False)
class RehearsedFold:
    """One split: its name, indices of rows to learn from, indices of rows to be judged by."""

    name: str
    learn: Index
    judge: Index


@dataclass(frozen=True, kw_only=True, eq=False)
class RehearsedFolds:
    """The splits of a rehearsal.

    Parameters
    ----------
    by_time
        Whether labels learnt from had ended by the judged cut-off. If not, history is too short
        and clients alone are kept apart.
    search
        To choose on: one a cut-off and part of the clients.
    deciding
        To decide on, on clients that no search fold holds: one a cut-off.
    """

    by_time: bool
    search: tuple[RehearsedFold, ...]
    deciding: tuple[RehearsedFold, ...]


def rehearsed_folds(rehearsal: Rehearsal) -> RehearsedFolds:
    """The splits of a rehearsal's rows; none where there are too few clients to part.

    Parameters
    ----------
    rehearsal
        Rows whose labels have all ended.
    """
    rows, label_days = rehearsal.rows, rehearsal.gap_days + rehearsal.horizon_days
    parts, cutoffs = client_parts(rows.client), np.unique(rows.cutoff)
    days = [int(c) for c in cutoffs if (cutoffs + label_days <= c).any()][-VALIDATED:]
    every = np.ones(len(rows), dtype=bool)
    spans = {
        str(date_of(day)): (rows.cutoff + label_days <= day, rows.cutoff == day) for day in days
    }
    searched = parts != DECIDING
    search, deciding = [], []
    for name, (known, asked) in (spans or {"all cut-offs": (every, every)}).items():
        for part in range(PARTS):
            own = parts == part
            if part == DECIDING:
                deciding.append(_fold(name, known & searched, asked & own))
            else:
                search.append(_fold(f"{name}, part {part}", known & searched & ~own, asked & own))
    return RehearsedFolds(by_time=bool(spans), search=_full(search), deciding=_full(deciding))


def client_parts(client: npt.NDArray[np.object_]) -> Index:
    """The part of every row's client, 0 to PARTS - 1, unrelated to the training's own groups.

    Parameters
    ----------
    client
        str of shape (n,).

    Examples
    --------
    >>> client_parts(np.array(["a", "d", "a"], dtype=object)).tolist()
    [2, 0, 2]
    """
    names, codes = np.unique(client.astype(str), return_inverse=True)
    marks = [hashlib.sha256(name.encode()).digest()[0] % PARTS for name in names.tolist()]
    return np.array(marks, dtype=np.int64)[codes] if marks else np.zeros(0, np.int64)


def rehearsed_losses(
    rehearsal: Rehearsal, fold: RehearsedFold, forest: ForestPlan, *, seed: int, threads: int = 1
) -> Values:
    """The loss of each judged row of a fold, shape (m,), by the function that trains versions.

    Lower is better; of churn in nats, of potential in mean sizes of a profit.

    Parameters
    ----------
    rehearsal, fold
        The rows and their split.
    forest
        The parameters.
    seed, threads
        As in a training.
    """
    rows, asked = rehearsal.rows.take(fold.learn), rehearsal.rows.take(fold.judge)
    days = {"gap_days": rehearsal.gap_days, "horizon_days": rehearsal.horizon_days}
    if rehearsal.outcome == "churn":
        churn = fit_churn(rows, **days, seed=seed, threads=threads, forest=forest)
        return _surprise(asked.y, churn.probability(asked.X))
    model = fit_potential(
        rows,
        rehearsal.profit[fold.learn],
        gap_days=rehearsal.gap_days,
        horizon_days=rehearsal.horizon_days,
        seed=seed,
        threads=threads,
        forest=forest,
    )
    came = rehearsal.profit[fold.judge]
    size = float(np.abs(came).mean())
    return _pinball(came, model.interval(asked.X)) / (size if size > 0 else 1.0)


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Two plans of a forest on clients that neither was chosen on.

    Parameters
    ----------
    names, before, after
        The deciding folds and the mean loss of either plan at each.
    low, high
        A 95 % interval of the mean difference over the folds, after less before, by bootstrap over
        clients.
    clients
        How many decide.
    """

    names: tuple[str, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]
    low: float
    high: float
    clients: int

    @property
    def differences(self) -> tuple[float, ...]:
        """After less before at each fold; below zero is better."""
        return tuple(b - a for a, b in zip(self.before, self.after, strict=True))

    @property
    def difference(self) -> float:
        """The mean of the differences."""
        return float(np.mean(self.differences))

    @property
    def is_surely_better(self) -> bool:
        """Whether the whole interval lies below zero and no fold is worse."""
        return self.high < 0 and max(self.differences) <= 0


def compare_forests(
    rehearsal: Rehearsal,
    folds: RehearsedFolds,
    plans: tuple[ForestPlan, ForestPlan],
    *,
    seed: int,
    threads: int = 1,
) -> Compared:
    """Two plans, before and after, judged by the clients that decide.

    Parameters
    ----------
    rehearsal, folds
        The rows and their splits, with at least one deciding fold.
    plans
        The plan as it is, and the one that might take its place.
    seed, threads
        As in a training; the seed is the bootstrap's too.
    """
    told = [
        [rehearsed_losses(rehearsal, fold, plan, seed=seed, threads=threads) for plan in plans]
        for fold in folds.deciding
    ]
    who = [rehearsal.rows.client[fold.judge].astype(str) for fold in folds.deciding]
    low, high = _interval([after - before for before, after in told], who, seed=seed)
    return Compared(
        names=tuple(fold.name for fold in folds.deciding),
        before=tuple(float(before.mean()) for before, _ in told),
        after=tuple(float(after.mean()) for _, after in told),
        low=low,
        high=high,
        clients=len(np.unique(np.concatenate(who))),
    )


def _interval(
    gains: list[Values], who: list[npt.NDArray[np.str_]], *, seed: int
) -> tuple[float, float]:
    """The ends of the interval of the mean over folds of each fold's mean, clients drawn anew."""
    clients = np.unique(np.concatenate(who))
    at = [np.searchsorted(clients, one) for one in who]
    draws, rng = np.empty(DRAWS), np.random.default_rng(seed)
    for k in range(DRAWS):
        times = rng.multinomial(len(clients), np.full(len(clients), 1 / len(clients)))
        weights = [times[one] for one in at]
        means = [
            float(weight @ gain) / weight.sum() if weight.any() else float(gain.mean())
            for weight, gain in zip(weights, gains, strict=True)
        ]
        draws[k] = np.mean(means)
    tail = (1 - COVERAGE) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return float(low), float(high)


def _fold(name: str, learn: Mask, judge: Mask) -> RehearsedFold:
    return RehearsedFold(name=name, learn=np.flatnonzero(learn), judge=np.flatnonzero(judge))


def _full(folds: list[RehearsedFold]) -> tuple[RehearsedFold, ...]:
    return tuple(fold for fold in folds if len(fold.learn) and len(fold.judge))


def _surprise(lost: Values, p: Values) -> Values:
    nearest = float(np.finfo(np.float64).eps)
    inside = np.clip(p, nearest, 1 - nearest)
    return np.asarray(-np.log(np.where(lost == 1, inside, 1 - inside)), dtype=np.float64)


def _pinball(came: Values, ends: tuple[Values, Values, Values]) -> Values:
    losses = [
        np.maximum(share * (came - end), (share - 1) * (came - end))
        for share, end in zip(SHARES, ends, strict=True)
    ]
    return np.asarray(np.mean(losses, axis=0), dtype=np.float64)
