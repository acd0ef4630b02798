"""What a client's time with us says of money: its level and its scatter, age by age.

A sum over the last year holds part of one of a client that came in spring. Such clients scatter
more, and the mean of what scatters more lies farther above the score of the middle, so one
smearing factor and one spread for everybody promise newcomers too little and hold too few of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from segml.outcomes.amount import Spread, fit_spread

Values = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
AGE = "tenure_days"
"""The feature that tells it, in days."""
EDGES = (180.0, 365.0)
"""Features look back half a year and a year; who is younger has a part of one behind it."""
LEAST_CLIENTS = 50
"""With fewer clients of an age its own spread says less than that of the next older."""
PRIOR = 0.5
"""Deviation of the logarithm of an age's level beforehand: most lie within 0.6 and 1.6 of all."""


@dataclass(frozen=True, kw_only=True)
class Ages:
    """The level and the spread of money by age.

    Parameters
    ----------
    edges
        g - 1 rising days that part the g ages, youngest first.
    levels
        g factors of what is expected without regard to age, positive.
    spreads
        How far profits of each lie from their expectation.

    References
    ----------
    Duan (1983), Smearing estimate, JASA 78: the factor, here one an age. Vovk and others (2003),
    Mondrian confidence machine: quantiles of an age, and in it of a size.
    """

    edges: tuple[float, ...]
    levels: tuple[float, ...]
    spreads: tuple[Spread, ...]

    def expected(self, money: Values, age: Values) -> Values:
        """What is expected of clients, shape (n,), whose age in days is known; NaN is the oldest.

        Parameters
        ----------
        money
            Shape (n,), what is expected without regard to age.
        age
            Shape (n,).
        """
        return np.asarray(money * np.asarray(self.levels)[self._group(age)], dtype=np.float64)

    def interval(self, expected: Values, age: Values) -> tuple[Values, Values, Values]:
        """Low, median and high around expectations of shape (n,), each (n,); all in money.

        Parameters
        ----------
        expected, age
            Of `expected`, and the ages it was given.
        """
        group, told = self._group(age), np.empty((3, len(expected)))
        for number, spread in enumerate(self.spreads):
            told[:, group == number] = spread.interval(expected[group == number])
        return told[0], told[1], told[2]

    def raised(self, ratio: float) -> Ages:
        """The ages of money that is so many times as large."""
        return replace(self, spreads=tuple(spread.raised(ratio) for spread in self.spreads))

    def to_json(self) -> dict[str, Any]:
        """The ages as plain values."""
        return {
            "edges": list(self.edges),
            "levels": list(self.levels),
            "spreads": [spread.to_json() for spread in self.spreads],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Ages:
        """The ages read back, equal to those written; a spread alone is that of every age."""
        if "spreads" not in value:
            return cls(edges=(), levels=(1.0,), spreads=(Spread.from_json(value),))
        return cls(
            edges=tuple(value["edges"]),
            levels=tuple(value["levels"]),
            spreads=tuple(map(Spread.from_json, value["spreads"])),
        )

    def _group(self, age: Values) -> Index:
        return np.searchsorted(np.asarray(self.edges), age, side="right")


def age_of(columns: Sequence[str], X: npt.NDArray[np.floating]) -> Values:
    """The age of the rows (n, p) of a matrix with these columns, in days; NaN if none tells it."""
    if AGE not in columns:
        return np.full(len(X), np.nan)
    return np.asarray(X[:, list(columns).index(AGE)], dtype=np.float64)


def told_ages(age: Values, cutoff: Index) -> Values:
    """Ages of rows of several cut-offs, shape (n,), NaN at a cut-off at which they say nothing.

    Until a ledger is a year old its clients look as young as it is: where too few are older than
    every edge, nobody's age is known.

    Parameters
    ----------
    age, cutoff
        Shape (n,): days, and the day of each row's cut-off.
    """
    _, at = np.unique(cutoff, return_inverse=True)
    older = np.bincount(at, weights=age >= EDGES[-1], minlength=1)
    return np.where(older[at] >= LEAST_CLIENTS, age, np.nan)


@dataclass(frozen=True, kw_only=True, eq=False)
class AgedRows:
    """What is known of n rows besides their money.

    Parameters
    ----------
    age
        Days, NaN counts as the oldest.
    client
        Of each row: rows of one client are one another's echo.
    cutoff
        The day of each row's cut-off.
    label_days
        How long a label is: cut-offs nearer than that share days.
    """

    age: Values
    client: npt.NDArray[Any]
    cutoff: Index
    label_days: int

    def take(self, part: npt.NDArray[np.bool_]) -> AgedRows:
        """The rows of a mask."""
        return replace(self, age=self.age[part], client=self.client[part], cutoff=self.cutoff[part])


def fit_ages(expected: Values, actual: Values, seen: AgedRows, *, unit: float) -> Ages:
    """The ages of rows whose money was expected without seeing it.

    Parameters
    ----------
    expected, actual
        Money, both of shape (n,); n may be zero.
    seen
        Of the same rows.
    unit
        As for `fit_spread`.

    Notes
    -----
    The levels leave the total of all rows what it is.
    """
    edges = _edges(seen.age, seen.client)
    group = np.searchsorted(np.asarray(edges), seen.age, side="right")
    parts = [group == number for number in range(len(edges) + 1)]
    levels = np.array([_level(expected[part], actual[part], seen.take(part)) for part in parts])
    raised = float((levels[group] * expected).sum())
    if raised * float(expected.sum()) > 0:
        levels *= float(expected.sum()) / raised
    told = levels[group] * expected
    return Ages(
        edges=edges,
        levels=tuple(map(float, levels)),
        spreads=tuple(fit_spread(told[part], actual[part], unit=unit) for part in parts),
    )


def _edges(age: Values, client: npt.NDArray[Any]) -> tuple[float, ...]:
    """The edges that leave every age enough clients; a younger age joins the next older."""
    kept: list[float] = []
    for edge in EDGES:
        inside = (age < edge) & (age >= (kept[-1] if kept else -np.inf))
        if len(np.unique(client[inside])) >= LEAST_CLIENTS:
            kept.append(edge)
    while kept and len(np.unique(client[~(age < kept[-1])])) < LEAST_CLIENTS:
        kept.pop()
    return tuple(kept)


def _level(expected: Values, actual: Values, seen: AgedRows) -> float:
    """How many times what was expected came, drawn to once by how uncertain that is.

    Clients differ, and so do seasons, of which cut-offs nearer than a label is long see but one:
    where all of them lie within one, it is not known whether the season was the client's age.
    """
    told, came = float(expected.sum()), float(actual.sum())
    if told <= 0 or came <= 0:
        return 1.0
    ratio = came / told
    apart = actual - ratio * expected
    by_client, by_cutoff = (
        np.bincount(np.unique(which, return_inverse=True)[1], weights=apart) / came
        for which in (seen.client, seen.cutoff)
    )
    seasons = float(np.ptp(seen.cutoff)) / seen.label_days
    if seasons <= 0:
        return 1.0
    of_seasons = len(by_cutoff) * float(by_cutoff @ by_cutoff) / seasons
    variance = float(by_client @ by_client) + of_seasons
    return float(np.exp(np.log(ratio) * PRIOR**2 / (PRIOR**2 + variance)))
