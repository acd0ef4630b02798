"""A second view of the tiers: forests that learn them from the clients, and their TreeSHAP values.

The exact reasons of a tier are those of its margin. Forests know nothing of the rule or the
centroids; how often they give clients they have not seen the same tier says how far their reasons
may be trusted. Below `LEAST_FIDELITY` they tell of another thing than the tiers, and are refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.boosting import Forest, fit_forest
from segml.tiers.model import MarginParts, TierModel
from segml.words.errors import DataRefused, GateRefused

Ints = npt.NDArray[np.int64]

LEAST_FIDELITY = 0.97
"""The share of held-out clients that must get their own tier before the reasons are given."""
FEWEST = 8
"""Clients that every tier needs: of fewer, less than two would be held out."""
MOST = 20_000
"""Clients that take part at most; of more, so many are drawn."""
HELD_OUT = 0.25
ROUNDS, SHAPE = 200, {"num_leaves": 31, "learning_rate": 0.1, "min_data_in_leaf": 5}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TierSurrogate:
    """Forests that imitate tiers, one a tier, and how well they do.

    Parameters
    ----------
    model
        The tiers that are imitated.
    forests
        One a tier, top first; the log-odds that a client is of that tier and no other.
    fidelity
        The share of the held-out clients whose tier they give, in [0, 1].
    learnt, held_out
        How many clients they learnt from, and how many they were tried on.
    """

    model: TierModel
    forests: tuple[Forest, ...]
    fidelity: float
    learnt: int
    held_out: int

    @property
    def is_faithful(self) -> bool:
        """Whether the reasons may be given."""
        return self.fidelity >= LEAST_FIDELITY

    def predict(self, frame: pd.DataFrame) -> Ints:
        """The rank (1 = top) of the tier that each client seems to hold, shape (n,)."""
        return _likeliest(self.forests, _matrix(self.model, frame)) + 1

    def contributions(self, frame: pd.DataFrame) -> MarginParts:
        """Why each client is in its own tier and not in the rival one, in log-odds.

        The log-odds of the own tier less those of its rival, both as the tiers themselves say. The
        TreeSHAP values of a difference are the difference of the TreeSHAP values: base + sum is
        that difference of raw scores.

        Parameters
        ----------
        frame
            One row a client, feature columns.

        Raises
        ------
        GateRefused
            If the fidelity is below `LEAST_FIDELITY`; it says the figure.
        """
        if not self.is_faithful:
            raise GateRefused(
                f"forests give {self.fidelity:.1%} of {self.held_out:,} clients they had not seen "
                "the tier they hold",
                allowed=f"{LEAST_FIDELITY:.0%} or more, before their reasons are given",
                next_step="read the exact reasons of the tier's margin, or ask for fewer tiers",
            )
        assigned = self.model.assign(frame)
        own = assigned["tier_rank"].to_numpy(np.int64) - 1
        rival = pd.Index(self.model.names).get_indexer(pd.Index(assigned["tier_rival"]))
        X = _matrix(self.model, frame)
        told = [forest.contributions(X) for forest in self.forests]
        values = np.stack([part for part, _ in told])
        base = np.array([start for _, start in told])
        rows = np.arange(len(X))
        return MarginParts(
            values[own, rows] - values[rival, rows], base[own] - base[rival], self.model.columns
        )


def fit_surrogate(
    model: TierModel, frame: pd.DataFrame, status: pd.Series, *, seed: int = 0, threads: int = 1
) -> TierSurrogate:
    """The forests that learn these tiers from three clients of four, tried on the fourth.

    Parameters
    ----------
    model
        The tiers, fitted; they are taken as they are without a previous tier.
    frame
        One row a client, feature columns; the order of the rows changes nothing.
    status
        `active`, `lapsed` or `prospect` by client id; prospects take no part.
    seed
        Of the drawing and of the forests.
    threads
        Processors to use; changes nothing else.

    Raises
    ------
    DataRefused
        If a tier has fewer than `FEWEST` clients.
    """
    buyers = frame.loc[(status.reindex(frame.index) != "prospect").to_numpy(bool)].sort_index()
    rng = np.random.default_rng(seed)
    if len(buyers) > MOST:
        buyers = buyers.iloc[np.sort(rng.choice(len(buyers), MOST, replace=False))]
    label = model.assign(buyers)["tier_rank"].to_numpy(np.int64) - 1
    _require_enough(model, label)
    held = _held_out(label, rng)
    X = _matrix(model, buyers)
    forests = tuple(
        fit_forest(
            X[~held],
            (label[~held] == tier).astype(np.float64),
            columns=model.columns,
            objective="binary",
            rounds=ROUNDS,
            params=SHAPE,
            seed=seed,
            threads=threads,
        )
        for tier in range(len(model.names))
    )
    right = _likeliest(forests, X[held]) == label[held]
    return TierSurrogate(
        model=model,
        forests=forests,
        fidelity=float(right.mean()),
        learnt=int((~held).sum()),
        held_out=int(held.sum()),
    )


def _matrix(model: TierModel, frame: pd.DataFrame) -> npt.NDArray[np.float32]:
    return model.values(frame).to_numpy(np.float32)


def _likeliest(forests: tuple[Forest, ...], X: npt.NDArray[np.float32]) -> Ints:
    raw = np.column_stack([forest.raw(X) for forest in forests])
    return np.asarray(raw.argmax(axis=1), dtype=np.int64)


def _held_out(label: Ints, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """A quarter of every tier's clients, so that no tier is tried on nobody."""
    held = np.zeros(len(label), dtype=bool)
    for tier in np.unique(label):
        inside = np.flatnonzero(label == tier)
        held[rng.permutation(inside)[: int(HELD_OUT * len(inside))]] = True
    return held


def _require_enough(model: TierModel, label: Ints) -> None:
    sizes = np.bincount(label, minlength=len(model.names))
    smallest = int(sizes.argmin())
    if sizes[smallest] < FEWEST:
        raise DataRefused(
            f"tier `{model.names[smallest]}` has {sizes[smallest]} clients to learn it from",
            allowed=f"{FEWEST} or more in every tier",
            next_step="ask for fewer tiers, or read the exact reasons of the tier's margin",
        )
