"""What each feature was half a year before the last healthy date: the client's own normal.

The exact decomposition compares the last healthy date with the loss. A driver often moved before:
that complaints rose shows against the half year before the decline, not after it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from segml.losses.attribution import Span
from segml.losses.books import Books
from segml.losses.history import of
from segml.losses.matched import HALF_YEAR
from segml.losses.months import month_start
from segml.losses.scene import Scene


def with_earlier(
    reasons: pd.DataFrame, scene: Scene, books: Books, spans: Mapping[str, Span]
) -> pd.DataFrame:
    """The rows of `loss_reasons` with `value_earlier`; missing where the client was not known yet.

    Parameters
    ----------
    reasons
        Of `reasons.loss_reasons`.
    scene, books
        Snapshots, histories.
    spans
        Lost client to the dates its reasons are taken between.
    """
    days = {each: month_start(span.before - HALF_YEAR) for each, span in spans.items()}
    known = {each: day for each, day in days.items() if int(of(books.orders, each).days[0]) < day}
    scene.prepare(known.values())
    values = [
        _value(scene, known.get(client_id), client_id, feature)
        for client_id, feature in zip(reasons["client_id"], reasons["feature"], strict=True)
    ]
    return reasons.assign(value_earlier=pd.Series(values, index=reasons.index, dtype="float64"))


def _value(scene: Scene, day: int | None, client_id: str, feature: str) -> float:
    if day is None:
        return np.nan
    frame = scene.snapshot(day).frame
    if feature not in frame or client_id not in frame.index:
        return np.nan
    value = frame[feature][client_id]
    return np.nan if value is None or isinstance(value, str) else float(value)
