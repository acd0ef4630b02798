"""How features usually lie, and how far they usually move: what a later day is held against.

Each feature is cut into bins once, at a training; of every past day the training saw, the share of
clients in each bin is known. The population stability index between two such days says how far a
feature moves in so many days where nothing was wrong, season and growth included. What moves much
farther has most likely broken at its source.

References
----------
Lewis (1994), An Introduction to Credit Scoring: the population stability index,
``Σ (p - q) log(p / q)`` over the bins, 0 and up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.features.catalogue import of_events
from segml.features.levels import shared_levels
from segml.features.usual_moves import usual_moves
from segml.features.usual_reasons import ReasonOrder, Weights, learn_reasons

Values = npt.NDArray[np.float64]
SCORES_WATCHED = ("raw_churn", "tier")
BINS = 10
STEP_DAYS = 30
BEYOND = 5.0
"""How many times what a feature moved in as many days before is too far."""
LEAST, LEAST_DAYS = 0.25, 120
"""Less is no great change by common usage, whatever moved before; of more days as much more."""
_ERRORS = 4.0
_OURS = {"price_rise_180", "withdrawn_share_90"}
"""Features of what our own company did that are read off the lines, not off its recorded events."""
_LONG_AGO = "_prev_365"
"""Ends the names of features of the year before the last: what moves in them was told a year ago,
when it moved in the features of the last year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """One feature's bins, the reference day's shares in them, and how far it has moved.

    Parameters
    ----------
    edges
        Rising upper edges of the bins of a number; the last bin is open, one more holds what is
        missing.
    levels
        The levels of a text, the commonest first; one more bin holds all others and what is
        missing. None for a number.
    shares
        Of the clients in each bin on the reference day; they sum to one.
    moved
        At place k the greatest index between two past days at most (k + 1) · 30 days apart.
    """

    edges: tuple[float, ...]
    levels: tuple[str, ...] | None
    shares: tuple[float, ...]
    moved: tuple[float, ...]

    def moved_in(self, days: int) -> float:
        """The farthest it usually moves in so many days; beyond what was seen, in proportion."""
        place = max(-(-days // STEP_DAYS) - 1, 0)
        if place < len(self.moved):
            return self.moved[place]
        return self.moved[-1] * (place + 1) / len(self.moved)

    def index(self, values: pd.Series) -> float:
        """The population stability index of a later day's values against the reference day."""
        return _index(np.asarray(self.shares), _shares(values, self.edges, self.levels))

    def limit(self, days: int, clients: int, reference: int) -> float:
        """The index that is too far after so many days.

        Parameters
        ----------
        days
            Since the reference day.
        clients, reference
            How many are compared: few clients move by chance.
        """
        free = len(self.shares) - 1
        chance = (free + _ERRORS * np.sqrt(2.0 * free)) * (1.0 / clients + 1.0 / reference)
        least = LEAST * max(1.0, days / LEAST_DAYS)
        return float(max(BEYOND * self.moved_in(days), least, chance))


@dataclass(frozen=True, kw_only=True)
class Usual:
    """What was usual at a training.

    Parameters
    ----------
    day
        The reference day, since 1970-01-01.
    clients
        How many clients were active on it.
    features
        By name.
    reasons
        By tier, in what order features weighed; empty in bundles that were written without it.
    moves
        Tier to another tier to the greatest share of its clients that moved there in a month;
        likewise.
    """

    day: int
    clients: int
    features: Mapping[str, Spread]
    reasons: Mapping[str, ReasonOrder] = field(default_factory=dict)
    moves: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """It as plain values."""
        return {
            "day": self.day,
            "clients": self.clients,
            "features": {name: asdict(one) for name, one in self.features.items()},
            "reasons": {tier: asdict(one) for tier, one in self.reasons.items()},
            "moves": {tier: dict(most) for tier, most in self.moves.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Usual:
        """It read back, equal to the one written."""
        return cls(
            day=value["day"],
            clients=value["clients"],
            features={
                name: Spread(
                    edges=tuple(one["edges"]),
                    levels=None if one["levels"] is None else tuple(one["levels"]),
                    shares=tuple(one["shares"]),
                    moved=tuple(one["moved"]),
                )
                for name, one in value["features"].items()
            },
            reasons={
                tier: ReasonOrder(weights=one["weights"], agreed=tuple(one["agreed"]))
                for tier, one in value.get("reasons", {}).items()
            },
            moves=value.get("moves", {}),
        )


def watched(
    frame: pd.DataFrame, features: Sequence[str], *, raw_churn: Values, tier: npt.ArrayLike
) -> pd.DataFrame:
    """What is held against a later day: a model's features and its scores, active clients alone.

    Parameters
    ----------
    frame
        One row an active client.
    features
        Those the model reads; what tells of the company's own acts is left out, since it moves when
        the company acts, and what tells of the year before the last, which was looked at then.
    raw_churn, tier
        Of the same clients, in the same order.
    """
    tells = of_events() | _OURS
    names = [name for name in features if name not in tells and not name.endswith(_LONG_AGO)]
    return frame[names].assign(raw_churn=raw_churn, tier=np.asarray(tier, dtype=object))


def learn_usual(
    frames: Mapping[int, pd.DataFrame],
    weights: Mapping[int, Weights] | None = None,
    tiers: Mapping[int, pd.Series] | None = None,
) -> Usual | None:
    """What is usual, by the past days a training saw; None where two of them had no client.

    Parameters
    ----------
    frames
        Day to one row an active client, all of the same columns: numbers or text. The latest day
        is the reference.
    weights
        Day to what weighed on the churn score, as `weighed` gives it.
    tiers
        Day to the tiers of who has bought, by client id; each day's held over from the one before.
    """
    held = {day: frame for day, frame in sorted(frames.items()) if len(frame)}
    if len(held) < 2:
        return None
    day = max(held)
    names = held[day].columns
    return Usual(
        day=day,
        clients=len(held[day]),
        features={name: _spread({at: frame[name] for at, frame in held.items()}) for name in names},
        reasons=learn_reasons(weights or {}),
        moves=usual_moves(tiers or {}),
    )


def _spread(by_day: Mapping[int, pd.Series]) -> Spread:
    every = pd.concat(list(by_day.values()), ignore_index=True)
    is_number = pd.api.types.is_numeric_dtype(every.dtype)
    edges = _edges(every) if is_number else ()
    levels = None if is_number else _levels(every, by_day.values())
    shares = {day: _shares(values, edges, levels) for day, values in by_day.items()}
    return Spread(
        edges=edges,
        levels=levels,
        shares=tuple(shares[max(shares)].tolist()),
        moved=_moved(shares),
    )


def _levels(every: pd.Series, days: Iterable[pd.Series]) -> tuple[str, ...]:
    """The commonest levels among those that several clients have."""
    shared = shared_levels(days)
    ranked = every.dropna().astype(str).value_counts().index
    return tuple(level for level in ranked if level in shared)[:BINS]


def _edges(values: pd.Series) -> tuple[float, ...]:
    known = values.to_numpy(np.float64)
    known = known[np.isfinite(known)]
    if not len(known):
        return ()
    inner = np.linspace(0.0, 1.0, BINS + 1)[1:-1]
    return tuple(np.unique(np.quantile(known, inner, method="inverted_cdf")).tolist())


def _shares(values: pd.Series, edges: Sequence[float], levels: Sequence[str] | None) -> Values:
    """The share of each bin, half a client beforehand in each."""
    if levels is None:
        number = values.to_numpy(np.float64)
        at = np.searchsorted(np.asarray(edges, np.float64), number, side="left")
        at = np.where(np.isnan(number), len(edges) + 1, at)
        bins = len(edges) + 2
    else:
        place = {level: number for number, level in enumerate(levels)}
        text = values.astype(object).where(values.notna(), None)
        at = np.array([place.get(str(each), len(levels)) for each in text], dtype=np.intp)
        bins = len(levels) + 1
    counts = np.bincount(at, minlength=bins) + 0.5
    return np.asarray(counts / counts.sum(), dtype=np.float64)


def _index(before: Values, after: Values) -> float:
    return float(((after - before) * np.log(after / before)).sum())


def _moved(shares: Mapping[int, Values]) -> tuple[float, ...]:
    """The greatest index by distance in time, never falling with it."""
    pairs = [
        (later - earlier, _index(shares[earlier], shares[later]))
        for earlier, later in combinations(sorted(shares), 2)
    ]
    farthest = max(days for days, _ in pairs)
    least = min(days for days, _ in pairs)
    steps = range(STEP_DAYS, max(farthest, STEP_DAYS) + STEP_DAYS, STEP_DAYS)
    return tuple(
        max(index for days, index in pairs if days <= max(step + STEP_DAYS // 2, least))
        for step in steps
    )
