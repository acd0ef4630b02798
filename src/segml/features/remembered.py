"""Snapshots of a past: made once where its ledger remembers them, else whenever they are asked for.

What some columns are asked for is taken out of the whole snapshot of the day where that is
remembered: it holds the same bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import replace

import pandas as pd

from segml.features.catalogue import supported
from segml.features.plan import FeaturePlan
from segml.features.query import wanted_inputs
from segml.features.snapshot import AT_ONCE, Snapshot, make_features, make_snapshot
from segml.ledger import Ledger, Memory, Past

TEXT_BYTES = 64
"""About what a text takes, with the pointer to it."""


def remembering(ledger: Ledger) -> Ledger:
    """The same ledger, which remembers the snapshots made of its pasts, as far as there is room."""
    return replace(ledger, memory=Memory()) if ledger.memory is None else ledger


def snapshot(
    past: Past,
    plan: FeaturePlan,
    *,
    columns: Collection[str] | None = None,
    at_once: int = AT_ONCE,
) -> Snapshot:
    """The snapshot of a past, of every client known in it, prospects included.

    Parameters
    ----------
    past
        The rows dated before its day.
    plan
        The horizon and the silence after which a client has lapsed, both in days.
    columns
        Names of the features to make; None: all. The same bytes as in the whole frame, for less:
        nothing is measured or estimated that they do not need. A name the ledger cannot support
        is left out.
    at_once
        Parts of the clients that are asked for side by side; the same bytes for any number.

    Raises
    ------
    DataRefused
        If an amount or minutes beside the lines are beyond nine trillion: they could not be
        summed exactly.
    """
    found = _known(past, plan, columns)
    if found is None:
        found = make_snapshot(past, plan, columns, at_once)
        if past.memory is not None:
            past.memory.keep(_key(past, plan, columns), found, size=_size(found))
    return found if past.memory is None else _lent(found)


def features_alone(
    past: Past, plan: FeaturePlan, *, columns: Collection[str], at_once: int = AT_ONCE
) -> pd.DataFrame:
    """`Snapshot.frame` to the byte, for less: nothing is asked for money, status or names.

    Parameters
    ----------
    past, plan, columns, at_once
        As for `snapshot`.

    Raises
    ------
    DataRefused
        As `snapshot` does.
    """
    found = _known_frame(past, plan, columns)
    if found is None:
        found = make_features(past, plan, columns, at_once)
        if past.memory is not None:
            past.memory.keep(_frame_key(past, plan, columns), found, size=_bytes(found))
    return found if past.memory is None else found.copy(deep=False)


def is_remembered(past: Past, plan: FeaturePlan, columns: Collection[str] | None) -> bool:
    """Whether the features asked for need not be made."""
    return _known_frame(past, plan, columns) is not None


def _key(past: Past, plan: FeaturePlan, columns: Collection[str] | None) -> tuple[Hashable, ...]:
    return past.as_of, plan, None if columns is None else frozenset(columns)


def _frame_key(
    past: Past, plan: FeaturePlan, columns: Collection[str] | None
) -> tuple[Hashable, ...]:
    return "frame", *_key(past, plan, columns)


def _known_frame(
    past: Past, plan: FeaturePlan, columns: Collection[str] | None
) -> pd.DataFrame | None:
    whole = _known(past, plan, columns)
    if whole is not None:
        return whole.frame
    if past.memory is None:
        return None
    found: pd.DataFrame | None = past.memory.told(_frame_key(past, plan, columns))
    return found


def _known(past: Past, plan: FeaturePlan, columns: Collection[str] | None) -> Snapshot | None:
    """What is remembered of just these columns, or these out of all."""
    if past.memory is None:
        return None
    found: Snapshot | None = past.memory.told(_key(past, plan, columns))
    if found is not None or columns is None:
        return found
    whole: Snapshot | None = past.memory.told(_key(past, plan, None))
    if whole is None:
        return None
    families = supported(past, columns)
    names = [column.feature.name for family in families for column in family.columns]
    learns = any(wanted_inputs(family) for family in families)
    return replace(whole, frame=whole.frame[names], state=whole.state if learns else {})


def _lent(found: Snapshot) -> Snapshot:
    """The same, in frames of its own: whoever sets a column of them changes nobody else's."""
    return replace(
        found,
        frame=found.frame.copy(deep=False),
        money=found.money.copy(deep=False),
        clients=found.clients.copy(deep=False),
        status=found.status.copy(deep=False),
    )


def _size(one: Snapshot) -> int:
    return sum(_bytes(part) for part in (one.frame, one.money, one.clients, one.status.to_frame()))


def _bytes(frame: pd.DataFrame) -> int:
    texts = frame.select_dtypes(object).shape[1]
    numbers = int(frame.memory_usage(index=False).sum())
    return numbers + len(frame) * TEXT_BYTES * (texts + 1)
