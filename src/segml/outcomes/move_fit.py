"""Learning tier moves of one horizon, and trying them before they are believed.

As with the score: tried on a later cut-off and other clients, by what had been seen of moves at
that day; where the history is too short for that, on other clients of the same cut-offs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from segml.outcomes.folds import client_groups
from segml.outcomes.moves import (
    DOWN,
    LEAST_MOVED,
    UP,
    MoveRows,
    Moves,
    best_share,
    fit_moves,
)
from segml.outcomes.rows import Values
from segml.outcomes.validation import calibration_error

Index = npt.NDArray[np.int64]
PRIOR_SHARE = 1.0
"""Of the quantities' word, where nothing could be tried."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Tried:
    """Moves learnt without some rows, those rows, and the share that they bear out."""

    moves: Moves
    asked: MoveRows
    share: float


def learn_moves(rows: MoveRows, *, horizon_days: int, tiers: int) -> Moves | None:
    """The moves of one horizon; None where too few clients rose or fell.

    Parameters
    ----------
    rows
        Of cut-offs whose later day, `horizon_days` after, has passed; in a fixed order.
    horizon_days
        The horizon.
    tiers
        How many tiers there are.
    """
    if rows.moved < LEAST_MOVED:
        return None
    kind, tried = "time and client", _tried(rows, _by_time(rows, horizon_days), tiers)
    if not tried:
        kind, tried = "client", _tried(rows, _by_client(rows), tiers)
    share = float(np.mean([one.share for one in tried])) if tried else PRIOR_SHARE
    record = {
        "folds": kind if tried else "none",
        "rows": len(rows),
        "cutoffs": len(np.unique(rows.cutoff)),
        "up_rate": float((rows.move == UP).mean()),
        "down_rate": float((rows.move == DOWN).mean()),
        **_held(rows, tried, tiers),
    }
    return fit_moves(rows, horizon_days=horizon_days, tiers=tiers, share=share, record=record)


def _by_time(rows: MoveRows, horizon_days: int) -> Iterator[tuple[Index, Index]]:
    """The latest cut-off by which some moves had been seen, each group of clients by the others."""
    days, groups = np.unique(rows.cutoff), client_groups(rows.client)
    later = days[days >= days[0] + horizon_days]
    if len(later):
        last = later[-1]
        for group in np.unique(groups):
            known = (rows.cutoff + horizon_days <= last) & (groups != group)
            asked = (rows.cutoff == last) & (groups == group)
            yield np.flatnonzero(known), np.flatnonzero(asked)


def _by_client(rows: MoveRows) -> Iterator[tuple[Index, Index]]:
    """The same cut-offs, each group of clients told by the others."""
    groups = client_groups(rows.client)
    for group in np.unique(groups):
        yield np.flatnonzero(groups != group), np.flatnonzero(groups == group)


def _tried(rows: MoveRows, splits: Iterator[tuple[Index, Index]], tiers: int) -> list[_Tried]:
    """What each split taught; those whose learning rows saw too few moves are left out."""
    found = []
    for learn, asked in splits:
        known, held = rows.take(learn), rows.take(asked)
        if known.moved >= LEAST_MOVED and len(held):
            moves = fit_moves(known, horizon_days=0, tiers=tiers, share=PRIOR_SHARE, record={})
            found.append(_Tried(moves=moves, asked=held, share=best_share(moves, held)))
    return found


def _held(rows: MoveRows, tried: Sequence[_Tried], tiers: int) -> dict[str, Any]:
    """How the moves held, each split with the share that the others chose."""
    told, base, came = [np.zeros((0, 3))], [np.zeros((0, 3))], [np.zeros(0, np.int64)]
    rates = _rates(rows, tiers)
    for one in tried:
        others = [other.share for other in tried if other is not one] or [PRIOR_SHARE]
        moves = replace(one.moves, share=float(np.mean(others)))
        told.append(moves.probabilities(one.asked.quantities, one.asked.rank))
        base.append(rates[one.asked.rank - 1])
        came.append(one.asked.move)
    p, plain, move = np.concatenate(told), np.concatenate(base), np.concatenate(came)
    return {
        "validated_rows": len(move),
        "metrics": {
            "log_loss": _surprise(p, move),
            "log_loss_of_rates": _surprise(plain, move),
            "up_calibration_error": _error(p, move, UP),
            "down_calibration_error": _error(p, move, DOWN),
        },
    }


def _rates(rows: MoveRows, tiers: int) -> Values:
    """The shares of each tier's clients that fell, stayed and rose, (tiers, 3)."""
    counts = np.full((tiers, 3), 1e-9)
    np.add.at(counts, (rows.rank - 1, rows.move), 1.0)
    return np.asarray(counts / counts.sum(axis=1, keepdims=True), dtype=np.float64)


def _surprise(p: Values, move: npt.NDArray[np.int64]) -> float | None:
    """The mean negative log-likelihood of what came, in nats; None without rows."""
    if not len(move):
        return None
    return float(-np.log(np.maximum(p[np.arange(len(move)), move], 1e-12)).mean())


def _error(p: Values, move: npt.NDArray[np.int64], way: int) -> float | None:
    error = calibration_error((move == way).astype(np.float64), p[:, way])
    return None if np.isnan(error) else error
