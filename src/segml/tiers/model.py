"""The fitted tiers as a bundle keeps them: feature frames in, tiers by name and exact parts out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from segml.tiers.margin import NO_TIER
from segml.tiers.number import TriedNumber
from segml.tiers.rules import RuleTiers
from segml.tiers.scheme import TierEstimator
from segml.tiers.value_space import ValueSpace

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class MarginParts(NamedTuple):
    """The Shapley values (n, d) of tier margins, their base (n,), and the columns' features."""

    values: Array
    base: Array
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class TierModel:
    """Tiers as they were learnt: the estimator, its coordinates, and the tiers' names.

    Parameters
    ----------
    estimator
        Fitted on `space.values` of the training clients.
    space
        The coordinates.
    names
        The tiers' names, top-down.
    notes
        What was left out, merged or ranked, one sentence each.
    tried
        The numbers of tiers that were tried; empty where the number was given.
    """

    estimator: TierEstimator
    space: ValueSpace
    names: tuple[str, ...]
    notes: tuple[str, ...]
    tried: tuple[TriedNumber, ...] = ()

    def __post_init__(self) -> None:
        if len(self.names) != self.estimator.n_tiers_ or len(set(self.names)) != len(self.names):
            raise ValueError(f"{self.estimator.n_tiers_} tiers need as many different names")

    @property
    def columns(self) -> tuple[str, ...]:
        """The features of the coordinates, profit first."""
        return self.space.columns

    def values(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The clients' values behind the contributions, gaps filled, in the features' units."""
        return self.space.values(frame)

    def assign(self, frame: pd.DataFrame, previous: pd.Series | None = None) -> pd.DataFrame:
        """Each client's tier and how firmly it is held, index as in `frame`.

        Parameters
        ----------
        frame
            One row a client, feature columns; prospects too (their features are zero or NaN).
        previous
            The names of the tiers held before, by client id; absent or NaN: none.

        Returns
        -------
        DataFrame
            `tier` (name), `tier_rank` (1 = top), `previous_tier` (name or missing), `tier_rival`
            (name of the nearest other tier), `tier_margin` (≥ 0; of clusters a squared distance
            in value space, of a rule points of its score), `pair_own` and `pair_rival` (the
            deciding centroids; of a rule the tiers on both sides of the deciding edge).

        Raises
        ------
        DataRefused
            If a column that was there at fit is absent.
        ValueError
            If `previous` holds a name that is none of `names`.
        """
        held = self._labels(frame, previous)
        found = self.estimator.assign(self._numbers(frame), held)
        return pd.DataFrame(
            {
                "tier": self._named(found.label),
                "tier_rank": found.label + 1,
                "previous_tier": self._named(held),
                "tier_rival": self._named(found.rival),
                "tier_margin": found.margin,
                "pair_own": found.pair[:, 0],
                "pair_rival": found.pair[:, 1],
            },
            index=frame.index,
        )

    def contributions(self, frame: pd.DataFrame, assignment: pd.DataFrame) -> MarginParts:
        """The exact Shapley values of each client's margin: base + sum = `tier_margin`.

        Parameters
        ----------
        frame
            One row a client, feature columns.
        assignment
            What `assign` gave for the same clients (of another date, for `pair_margin`'s parts).
        """
        values, base = self.estimator.pair_contributions(
            self._numbers(frame),
            _pair(frame, assignment),
            self._labels(frame, assignment["previous_tier"]),
        )
        return MarginParts(values, base, self.columns)

    def between(self, before: pd.DataFrame, after: pd.DataFrame, assignment: pd.DataFrame) -> Array:
        """Each coordinate's part in the change of the margin, shape (n, d), one pair for both.

        The parts sum to `pair_margin(after, assignment) - pair_margin(before, assignment)`.

        Parameters
        ----------
        before, after
            The same clients at two dates, rows in the same order.
        assignment
            Of either date: its pairs are the ones explained.
        """
        return self.estimator.margin_between(
            self._numbers(before), self._numbers(after), _pair(before, assignment, after)
        )

    def pair_margin(self, frame: pd.DataFrame, assignment: pd.DataFrame) -> Array:
        """The margin of the assignment's pairs at this frame's values, shape (n,).

        It is `tier_margin` where the frame is the assigned one; on another date it is negative
        where the pair's rival is the nearer one.
        """
        return self.estimator.pair_margin(
            self._numbers(frame),
            _pair(frame, assignment),
            self._labels(frame, assignment["previous_tier"]),
        )

    def thresholds(self, frame: pd.DataFrame, assignment: pd.DataFrame) -> pd.DataFrame:
        """What each feature alone would have to gain to put a client on its margin's edge.

        In the features' own units, index as in `frame`, columns as `columns`; NaN where no value
        of the feature gets there, and for clusters, whose tiers have no edge in one feature.
        """
        pair = _pair(frame, assignment)
        found = np.full((len(frame), len(self.columns)), np.nan)
        if isinstance(self.estimator, RuleTiers):
            held = self._labels(frame, assignment["previous_tier"])
            found = self.estimator.threshold_distances(self._numbers(frame), pair, held)
        return pd.DataFrame(found, index=frame.index, columns=list(self.columns))

    def _numbers(self, frame: pd.DataFrame) -> Array:
        return self.values(frame).to_numpy(np.float64)

    def _named(self, labels: Ints) -> pd.api.extensions.ExtensionArray:
        named = pd.array([*self.names, None], dtype="str")  # the last is that of NO_TIER, -1
        return named.take(labels)

    def _labels(self, frame: pd.DataFrame, held: pd.Series | None) -> Ints:
        if held is None:
            return np.full(len(frame), NO_TIER, dtype=np.int64)
        codes, names = pd.factorize(held)
        if not held.index.equals(frame.index):
            codes = np.append(codes, -1)[_places(held.index, frame.index)]
        known = names[np.unique(codes[codes >= 0])]
        foreign = sorted(set(known) - set(self.names))
        if foreign:
            raise ValueError(f"previous tiers {foreign} are none of {list(self.names)}")
        label = {name: place for place, name in enumerate(self.names)}
        labels = [*(label.get(name, NO_TIER) for name in names), NO_TIER]
        return np.array(labels, dtype=np.int64)[codes]


def _places(known: pd.Index, clients: pd.Index) -> npt.NDArray[np.integer]:
    """Where each client stands among those known, -1 where it does not, shape (n,)."""
    if known.dtype == clients.dtype == "str":
        texts = (pa.array(each.array) for each in (clients, known))
        places = pc.index_in(next(texts), value_set=next(texts)).fill_null(-1).to_numpy()
        if np.count_nonzero(places >= 0) == len(known):  # each of them once
            return np.asarray(places)
    return known.get_indexer(clients)


def _pair(frame: pd.DataFrame, assignment: pd.DataFrame, other: pd.DataFrame | None = None) -> Ints:
    if not frame.index.equals(assignment.index):
        raise ValueError("the assignment is not of these clients in this order")
    if other is not None and not frame.index.equals(other.index):
        raise ValueError("the two dates do not hold the same clients in the same order")
    return np.asarray(assignment[["pair_own", "pair_rival"]], dtype=np.int64)
