"""The parts of a score as rows for people: the base, the largest reasons, and the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segml.scoring.parts import Parts, Values
from segml.scoring.texts import value_text
from segml.words.feature import Feature

BASE = "(base)"
OTHER = "(other)"
TOP_REASONS = 8
"""How many features of a client and subject get a row of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chances:
    """The probability a raw score stands for, at the score and at its base; both shape (n,).

    NaN where no probability is published: the rows then have no points.
    """

    at_raw: Values
    at_base: Values


def reason_rows(
    parts: Parts,
    features: Mapping[str, Feature],
    references: Mapping[str, float],
    *,
    chances: Chances | None = None,
    currency: str | None = None,
    top: int = TOP_REASONS,
) -> pd.DataFrame:
    """The long frame of one subject's reasons, clients in order, ranks in order.

    Parameters
    ----------
    parts
        The contributions.
    features
        Every feature of the parts: its unit, kind and reason code.
    references
        A feature's typical value in training, where it has one.
    chances
        Given for subjects that are probabilities: contributions are then scaled to percentage
        points that sum exactly to the probability, base included.
    currency
        Put after money.
    top
        The most rows a client and subject get besides base and rest.

    Returns
    -------
    pandas.DataFrame
        `client_id, subject, rank, feature, kind, reason, value, value_text, reference,
        contribution, points`. A feature that contributes nothing gets no row; equal ones stand
        in the features' order.
    """
    picked = _picked(parts.values, top)
    row, column = picked
    contribution = parts.values[row, column]
    slope, base_points = _points(parts, chances)
    named = _named(parts, features, references, column)
    chosen = pd.DataFrame(
        {
            "row": row,
            "rank": _rank_within(row),
            **named,
            **_told(parts, features, picked, currency),
            "contribution": contribution,
            "points": contribution * slope[row],
        }
    )
    told = np.bincount(row, weights=contribution, minlength=len(parts.clients))
    rest = parts.raw - parts.base - told
    count = np.bincount(row, minlength=len(parts.clients))
    every = np.arange(len(parts.clients))
    base = _edge(every, np.zeros_like(every), BASE, parts.base, base_points)
    other = _edge(every, count + 1, OTHER, rest, rest * slope)
    frame = pd.concat([base, chosen, other], ignore_index=True)
    frame = frame.sort_values(["row", "rank"], kind="stable", ignore_index=True)
    frame.insert(0, "client_id", parts.clients.to_numpy()[frame["row"]])
    frame.insert(1, "subject", parts.subject)
    return frame.drop(columns="row")


def _picked(values: Values, top: int) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of the largest contributions that are not zero, row by row."""
    order = np.argsort(-np.abs(values), axis=1, kind="stable")[:, :top]
    row = np.repeat(np.arange(len(values)), order.shape[1])
    column = order.ravel()
    speaks = values[row, column] != 0
    return row[speaks], column[speaks]


def _rank_within(row: np.ndarray) -> np.ndarray:
    """1, 2, … within each run of equal rows."""
    starts = np.flatnonzero(np.r_[True, row[1:] != row[:-1]]) if len(row) else np.zeros(0, int)
    lengths = np.diff(np.r_[starts, len(row)])
    return np.arange(len(row)) - np.repeat(starts, lengths) + 1


def _points(parts: Parts, chances: Chances | None) -> tuple[Values, Values]:
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


def _named(
    parts: Parts,
    features: Mapping[str, Feature],
    references: Mapping[str, float],
    column: np.ndarray,
) -> dict[str, np.ndarray]:
    columns = [features[name] for name in parts.features]
    reference = np.array([references.get(name, np.nan) for name in parts.features])
    return {
        "feature": np.array(parts.features, dtype=object)[column],
        "kind": np.array([feature.kind for feature in columns], dtype=object)[column],
        "reason": np.array([feature.reason for feature in columns], dtype=object)[column],
        "reference": reference[column],
    }


def _told(
    parts: Parts,
    features: Mapping[str, Feature],
    picked: tuple[np.ndarray, np.ndarray],
    currency: str | None,
) -> dict[str, np.ndarray]:
    """Each chosen feature's value as a number (NaN for text) and as text."""
    row, column = picked
    value = np.full(len(row), np.nan)
    text = np.empty(len(row), dtype=object)
    for position, name in enumerate(parts.features):
        here = column == position
        feature, raw = features[name], parts.data[name].to_numpy()[row[here]]
        if not feature.is_categorical:
            value[here] = raw.astype(np.float64)
        given = [None if pd.isna(one) else one for one in raw.tolist()]
        text[here] = [value_text(one, feature.unit, currency) for one in given]
    return {"value": value, "value_text": text}


def _edge(
    row: np.ndarray, rank: np.ndarray, name: str, contribution: Values, points: Values
) -> pd.DataFrame:
    nothing = np.full(len(row), np.nan)
    return pd.DataFrame(
        {
            "row": row,
            "rank": rank,
            "feature": name,
            "kind": "",
            "reason": "",
            "value": nothing,
            "value_text": "",
            "reference": nothing,
            "contribution": contribution,
            "points": points,
        }
    )
