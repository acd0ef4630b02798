"""The parts of a score as rows for people: the base, the largest reasons, and the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.scoring.parts import LeadingParts, Values
from segml.scoring.texts import value_texts
from segml.words.feature import Feature, Unit

BASE = "(base)"
OTHER = "(other)"
TOP_REASONS = 8
"""How many features of a client and subject get a row of their own."""

Places = npt.NDArray[np.integer]
Grid = Mapping[str, npt.NDArray[Any]]
"""A subject's rows before they are woven with the others': arrays of shape (n, top + 2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chances:
    """The probability a raw score stands for, at the score and at its base; both shape (n,).

    NaN where no probability is published: the rows then have no points.
    """

    at_raw: Values
    at_base: Values


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Told:
    """One subject to be told.

    Parameters
    ----------
    parts
        The contributions.
    references
        A feature's typical value in training, where it has one.
    chances
        Given for subjects that are probabilities: contributions are then scaled to percentage
        points that sum exactly to the probability, base included.
    """

    parts: LeadingParts
    references: Mapping[str, float]
    chances: Chances | None = None


def reason_rows(
    told: Sequence[Told], features: Mapping[str, Feature], *, currency: str | None = None
) -> pd.DataFrame:
    """The long frame of some clients' reasons: clients in order, subjects as given, ranks.

    Parameters
    ----------
    told
        The subjects, all of the same n clients, and each with as many leading parts.
    features
        Every feature of the parts: its unit, kind and reason code.
    currency
        Put after money.

    Returns
    -------
    pandas.DataFrame
        `client_id, subject, rank, feature, kind, reason, value, value_text, reference,
        contribution, points`, texts as categories. A feature that contributes nothing gets no
        row; equal ones stand in the features' order.
    """
    words, names = _Codes([""]), _Codes([BASE, OTHER, *features])
    grids = [_grid(one, features, names, words) for one in told]
    stacked = {name: np.stack([grid[name] for grid in grids], axis=1) for name in grids[0]}
    there = stacked.pop("there")
    column = {name: values[there] for name, values in stacked.items()}
    clients, subjects, ranks = np.ogrid[tuple(map(slice, there.shape))]
    said = [features.get(name) for name in names.words]
    for unit, here in _numbers_by_unit(said, column["feature"]):
        codes, texts = value_texts(column["value"][here], unit, currency)
        column["text"][here] = words(texts)[codes]
    return pd.DataFrame(
        {
            "client_id": _text(_spread(clients, there), told[0].parts.clients),
            "subject": _text(_spread(subjects, there), [one.parts.subject for one in told]),
            "rank": _spread(ranks, there).astype(np.int32),
            "feature": _text(column["feature"], names.words),
            "kind": _coded(column["feature"], [one.kind if one else "" for one in said]),
            "reason": _coded(column["feature"], [one.reason if one else "" for one in said]),
            "value": column["value"],
            "value_text": _text(column["text"], words.words),
            "reference": column["reference"],
            "contribution": column["contribution"],
            "points": column["points"],
        }
    )


class _Codes:
    """Words with a number each, in the order in which they came."""

    def __init__(self, words: Iterable[str]) -> None:
        self._code: dict[str, int] = {}
        self(words)

    def __call__(self, words: Iterable[str]) -> Places:
        code = self._code
        return np.array([code.setdefault(word, len(code)) for word in words], dtype=np.int32)

    @property
    def words(self) -> list[str]:
        return list(self._code)


def _spread(axis: Places, there: npt.NDArray[np.bool_]) -> Places:
    return np.asarray(np.broadcast_to(axis, there.shape)[there])


def _text(codes: Places, words: Sequence[str] | pd.Index) -> pd.Series:
    return pd.Series(pd.Categorical.from_codes(codes, categories=pd.Index(list(words))))


def _coded(places: Places, words: Sequence[str]) -> pd.Series:
    """The words at some places, where several places have the same word."""
    codes = _Codes([])
    return _text(codes(words)[places], codes.words)


def _numbers_by_unit(
    said: Sequence[Feature | None], places: Places
) -> Iterator[tuple[Unit, Places]]:
    """Each unit with the rows whose feature, by its place among those said, is told in it."""
    given = [one.unit if one and not one.is_categorical else None for one in said]
    for unit in sorted({unit for unit in given if unit}):
        yield unit, np.flatnonzero(np.array([one == unit for one in given])[places])


def _grid(told: Told, features: Mapping[str, Feature], names: _Codes, words: _Codes) -> Grid:
    parts, columns = told.parts, told.parts.leading.columns
    n, top = columns.shape
    count = (columns >= 0).sum(axis=1)
    slope, base_points = _points(parts, told.chances)
    typical = np.array([*(told.references.get(name, np.nan) for name in parts.features), np.nan])
    grid: dict[str, npt.NDArray[Any]] = {
        "there": np.arange(top + 2) <= count[:, None] + 1,
        "feature": np.full((n, top + 2), names([OTHER])[0]),
        "text": np.full((n, top + 2), words([""])[0]),  # numbers are told when all are there
    }
    for name in ("value", "reference", "contribution"):
        grid[name] = np.full((n, top + 2), np.nan)
    reasons = np.s_[:, 1:-1]  # the place of the rest, behind the last of them, is a column of -1
    grid["feature"][:, 0] = names([BASE])[0]
    grid["feature"][reasons] = names([*parts.features, OTHER])[columns]
    grid["reference"][reasons] = typical[columns]
    grid["value"][reasons], grid["text"][reasons] = _values(parts, features, words)
    rest = parts.raw - parts.base - sum(parts.leading.values.T, start=np.zeros(n))
    grid["contribution"][:, 0] = parts.base
    grid["contribution"][reasons] = parts.leading.values
    grid["contribution"][np.arange(n), count + 1] = rest
    grid["points"] = grid["contribution"] * slope[:, None]
    grid["points"][:, 0] = base_points
    return grid


def _points(parts: LeadingParts, chances: Chances | None) -> tuple[Values, Values]:
    """Percentage points a unit of raw score, and those of the base."""
    if chances is None:
        nothing = np.full(len(parts.raw), np.nan)
        return nothing, nothing
    change = parts.raw - parts.base
    moved = np.abs(change) > 1e-12
    with np.errstate(invalid="ignore"):
        slope = np.divide(
            100 * (chances.at_raw - chances.at_base), change, out=np.zeros_like(change), where=moved
        )
    slope[np.isnan(chances.at_raw)] = np.nan
    base = np.where(np.isnan(chances.at_raw), np.nan, 100 * chances.at_base)
    return slope, base


def _values(
    parts: LeadingParts, features: Mapping[str, Feature], words: _Codes
) -> tuple[Values, Places]:
    """Each chosen feature's value, (n, top): a number, or NaN and the code of a category's text."""
    columns = parts.leading.columns
    n, top = columns.shape
    flat = columns.ravel().astype(np.int16)  # sixteen bits are sorted by counting
    order = np.argsort(flat, kind="stable")
    edges = np.searchsorted(flat[order], np.arange(len(parts.features) + 1))
    value = np.full(n * top, np.nan)
    text = np.full(n * top, words([""])[0])
    for place, name in enumerate(parts.features):
        here = order[edges[place] : edges[place + 1]]
        if not len(here):
            continue
        raw = parts.data[name].to_numpy()[here // top]
        if features[name].is_categorical:
            codes, texts = value_texts(raw, "category")
            text[here] = words(texts)[codes]
        else:
            value[here] = raw
    return value.reshape(n, top), text.reshape(n, top)
