"""The labelled rows an outcome is learnt on: features of each cut-off's past beside its future."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from segml.features import Encoder, Snapshot
from segml.ledger import Future, Ledger
from segml.outcomes import Rows, churn, potential


def churn_rows(
    ledger: Ledger,
    snapshots: Sequence[Snapshot],
    encoder: Encoder,
    *,
    gap_days: int,
    horizon_days: int,
) -> Rows:
    """The rows of the churn score: active clients at each cut-off, y is 1 where none came back.

    Parameters
    ----------
    ledger
        Asked for each cut-off's future.
    snapshots
        One a cut-off.
    encoder
        Learnt on these or other past cut-offs.
    gap_days, horizon_days
        The label's days.
    """
    chosen = [_of(snapshot, churn.population(snapshot.status)) for snapshot in snapshots]
    futures = _futures(ledger, snapshots, gap_days=gap_days, horizon_days=horizon_days)
    labels = _each(chosen, futures, churn.label)
    return _rows(snapshots, chosen, encoder, np.concatenate(labels))


def potential_rows(
    ledger: Ledger,
    snapshots: Sequence[Snapshot],
    encoder: Encoder,
    *,
    gap_days: int,
    horizon_days: int,
) -> tuple[Rows, np.ndarray[Any, np.dtype[np.float64]]]:
    """The rows of potential, y is 1 where a client bought, and each row's profit in money.

    Parameters
    ----------
    ledger, snapshots, encoder, gap_days, horizon_days
        As for `churn_rows`; the population is every client that has bought, lapsed ones too.
    """
    chosen = [_of(snapshot, snapshot.status.ne("prospect")) for snapshot in snapshots]
    futures = _futures(ledger, snapshots, gap_days=gap_days, horizon_days=horizon_days)
    labels = pd.concat(
        [
            potential.label(future, frame.index)
            for future, frame in zip(futures, chosen, strict=True)
        ]
    )
    rows = _rows(snapshots, chosen, encoder, labels["buys"].to_numpy(np.float64))
    return rows, labels["profit"].to_numpy(np.float64)


def _of(snapshot: Snapshot, population: pd.Series) -> pd.DataFrame:
    return snapshot.frame[population.to_numpy(dtype=bool)]


def _futures(
    ledger: Ledger, snapshots: Sequence[Snapshot], *, gap_days: int, horizon_days: int
) -> list[Future]:
    return [
        ledger.future(snapshot.as_of, gap_days=gap_days, horizon_days=horizon_days)
        for snapshot in snapshots
    ]


def _each(
    frames: Sequence[pd.DataFrame],
    futures: Sequence[Future],
    label: Callable[[Future, pd.Index], pd.Series],
) -> list[np.ndarray[Any, np.dtype[np.float64]]]:
    return [
        label(future, frame.index).to_numpy(np.float64)
        for future, frame in zip(futures, frames, strict=True)
    ]


def _rows(
    snapshots: Sequence[Snapshot],
    frames: Sequence[pd.DataFrame],
    encoder: Encoder,
    y: np.ndarray[Any, np.dtype[np.float64]],
) -> Rows:
    days = [snapshot.as_of for snapshot in snapshots]
    return Rows(
        X=np.concatenate([encoder.matrix(frame) for frame in frames]),
        y=y,
        cutoff=np.repeat(np.array(days, dtype=np.int64), [len(frame) for frame in frames]),
        client=np.concatenate([frame.index.to_numpy(dtype=object) for frame in frames]),
        columns=encoder.columns,
        categorical=encoder.categorical,
        monotone=encoder.monotone,
    )
