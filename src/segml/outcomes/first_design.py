"""From what was known at first contact to columns a model can add up, and back to the features.

Numbers on a signed logarithmic scale (sizes of clients differ by factors), categories as one column
a level, the month as a place on a circle. An unknown value stands at the mean and adds nothing;
whether it is known has a column of its own where both happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Values = npt.NDArray[np.float64]
CIRCLE = "month"
LEAST = 8
"""A level or a gap that fewer newcomers have teaches nothing."""
KNOWN_LEAST = 0.5
"""A feature that newcomers have and prospects lack became known later: it is left out."""
PROSPECTS_LEAST = 10


@dataclass(frozen=True, kw_only=True)
class Term:
    """One column: a number (`part` empty), a level, whether it is known, or a part of the circle.

    Parameters
    ----------
    feature
        Whose.
    kind
        `number`, `level`, `known`, `sin`, `cos`.
    level
        The level's text; empty for other kinds.
    mean, spread
        Over the newcomers learnt from, of the values known (the spread of all but a number times
        the root of the feature's columns); the column is (value - mean) / spread.
    lowest, highest
        Of the values known; one beyond them counts as the nearest: what no newcomer was like nobody
        learnt from.
    """

    feature: str
    kind: str
    level: str = ""
    mean: float
    spread: float
    lowest: float
    highest: float

    def column(self, contact: pd.DataFrame) -> Values:
        """Shape (n,), NaN where unknown."""
        values = _values(contact[self.feature], self.kind, self.level)
        return (np.clip(values, self.lowest, self.highest) - self.mean) / self.spread


@dataclass(frozen=True, kw_only=True)
class Design:
    """The terms, the features they are of, and what was left out."""

    terms: tuple[Term, ...]
    left_out: tuple[str, ...]

    @property
    def features(self) -> tuple[str, ...]:
        """The features that have a term, in order."""
        return tuple(dict.fromkeys(term.feature for term in self.terms))

    @property
    def references(self) -> dict[str, float]:
        """What a number is held against: the middle one, on the logarithmic scale, of training."""
        return {
            term.feature: float(np.sign(term.mean) * np.expm1(abs(term.mean)))
            for term in self.terms
            if term.kind == "number"
        }

    def matrix(self, contact: pd.DataFrame) -> Values:
        """float64 of shape (n, p), finite, of clients at first contact."""
        columns = [term.column(contact) for term in self.terms]
        Z = np.stack(columns, axis=1) if columns else np.zeros((len(contact), 0))
        return np.where(np.isfinite(Z), Z, 0.0)

    def by_feature(self, values: Values) -> Values:
        """Columns of shape (n, p) summed by feature, (n, number of features)."""
        place = {name: j for j, name in enumerate(self.features)}
        owner = [place[term.feature] for term in self.terms]
        summed = np.zeros((len(values), len(place)))
        for column, j in enumerate(owner):
            summed[:, j] += values[:, column]
        return summed

    def to_json(self) -> dict[str, Any]:
        """The design as plain values."""
        return {"terms": [vars(t) for t in self.terms], "left_out": list(self.left_out)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Design:
        """The design read back, equal to the one written."""
        terms = tuple(Term(**term) for term in value["terms"])
        return cls(terms=terms, left_out=tuple(value["left_out"]))


def learn_design(newcomers: pd.DataFrame, prospects: pd.DataFrame) -> Design:
    """The design of newcomers, of those features that prospects have as well.

    Parameters
    ----------
    newcomers
        What was known of those learnt from at first contact.
    prospects
        The same of today's prospects; with fewer than `PROSPECTS_LEAST` nothing is left out.
    """
    terms: list[Term] = []
    left_out = []
    for name in newcomers:
        if _came_later(newcomers[name], prospects[name]):
            left_out.append(str(name))
            continue
        terms += _terms(newcomers[name], str(name))
    return Design(terms=tuple(terms), left_out=tuple(left_out))


def _came_later(newcomers: pd.Series, prospects: pd.Series) -> bool:
    """Whether it is known of newcomers and hardly of prospects."""
    if len(prospects) < PROSPECTS_LEAST:
        return False
    return bool(prospects.notna().mean() < KNOWN_LEAST * newcomers.notna().mean())


def _terms(values: pd.Series, name: str) -> list[Term]:
    if name == CIRCLE:
        asked = [("sin", ""), ("cos", "")]
    elif values.dtype == object or pd.api.types.is_string_dtype(values.dtype):
        counts = values.value_counts()
        levels = sorted(str(level) for level, count in counts.items() if count >= LEAST)
        asked = [("level", level) for level in levels]
    else:
        asked = [("number", "")]
        known = int(values.notna().sum())
        if min(known, len(values) - known) >= LEAST:
            asked.append(("known", ""))
    found = []
    for kind, level in asked:
        column = _values(values, kind, level)
        told = column[np.isfinite(column)]
        spread = float(told.std()) if len(told) else 0.0
        if spread > 1e-9 and len(told) >= LEAST:
            mean = float(told.mean())
            # together the columns of a feature are to weigh as one: a penalty sees their scale
            share = 1.0 if kind == "number" else float(np.sqrt(len(asked)))
            found.append(
                Term(
                    feature=name,
                    kind=kind,
                    level=level,
                    mean=mean,
                    spread=share * spread,
                    lowest=float(told.min()),
                    highest=float(told.max()),
                )
            )
    return found


def _values(values: pd.Series, kind: str, level: str) -> Values:
    """A column before it is centred; NaN where unknown."""
    if kind == "level":
        return np.asarray(values.eq(level).fillna(value=False), dtype=np.float64)
    number = np.asarray(values, dtype=np.float64)
    match kind:
        case "known":
            return np.isfinite(number).astype(np.float64)
        case "sin":
            return np.asarray(np.sin(2 * np.pi * number / 12), dtype=np.float64)
        case "cos":
            return np.asarray(np.cos(2 * np.pi * number / 12), dtype=np.float64)
        case _:
            return np.asarray(np.sign(number) * np.log1p(np.abs(number)), dtype=np.float64)
