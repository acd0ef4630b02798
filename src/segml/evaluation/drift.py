"""Drift: what moved farther since the training than it usually does in as many days.

=========  =======================================================  ==========================
subject    value                                                    limit
=========  =======================================================  ==========================
feature    population stability index of the active clients         five times the farthest it
           against the training's day                               had moved in as many days
score      the same, of the raw churn score and of tiers            the same
reason     agreement (nDCG) of the order in which features weigh    0.9, or the least of before in
           on the churn score of a tier with the training's         as many days where that is less
volume     rows of the latest 30 days against the twelve windows    twice the most, half of the
           before                                                   least (`_usual_rows`)
model      days since the training                                  `drift.model_days`
=========  =======================================================  ==========================

Seasons, growth and the ageing of a model move all features a little, which is in the limits, since
they are taken from pairs of past days as far apart. Features of company events are left out: they
move when the company acts. The index and the limits: `features.usual`; the agreement and its
limits: `features.usual_reasons`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from segml.features import SCORES_WATCHED, Usual, Weights, agreement
from segml.ledger import WINDOWS, date_of
from segml.words.drift import DriftPlan

COLUMNS = ("subject", "name", "value", "usual", "low", "high", "is_beyond")
LEAST_ROWS = 30
"""A kind of row that never came so often in a month is not judged by how often it comes."""
LEAST_WINDOWS = 4
_FACTOR = 2.0


def drift(
    usual: Usual | None,
    now: pd.DataFrame,
    volumes: pd.DataFrame,
    *,
    day: int,
    trained: int,
    plan: DriftPlan,
    weights: Weights | None = None,
) -> pd.DataFrame:
    """What moved, and whether that is too far.

    Parameters
    ----------
    usual
        Of the training; None in a bundle of an older protocol: features are not judged then.
    now
        As `features.watched` gives it, of the day.
    volumes
        As `ledger.volumes` gives them.
    day, trained
        The day that is judged and the training's, since 1970-01-01.
    plan
        Which subjects are looked at.
    weights
        As `bundle.churn_weights` gives them, of the day; None: reasons are not judged.

    Returns
    -------
    DataFrame
        `COLUMNS`: `value` lies beyond [`low`, `high`] where `is_beyond`; sorted. `low` is missing
        where little is no fault.
    """
    rows = [
        *_moved(usual, now, day=day),
        *_reordered(usual, weights or {}, day=day),
        *_volumes(volumes),
    ]
    rows.append(_row("model", "days", day - trained, float("nan"), high=plan.model_days))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame = frame[[plan.answer(subject) != "off" for subject in frame["subject"]]]
    return frame.sort_values(["subject", "name"], ignore_index=True)


def drift_sentences(found: pd.DataFrame, *, trained: int) -> list[str]:
    """A sentence for each that lies beyond its limit, the farthest first.

    Parameters
    ----------
    found
        As `drift` gives it.
    trained
        The day of the training, since 1970-01-01.
    """
    beyond = found[found["is_beyond"]]
    ways = {
        "over": beyond["value"] / beyond["high"],
        "under": beyond["low"] / beyond["value"].clip(lower=0.5),
    }
    far = pd.DataFrame(ways).max(axis=1).sort_values(ascending=False, kind="stable")
    return [_sentence(row, trained) for row in beyond.loc[far.index].to_dict("records")]


def _moved(
    usual: Usual | None, now: pd.DataFrame, *, day: int
) -> Iterator[tuple[str, str, float, float, float, float, bool]]:
    if usual is None or not len(now):
        return
    days = abs(day - usual.day)
    for name, spread in usual.features.items():
        if name in now.columns:
            yield _row(
                "score" if name in SCORES_WATCHED else "feature",
                name,
                spread.index(now[name]),
                spread.moved_in(days),
                high=spread.limit(days, len(now), usual.clients),
            )


def _reordered(
    usual: Usual | None, weights: Weights, *, day: int
) -> Iterator[tuple[str, str, float, float, float, float, bool]]:
    if usual is None:
        return
    days = abs(day - usual.day)
    for tier, order in usual.reasons.items():
        if tier in weights:
            found = agreement(order.weights, weights[tier])
            low = order.limit(days)
            yield _row("reason", tier, found, order.agreed_in(days), low=low, high=1.0)


def _volumes(
    volumes: pd.DataFrame,
) -> Iterator[tuple[str, str, float, float, float, float, bool]]:
    for row in volumes.itertuples(index=False):
        latest, *before = [each for each in row[2:] if not np.isnan(each)] or [0.0]
        if len(before) < LEAST_WINDOWS or max(before) < LEAST_ROWS:
            continue
        name = row.table if row.kind == "all" else f"{row.table}: {row.kind}"
        low, high = _usual_rows(before)
        yield _row("volume", str(name), latest, float(np.median(before)), low=low, high=high)


def _usual_rows(before: Sequence[float]) -> tuple[float, float]:
    """The least and the most rows a window may have, by the windows before, the latest first.

    The emptiest and the fullest quarter of them are passed over, for a fault may have begun in
    them; the same season of last year counts all the same.
    """
    ordered = sorted(before)
    aside = len(ordered) // 4
    season = before[-1] if len(before) == WINDOWS - 1 else float(np.median(ordered))
    least, most = min(ordered[aside], season), max(ordered[-1 - aside], season)
    return least / _FACTOR, most * _FACTOR


def _row(
    subject: str, name: str, value: float, usual: float, *, high: float, low: float = float("nan")
) -> tuple[str, str, float, float, float, float, bool]:
    is_beyond = bool(value > high or value < low)
    return (subject, name, float(value), usual, low, float(high), is_beyond)


def _sentence(row: Mapping[Hashable, Any], trained: int) -> str:
    name, value, usual = row["name"], row["value"], row["usual"]
    if row["subject"] == "model":
        return f"the model is {value:.0f} days old, more than the {row['high']:.0f} allowed"
    if row["subject"] == "reason":
        return (
            f"in tier `{name}` other features weigh on the churn score than on "
            f"{date_of(trained)}: their orders agree by {value:.2f} (nDCG), before by at least "
            f"{usual:.2f} in as many days"
        )
    if row["subject"] == "volume":
        return f"{name}: {value:,.0f} rows in the last 30 days, usually {usual:,.0f}"
    return (
        f"`{name}` has moved since {date_of(trained)}: stability index {value:.2f}, before at most "
        f"{usual:.2f} in as many days"
    )
